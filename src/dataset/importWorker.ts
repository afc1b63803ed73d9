import path from 'node:path'
import { openFilm } from '../media/index.ts'
import { chooseBucket, cutFilm } from './cutFilm.ts'
import type { FolderFilm } from './folder.ts'
import type { ImportReport, ImportRequest } from './import.ts'
import type { RefusedFile } from './open.ts'
import { serveShards } from './pool.ts'
import { type PackedClip, packClip, writeShard } from './shard.ts'

/** Appends the clips of one film; when it breaks off, those before that stay. */
async function importFilm(
  { source: folder, buckets, fps, frameCount }: ImportRequest,
  { file, caption }: FolderFilm,
  packed: PackedClip[],
): Promise<void> {
  const source = await openFilm(path.join(folder, file))
  try {
    const size = chooseBucket(source, buckets)
    for await (const { start, frames } of cutFilm(source, { size, fps, frameCount })) {
      const { width, height } = size
      const place = { file, start: Math.round(start * 1000) / 1000 }
      const words = { caption, shortCaption: caption }
      const record = { width, height, frameCount: frames.length, fps, ...words, source: place }
      packed.push(await packClip({ record, frames: Buffer.concat(frames) }))
    }
  } finally {
    source.close()
  }
}

/** Imports the films of one shard; those that cannot be read are listed. */
async function importShard(request: ImportRequest, onFilm: () => void): Promise<ImportReport> {
  const packed: PackedClip[] = []
  const refused: RefusedFile[] = []
  for (const film of request.films) {
    const before = packed.length
    try {
      await importFilm(request, film, packed)
      if (packed.length === before) refused.push({ file: film.file, reason: 'it holds no frames' })
    } catch (error) {
      const kept = packed.length - before
      const reason = (error as Error).message
      const rest = kept > 0 ? `; the ${kept === 1 ? 'clip' : `${kept} clips`} before that stayed` : ''
      refused.push({ file: film.file, reason: `${reason}${rest}` })
    }
    onFilm()
  }
  writeShard(request.folder, request.shard, packed, { plan: request.plan, refused })
  return { clips: packed.length }
}

serveShards(importShard)
