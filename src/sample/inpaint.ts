import { FRAMES_PER_LATENT, PIXELS_PER_LATENT } from '../model/index.ts'
import { encodeFilm } from './encodeFilm.ts'
import { type Film, type FilmOptions, makeFilm } from './film.ts'
import { expectSize, type Footage } from './footage.ts'
import type { Model } from './model.ts'

/** What of a film is made anew: its length stays. */
export type InpaintOptions = Omit<FilmOptions, 'seconds'> & {
  /** H x W, of the model's size: what is above 127 is made anew. */
  readonly mask: Uint8Array
  /** Seconds from which and up to which it is made anew: the whole film when absent. */
  readonly from?: number
  readonly to?: number
}

/** Pixels around the mask over which what was made fades into what was there. */
const FEATHER = 4

/**
 * The mask of a box: 255 inside.
 * @param box pixels from the upper left; what is beyond the picture is left out
 * @throws RangeError when nothing of the box is inside the picture.
 */
export function boxMask(
  { width, height }: Model['size'],
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Uint8Array {
  const mask = new Uint8Array(width * height)
  const [right, bottom] = [Math.min(width, box.x + box.width), Math.min(height, box.y + box.height)]
  for (let y = Math.max(0, box.y); y < bottom; y++)
    mask.fill(255, y * width + Math.max(0, box.x), y * width + right)
  if (mask.includes(255)) return mask
  throw new RangeError(
    `the box must lie inside ${width}x${height} pixels, got ${Object.values(box).join(',')}`,
  )
}

/** Frames from and up to which a film is made anew. */
function chooseFrames({ frameCount, fps }: Footage, from = 0, to = frameCount / fps): [number, number] {
  const seconds = frameCount / fps
  if (!(from >= 0 && to <= seconds + 1e-6 && from < to)) {
    throw new RangeError(
      `\`from\` and \`to\` must lie in order from 0 to ${seconds} s, got ${from} and ${to}`,
    )
  }
  const first = Math.min(frameCount - 1, Math.round(from * fps))
  return [first, Math.max(first + 1, Math.round(to * fps))]
}

/** The latent frame in which a frame lies: the first one has one of its own. */
const latentOf = (frame: number) => Math.ceil(frame / FRAMES_PER_LATENT)

/** Cells of which no pixel is made anew: f x h x w, 1 stays. */
function findKept(
  { width, height }: Model['size'],
  mask: Uint8Array,
  [first, end]: readonly [number, number],
  latents: number,
): Uint8Array {
  const [w, h] = [width / PIXELS_PER_LATENT, height / PIXELS_PER_LATENT]
  const kept = new Uint8Array(latents * h * w).fill(1)
  for (const [i, value] of mask.entries()) {
    if (value <= 127) continue
    const cell = Math.floor(i / width / PIXELS_PER_LATENT) * w + Math.floor((i % width) / PIXELS_PER_LATENT)
    for (let f = latentOf(first); f <= latentOf(end - 1); f++) kept[f * h * w + cell] = 0
  }
  return kept
}

/** How much of what was made is shown at each pixel: 1 in the mask, less and less around it. */
function featherMask(mask: Uint8Array, width: number): Float32Array {
  let reached = Uint8Array.from(mask, value => (value > 127 ? 1 : 0))
  const share = Float32Array.from(reached)
  for (let ring = 1; ring <= FEATHER; ring++) {
    const wider = reached.map((value, i) => {
      const x = i % width
      const sides = (x > 0 ? reached[i - 1] : 0) | (x < width - 1 ? reached[i + 1] : 0)
      return value | sides | (reached[i - width] ?? 0) | (reached[i + width] ?? 0)
    })
    for (const [i, value] of wider.entries()) if (value > reached[i]) share[i] = 1 - ring / (FEATHER + 1)
    reached = wider
  }
  return share
}

/** Puts back what was known of a film: every pixel outside the mask and its feather, every frame outside the span. */
function pasteKnown(
  made: Uint8Array,
  given: Uint8Array,
  share: Float32Array,
  [first, end]: readonly [number, number],
): Uint8Array {
  const bytes = share.length * 3
  const pasted = given.slice()
  for (let i = first * bytes; i < end * bytes; i++) {
    const part = share[Math.floor((i % bytes) / 3)]
    if (part > 0) pasted[i] = Math.round(part * made[i] + (1 - part) * given[i])
  }
  return pasted
}

/**
 * Makes a part of a film anew, in new words: known latents are put back at each step, known pixels at the end.
 * @param film of the model's size
 * @throws RangeError when the film or the mask has another size, the mask is empty, or the seconds are not the film's.
 */
export async function inpaint(
  model: Model,
  film: Footage,
  prompt: string,
  { mask, from, to, ...options }: InpaintOptions,
): Promise<Film> {
  expectSize(model, film)
  const { width, height } = model.size
  if (mask.length !== width * height) {
    throw new RangeError(`the mask must hold ${width * height} pixels, got ${mask.length}`)
  }
  if (!mask.some(value => value > 127))
    throw new RangeError('the mask must mark something, got none above 127')
  const span = chooseFrames(film, from, to)
  // Not refined: what is kept is put back as it was, not as latents paint it.
  const latents = await encodeFilm(model, film, false)
  const kept = findKept(model.size, mask, span, latentOf(film.frameCount - 1) + 1)
  const source = { latents, frameCount: film.frameCount, strength: 1, kept }
  const beginning = { task: 'inpaint', known: new Float32Array(0), isStart: true, source } as const
  const seconds = Math.max(1, Math.round(film.frameCount / film.fps))
  const made = await makeFilm(model, prompt, beginning, { ...options, seconds })
  return { ...made, frames: pasteKnown(made.frames, film.frames, featherMask(mask, width), span) }
}
