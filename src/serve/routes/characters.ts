import type { Hono } from 'hono'
import { ApiError } from '../errors.ts'
import type { Character } from '../store/characters.ts'
import { isId } from '../store/files.ts'
import { createId } from '../store/jobs.ts'
import { parse, readBody } from '../wire/body.ts'
import { characterSchema } from '../wire/schemas.ts'
import { packFootage } from '../worker/footage.ts'
import { readVideoFile } from './inputs.ts'
import type { Env, Server } from './server.ts'

const toObject = ({ id, name, createdAt }: Character) => ({ id, name, created_at: Math.floor(createdAt) })

async function findCharacter({ stores }: Server, owner: string, id: string): Promise<Character> {
  const character = isId(id) ? await stores.characters.get(id, owner) : undefined
  if (!character) throw new ApiError(404, 'not_found', `there is no character ${id.slice(0, 80)}`)
  return character
}

/** The routes of characters: a clip's last frames are what new videos go on from. */
export function addCharacterRoutes(app: Hono<Env>, server: Server): void {
  const { characters, files } = server.stores
  app.post('/v1/videos/characters', async c => {
    if (!/^multipart\/form-data/i.test(c.req.header('content-type') ?? '')) {
      throw new ApiError(400, 'invalid_body', 'the body must be a multipart form: it holds a video file')
    }
    const { name, video } = parse(characterSchema, await readBody(c.req, server.uploads))
    const decoded = await readVideoFile(server, video)
    const id = createId('char')
    await files.put(id, 'source', await packFootage(decoded))
    return c.json(toObject(await characters.create(id, c.get('owner'), name)))
  })
  app.get('/v1/videos/characters/:id', async c =>
    c.json(toObject(await findCharacter(server, c.get('owner'), c.req.param('id')))),
  )
  app.delete('/v1/videos/characters/:id', async c => {
    const { id } = await findCharacter(server, c.get('owner'), c.req.param('id'))
    const deleted = await characters.remove(id, c.get('owner'))
    await files.remove(id)
    return c.json({ id, object: 'character.deleted', deleted })
  })
}
