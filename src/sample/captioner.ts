import path from 'node:path'
import { createRandom, input } from '../array/index.ts'
import {
  type BytePairs,
  type CaptionerConfig,
  captionerSpecs,
  countFilmTokens,
  decodeBytePairs,
  endToken,
  filmPrefix,
  fixParameters,
  type Parameters,
  PIXELS_PER_LATENT,
  selectParameters,
} from '../model/index.ts'
import { type CompileOptions, compile } from '../onnx/index.ts'
import { loadModel } from '../store/index.ts'
import { encodeFilm } from './encodeFilm.ts'
import type { Footage } from './footage.ts'
import { assembleJudge, captionerConfigSchema, fitFrames } from './judge.ts'
import { bundledFolder, type Model } from './model.ts'
import { compileWriter } from './writeText.ts'

// Shapes: f latent frames, Z latent channels, h w latent grid, P tokens of a film, D width.

/** How the captions of films are. */
export interface CaptionForm {
  /** Wordings of which this does not hold are written anew, bolder each time, while there are tries left. */
  readonly isCaption?: (text: string) => boolean
  /** The caption of a film as a mirror shows it. Where it is given, films are looked at in a mirror too. */
  readonly mirror?: (text: string) => string
}

/** A captioner that is ready: it says what films show. */
export interface Captioner {
  /** Latent frames that it looks at. */
  readonly frames: number
  /**
   * A caption of latents.
   * @param latents f x Z x h x w, normalised; of longer films the first `frames` are looked at, shorter ones stand still in
   * the end
   */
  captionLatents(latents: Float32Array, form?: Pick<CaptionForm, 'isCaption'>): Promise<string>
  /** A caption of a film of the model's size: of two that a look at it and one at its mirror image give, the one likelier in both. */
  captionFilm(film: Footage, form?: CaptionForm): Promise<string>
  close(): Promise<void>
}

const TRIES = 4

/** A film as a mirror shows it. */
function mirrorFilm(film: Footage): Footage {
  const { width } = film
  const frames = new Uint8Array(film.frames.length)
  for (let pixel = 0; pixel < frames.length / 3; pixel++) {
    const other = pixel + width - 1 - 2 * (pixel % width)
    for (let c = 0; c < 3; c++) frames[pixel * 3 + c] = film.frames[other * 3 + c]
  }
  return { ...film, frames }
}

/** Compiles a captioner from its configuration and parameters, for films of a model. */
export async function assembleCaptioner(
  model: Model,
  { pairs, ...config }: CaptionerConfig & BytePairs,
  params: Parameters,
  options: CompileOptions = { threads: 1 },
): Promise<Captioner> {
  const { latentChannels, frames, height, width, captionLength, language } = config
  const shape = [1, frames, latentChannels, height, width]
  const prefix = filmPrefix(fixParameters(captionerSpecs(config), params), input('latents', shape), config)
  const looking = await compile({ prefix }, options)
  const sizes = { prefix: countFilmTokens(config), begin: 1, length: countFilmTokens(config) + captionLength }
  const writer = await compileWriter(language, selectParameters(params, 'language'), sizes, options)
  const end = endToken(config)
  const judge = assembleJudge({ pairs, ...config }, () => params, options)
  const captioner: Captioner = {
    frames,
    async captionLatents(latents, { isCaption = () => true } = {}) {
      const data = fitFrames(latents, frames, latentChannels * height * width)
      const seen = (await looking.run({ latents: { shape, data } })).prefix.data as Float32Array
      const random = createRandom(1)
      let likeliest = ''
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const sampling = { temperature: 0.4 * attempt, topP: 0.9, random }
        const { ids } = await writer.write({ prefix: seen, ids: [end] }, { end, ...sampling })
        const text = decodeBytePairs({ pairs }, ids)
        if (attempt === 0) likeliest = text
        if (isCaption(text)) return text
      }
      return likeliest
    },
    async captionFilm(film, { isCaption, mirror } = {}) {
      const seen = await encodeFilm(model, film, false)
      const caption = await captioner.captionLatents(seen, { isCaption })
      if (!mirror) return caption
      const mirrored = await encodeFilm(model, mirrorFilm(film), false)
      const other = mirror(await captioner.captionLatents(mirrored, { isCaption }))
      if (other === caption) return caption
      const rate = async (text: string) =>
        (await judge.rate(seen, text)) + (await judge.rate(mirrored, mirror(text)))
      return (await rate(other)) > (await rate(caption)) ? other : caption
    },
    async close() {
      await judge.close()
      await looking.release()
      await writer.release()
    },
  }
  return captioner
}

/**
 * Opens a captioner, the bundled one when no folder is said.
 * @throws Error naming the file, the tensor or the field that is missing or damaged.
 * @throws RangeError when it was trained for latents of another shape than the model's.
 */
export async function openCaptioner(model: Model, folder = bundledFolder('captioner')): Promise<Captioner> {
  const { config, tensors } = loadModel(path.resolve(folder), captionerConfigSchema)
  const { latentChannels } = model.autoencoder
  const { width, height } = model.size
  const [wanted, got] = [
    [config.width * PIXELS_PER_LATENT, config.height * PIXELS_PER_LATENT, config.latentChannels],
    [width, height, latentChannels],
  ].map(([across, down, channels]) => `films of ${across} x ${down} pixels in ${channels} latent channels`)
  if (wanted !== got)
    throw new RangeError(`${folder}: this captioner reads ${wanted}, the model makes ${got}`)
  return assembleCaptioner(model, config, tensors as Parameters)
}
