import path from 'node:path'
import { openAnimation } from './decodeAnimation.ts'
import { openLibav } from './decodeLibav.ts'
import type { FilmSource } from './filmSource.ts'

/** Files that sharp reads alone. */
const animations = ['.gif', '.webp']

/** Pixels of a frame that are decoded at most: 8K. */
const LARGEST_FRAME = 7680 * 4320

/**
 * Opens a film: GIF and WebP by sharp, everything else by node-av.
 * @throws RangeError when it cannot be read, holds no pictures or too large ones, or node-av is not installed.
 */
export async function openFilm(file: string): Promise<FilmSource> {
  const source = isReadBySharp(file) ? await openAnimation(file) : await openLibav(file)
  if (source.width * source.height <= LARGEST_FRAME) return source
  source.close()
  throw new RangeError(`its frames are ${source.width} x ${source.height}, more than 7680 x 4320 pixels`)
}

/** Whether a film file can be opened without node-av. */
export function isReadBySharp(file: string): boolean {
  return animations.includes(path.extname(file).toLowerCase())
}
