import { type FilmSource, retime, type Size } from '../media/index.ts'

/** A piece of a film: the second where it begins, and its frames, each H x W x 3. */
export interface FilmPiece {
  readonly start: number
  readonly frames: readonly Uint8Array[]
}

/** How much of a picture remains when it is cropped to another aspect ratio. */
function keptShare(source: Size, bucket: Size): number {
  const ratio = source.width / source.height / (bucket.width / bucket.height)
  return Math.min(ratio, 1 / ratio)
}

/** The bucket that crops a film least. */
export function chooseBucket<Bucket extends Size>(source: Size, buckets: readonly Bucket[]): Bucket {
  return buckets.reduce((best, bucket) =>
    keptShare(source, bucket) > keptShare(source, best) ? bucket : best,
  )
}

/** Sides are whole patches of the transformer: 2 latents of 16 pixels. */
const SIDE = 32
const ASPECTS = [1, 16 / 9, 9 / 16]

/** Sizes of about `size` x `size` pixels for 1:1, 16:9 and 9:16. */
export function bucketsOf(size: number): Size[] {
  const side = (length: number) => Math.max(SIDE, Math.round(length / SIDE) * SIDE)
  return ASPECTS.map(aspect => ({
    width: side(size * Math.sqrt(aspect)),
    height: side(size / Math.sqrt(aspect)),
  }))
}

/**
 * Decodes a film in a size, at a pace, and cuts it into clips of one length. What is left at the end gives a clip that
 * overlaps the one before, if it is at least half as long; a film that is shorter than a clip gives one of 1 + 4 k frames.
 */
export async function* cutFilm(
  source: FilmSource,
  { size, fps, frameCount }: { readonly size: Size; readonly fps: number; readonly frameCount: number },
): AsyncGenerator<FilmPiece> {
  let before: Uint8Array[] = []
  let piece: Uint8Array[] = []
  let total = 0
  for await (const pixels of retime(source.frames(size), fps)) {
    piece.push(pixels)
    total++
    if (piece.length < frameCount) continue
    yield { start: (total - frameCount) / fps, frames: piece }
    before = piece
    piece = []
  }
  if (before.length === 0 && piece.length > 0) {
    yield { start: 0, frames: piece.slice(0, 1 + 4 * Math.floor((piece.length - 1) / 4)) }
  } else if (piece.length >= frameCount / 2) {
    yield { start: (total - frameCount) / fps, frames: [...before.slice(piece.length), ...piece] }
  }
}
