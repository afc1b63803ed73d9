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

/** Characters that are kept for one owner: each is a clip on the disk. */
const MOST_CHARACTERS = 100

const toObject = ({ id, name, createdAt }: Character) => ({ id, name, created_at: Math.floor(createdAt) })

async function findCharacter({ stores }: Server, owner: string, id: string): Promise<Character> {
  const character = isId(id) ? await stores.characters.get(id, owner) : undefined
  if (!character) throw new ApiError(404, 'not_found', `there is no character ${id.slice(0, 80)}`)
  return character
}

/** @throws ApiError 429 when an owner has as many as are kept. */
async function checkRoom({ stores }: Server, owner: string): Promise<void> {
  if ((await stores.characters.count(owner)) < MOST_CHARACTERS) return
  const message = `you have ${MOST_CHARACTERS} characters, and at most that many are kept; delete one`
  // Trying again would not help: the official client must not.
  throw new ApiError(429, 'too_many_characters', message, null, { 'x-should-retry': 'false' })
}

/** The routes of characters: a clip's last frames are what new videos go on from. */
export function addCharacterRoutes(app: Hono<Env>, server: Server): void {
  const { characters, files } = server.stores
  app.post('/v1/videos/characters', async c => {
    if (!/^multipart\/form-data/i.test(c.req.header('content-type') ?? '')) {
      throw new ApiError(400, 'invalid_body', 'the body must be a multipart form: it holds a video file')
    }
    const { name, video } = parse(characterSchema, await readBody(c.req, server.uploads))
    const owner = c.get('owner')
    await checkRoom(server, owner)
    const decoded = await readVideoFile(server, video)
    // Others may have been stored while this one was decoded.
    await checkRoom(server, owner)
    const id = createId('char')
    await files.put(id, 'source', await packFootage(decoded))
    return c.json(toObject(await characters.create(id, owner, name)))
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
