import { scalePicture } from '../media/index.ts'
import { upscalerScales } from '../model/index.ts'
import type { Model, Upscaler } from '../sample/index.ts'
import { type CurriculumName, type Film, renderMotion } from '../world/index.ts'
import { type Estimate, estimateMean } from './bootstrap.ts'
import type { Frames } from './pixels.ts'
import { filmPrompts } from './prompts.ts'
import { measurePsnr } from './psnr.ts'
import { roundTrip } from './reconstruction.ts'

/** What is enlarged: true small films, and what the autoencoder gives back of them. */
const upscaledKinds = ['true', 'decoded'] as const

/** How well films are enlarged: decibels against the same scenes filmed large, and how many more than Lanczos has. */
export interface UpscalerRow {
  readonly kind: (typeof upscaledKinds)[number]
  readonly scale: (typeof upscalerScales)[number]
  readonly lanczos: Estimate
  readonly upscaler: Estimate
  readonly gain: Estimate
}

/** How an upscaler is judged. */
export interface UpscalerEvaluationOptions {
  readonly curriculum: CurriculumName
  /** Films of held-out combinations. */
  readonly count: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, of: number) => void
}

/** Frames of each film, and which of them are compared: a whole film would show the same again and again. */
const [FRAMES, SHOWN_EVERY] = [25, 8]

/** Some frames of a film, evenly spaced from the first on. */
function pick({ frames, width, height }: Frames): Uint8Array[] {
  const bytes = width * height * 3
  const count = Math.ceil(frames.length / bytes / SHOWN_EVERY)
  return Array.from({ length: count }, (_, i) => {
    const start = i * SHOWN_EVERY * bytes
    return frames.subarray(start, start + bytes)
  })
}

async function enlargeBoth(
  upscaler: Upscaler,
  small: readonly Uint8Array[],
  { width, height }: Film,
  scale: UpscalerRow['scale'],
): Promise<{ lanczos: Uint8Array; upscaled: Uint8Array }> {
  const to = { width: width * scale, height: height * scale }
  const lanczos: Uint8Array[] = []
  for (const frame of small) lanczos.push(await scalePicture(frame, { width, height }, to))
  const upscaled: Uint8Array[] = []
  for await (const frame of upscaler.enlarge(small, { width, height }, scale)) upscaled.push(frame)
  return { lanczos: Buffer.concat(lanczos), upscaled: Buffer.concat(upscaled) }
}

/**
 * Enlarges films of held-out combinations, which no training has seen, and compares them with the same scenes filmed
 * large; a film's decibels are those of all its compared frames together. `loadPhysics` must have finished.
 */
export async function evaluateUpscaler(
  model: Model,
  upscaler: Upscaler,
  { curriculum, count, signal, onProgress }: UpscalerEvaluationOptions,
): Promise<UpscalerRow[]> {
  const rows = upscaledKinds.flatMap(kind =>
    upscalerScales.map(scale => ({ kind, scale, lanczos: [] as number[], upscaler: [] as number[] })),
  )
  let done = 0
  for (const film of filmPrompts('heldOut', curriculum, count, { ...model.size, frameCount: FRAMES })) {
    signal?.throwIfAborted()
    const decoded = { ...film, frames: await roundTrip(model, film) }
    for (const scale of upscalerScales) {
      const size = { width: film.width * scale, height: film.height * scale }
      const { frames } = renderMotion({ ...film.scene, ...size }, film.motion)
      const large = Buffer.concat(pick({ frames, ...size }))
      for (const row of rows.filter(row => row.scale === scale)) {
        const small = pick(row.kind === 'true' ? film : decoded)
        const { lanczos, upscaled } = await enlargeBoth(upscaler, small, film, scale)
        row.lanczos.push(measurePsnr(lanczos, large))
        row.upscaler.push(measurePsnr(upscaled, large))
      }
    }
    onProgress?.(++done, count)
  }
  const estimate = (values: readonly number[]) => estimateMean(values.map(value => [value]))
  return rows.map(({ kind, scale, lanczos, upscaler }) => ({
    kind,
    scale,
    lanczos: estimate(lanczos),
    upscaler: estimate(upscaler),
    gain: estimate(upscaler.map((psnr, i) => psnr - lanczos[i])),
  }))
}
