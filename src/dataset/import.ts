import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { hasLibav, isReadBySharp, requireLibav, type Size } from '../media/index.ts'
import { bucketsOf } from './cutFilm.ts'
import { type FilmFolder, type FolderFilm, readFilmFolder, readPrompts } from './folder.ts'
import type { MakeOptions } from './make.ts'
import { runPool } from './pool.ts'
import { FORMAT_VERSION } from './record.ts'
import { beginDataset, inspectShard, removeShards } from './shard.ts'

/** How films become clips. */
export interface ImportOptions {
  /** Sizes that films are brought to, each to the one that crops least; about 128 x 128 in 1:1, 16:9 and 9:16 when absent. */
  readonly buckets?: readonly Size[]
  readonly fps?: number
  /** Length of a clip. */
  readonly seconds?: number
}

/** What an import worker is asked for. */
export interface ImportRequest {
  /** Where the dataset lies. */
  readonly folder: string
  readonly shard: number
  /** Where the films lie. */
  readonly source: string
  readonly films: readonly FolderFilm[]
  readonly plan: string
  readonly buckets: readonly Size[]
  readonly fps: number
  readonly frameCount: number
}

/** What an import worker says when a shard is there. */
export interface ImportReport {
  readonly clips: number
}

/** Films of one shard: few, so that little is lost when it is interrupted. */
const FILMS_PER_SHARD = 8

/** What a shard is made from: names, sizes and captions. Another hash means that it must be made anew. */
function hashPlan(source: string, films: readonly FolderFilm[]): string {
  const facts = films.map(({ file, caption }) => [file, statSync(path.join(source, file)).size, caption])
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

/** Says in one line what is missing, before anything is begun. */
async function checkFilms(source: string, { films }: FilmFolder): Promise<void> {
  if (films.length === 0) throw new RangeError(`${source} holds no films`)
  const foreign = films.filter(({ file }) => !isReadBySharp(file))
  if (foreign.length === 0 || (await hasLibav())) return
  await requireLibav(`${foreign.length} of ${films.length} films in ${source} cannot be read`)
}

/**
 * Imports a folder of films with captions as a dataset, with every core. Films that cannot be read are listed and
 * skipped. Killed at any moment, it goes on; called again after films were added, it makes the shards that change.
 * @param source a folder: films, metadata.jsonl or .txt files beside them, subfolders
 * @returns what was found; `openDataset` tells which films were refused
 * @throws RangeError when the folder cannot be read or holds no films, the dataset's folder cannot be written or holds
 * another dataset, or node-av is needed and not installed.
 * @throws DOMException AbortError when the signal aborts; whole shards stay.
 */
export async function importDataset(
  source: string,
  folder: string,
  { buckets = bucketsOf(128), fps = 12, seconds = 4 }: ImportOptions = {},
  { workers = availableParallelism(), onProgress, signal }: MakeOptions = {},
): Promise<FilmFolder> {
  const listed = readFilmFolder(source, folder)
  await checkFilms(source, listed)
  const found = { ...listed, films: await readPrompts(source, listed.films) }
  const sizes = buckets.map(({ width, height }): [number, number] => [width, height])
  beginDataset(folder, { version: FORMAT_VERSION, kind: 'imported', fps, seconds, buckets: sizes })
  const shards = Math.ceil(found.films.length / FILMS_PER_SHARD)
  removeShards(folder, shards)
  const requests: ImportRequest[] = []
  for (let shard = 0; shard < shards; shard++) {
    const films = found.films.slice(shard * FILMS_PER_SHARD, (shard + 1) * FILMS_PER_SHARD)
    const plan = hashPlan(source, films)
    const there = inspectShard(folder, shard)
    if ('plan' in there && there.plan === plan) continue
    requests.push({
      folder,
      shard,
      source,
      films,
      plan,
      buckets,
      fps,
      frameCount: Math.round(seconds * fps) + 1,
    })
  }
  let done = found.films.length - requests.reduce((sum, { films }) => sum + films.length, 0)
  const of = found.films.length
  onProgress?.(done, of)
  await runPool<ImportRequest, ImportReport>(requests, {
    entry: new URL('./importWorker.ts', import.meta.url),
    threads: workers,
    onMessage: message => message === 'step' && onProgress?.(++done, of),
    signal,
  })
  return found
}
