import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import {
  type CaptionScore,
  filmPrompts,
  halvesOf,
  parseFilm,
  type SeenFilm,
  type SplitName,
  scoreCaption,
} from '../evaluate/index.ts'
import { pickFrames, type SheetRow, saveSheet } from '../media/index.ts'
import {
  FRAMES_PER_LATENT,
  type Parameters,
  selectParameters,
  type TransformerConfig,
} from '../model/index.ts'
import {
  assembleModel,
  type Captioner,
  type Model,
  modelConfigSchema,
  openCaptioner,
  openModel,
  readModelConfig,
  textToVideo,
} from '../sample/index.ts'
import { writeAtomically } from '../store/index.ts'
import {
  encodeForModel,
  gatherModel,
  type LatentSet,
  type ModelLatents,
  type Schedule,
  type StepReport,
  train,
  transformerTraining,
} from '../train/index.ts'
import {
  type Attributes,
  type CurriculumName,
  captionForm,
  curricula,
  findAttributes,
  loadPhysics,
} from '../world/index.ts'

// What captions teach: the same transformer on the same clips, told in different words (DALL-E 3, section 3).

/** The captions that transformers learn from: as people type, all that is true, and what the captioner says. */
export const captionKinds = ['short', 'detailed', 'captioner'] as const
/** A kind of captions. */
export type CaptionKind = (typeof captionKinds)[number]
/** How every transformer is asked for films. */
export const promptKinds = ['detailed', 'short'] as const
/** A kind of prompts. */
export type PromptKind = (typeof promptKinds)[number]

/** An ablation as data. */
export interface CaptionAblation {
  readonly name: string
  readonly description: string
  /** One transformer is trained for each of these seeds and each kind of captions. */
  readonly seeds: readonly number[]
  readonly curriculum: CurriculumName
  readonly clips: number
  /** Clips come from seeds after this one. */
  readonly clipSeed: number
  readonly transformer: Omit<TransformerConfig, 'latentChannels'>
  /** Latent frames of clips, of training windows and of the films that are judged. */
  readonly window: number
  readonly batchSize: number
  /** Where all transformers begin: one training on pictures without words. */
  readonly beginning: Schedule
  /** How each goes on, with its captions. */
  readonly schedule: Schedule
  /** Scenes that are asked for, half of them of combinations that no training clip shows. */
  readonly prompts: number
  readonly steps: number
  readonly guidance: number
}

/** How an ablation is run. */
export interface AblationOptions {
  /** Everything lies here; what is done already is not done again. */
  readonly folder: string
  /** The model whose autoencoder is used; the bundled one when absent. */
  readonly model?: string
  /** The bundled captioner when absent. */
  readonly captioner?: string
  readonly threads?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (stage: string, done: number, of: number, report?: StepReport) => void
  /** Called after every transformer with all that was seen so far. */
  readonly onRun?: (result: AblationResult) => void
}

/** A scene that is asked for. */
export interface AblationPrompt {
  readonly split: SplitName
  readonly prompts: Readonly<Record<PromptKind, string>>
  readonly attributes: Attributes
  /** What the parser sees in the true clip. */
  readonly truth: SeenFilm
}

/** What one transformer made of every prompt. */
export interface AblationRun {
  readonly captions: CaptionKind
  readonly seed: number
  readonly films: Readonly<Record<PromptKind, readonly SeenFilm[]>>
  /** Its loss at the end, the mean of a tenth of its steps. */
  readonly loss: number
}

/** Everything that an ablation saw. */
export interface AblationResult {
  readonly prompts: readonly AblationPrompt[]
  readonly runs: readonly AblationRun[]
  /** How right the captioner's captions of the training clips are. */
  readonly captions: readonly CaptionScore[]
}

/** Films of the first prompts that the page shows of each run. */
const SHOWN = 8

const framesOf = ({ window }: CaptionAblation) => FRAMES_PER_LATENT * (window - 1) + 1

/** Reads what an earlier call has written, or makes and writes it. */
async function once<T>(file: string, make: () => Promise<T>): Promise<T> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T
  const made = await make()
  writeAtomically(file, [Buffer.from(`${JSON.stringify(made)}\n`)])
  return made
}

/** Clips between two times that their captions are written to disk. */
const CAPTIONS_PER_WRITE = 50

/** Has the captioner say what each clip shows, or goes on where an earlier call stopped. */
async function captionClips(
  { folder: from, data }: ModelLatents,
  { folder, captioner: captionerFolder, threads, signal, onProgress }: AblationOptions,
): Promise<string[]> {
  const file = path.join(folder, 'captions.json')
  const captions: string[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
  const of = data.clips.length
  if (captions.length === of) return captions
  const model = await openModel({ folder: from, threads, lazily: true })
  let captioner: Captioner | undefined
  try {
    captioner = await openCaptioner(model, captionerFolder)
    while (captions.length < of) {
      signal?.throwIfAborted()
      const { latents } = data.window(captions.length, 0, data.shape[0])
      captions.push(await captioner.captionLatents(latents, captionForm))
      const isWritten = captions.length === of || captions.length % CAPTIONS_PER_WRITE === 0
      if (isWritten) writeAtomically(file, [Buffer.from(`${JSON.stringify(captions)}\n`)])
      onProgress?.('captions', captions.length, of)
    }
  } finally {
    await captioner?.close()
    await model.close()
  }
  return captions
}

/** The same clips, each with one caption of a kind, short or long. */
function tellClips(data: LatentSet, kind: CaptionKind, written: readonly string[]): LatentSet {
  const clips = data.clips.map(({ caption, shortCaption, looks }, clip) => {
    const told = { short: shortCaption, detailed: caption, captioner: written[clip] }[kind]
    return { caption: told, shortCaption: told, looks }
  })
  return { ...data, clips }
}

/** Trains a transformer, or goes on; gives its averaged parameters and its loss at the end. */
async function learn(
  ablation: CaptionAblation,
  data: LatentSet,
  run: { readonly into: string; readonly seed: number; readonly begin?: Parameters },
  { folder, threads, signal, onProgress }: AblationOptions,
) {
  const config = { ...ablation.transformer, latentChannels: data.shape[1] }
  const { begin: warmStart, into, seed } = run
  const training = transformerTraining({
    config,
    data: [data],
    schedule: warmStart ? ablation.schedule : ablation.beginning,
    batchSize: ablation.batchSize,
    frames: ablation.window,
  })
  const inside = path.join(folder, into)
  const onStep = (report: StepReport) => onProgress?.(into, report.step, report.steps, report)
  const state = await train(training, { folder: inside, seed, threads, warmStart, signal, onStep })
  signal?.throwIfAborted()
  const log = readFileSync(path.join(inside, 'log.jsonl'), 'utf8').trim().split('\n')
  const losses = log.slice(-Math.ceil(log.length / 10)).map(line => (JSON.parse(line) as StepReport).loss)
  const loss = losses.reduce((a, b) => a + b, 0) / losses.length
  return { learned: selectParameters(state, 'ema'), loss }
}

/** A model of the given autoencoder and a transformer that was just trained. */
function assembleLearned(
  { config, model, width, height }: ModelLatents,
  { transformer, window }: CaptionAblation,
  learned: Parameters,
  threads?: number,
): Promise<Model> {
  const { latentChannels } = config.autoencoder
  const mine = modelConfigSchema.parse({
    ...config,
    width,
    height,
    window,
    transformer: { ...transformer, latentChannels },
  })
  return assembleModel(mine, gatherModel(mine, { ...model, transformer: learned }), { threads })
}

/** Films what is asked for, and looks at it. */
async function filmAsked(ablation: CaptionAblation, pictures: ModelLatents): Promise<AblationPrompt[]> {
  const { width, height, config } = pictures
  const scene = { width, height, fps: config.fps, frameCount: framesOf(ablation) }
  return halvesOf(ablation.prompts).flatMap(({ split, count }) =>
    [...filmPrompts(split, ablation.curriculum, count, scene)].map(film => ({
      split,
      prompts: { detailed: film.caption, short: film.shortCaption },
      attributes: film.attributes,
      truth: parseFilm(film),
    })),
  )
}

/** Has a model film every prompt, and looks at the films; the first ones are kept as a picture. */
async function judgeModel(
  ablation: CaptionAblation,
  model: Model,
  prompts: readonly AblationPrompt[],
  into: string,
  { folder, signal, onProgress }: AblationOptions,
): Promise<AblationRun['films']> {
  const films: Record<PromptKind, SeenFilm[]> = { detailed: [], short: [] }
  const rows: SheetRow[] = []
  for (const [seed, asked] of prompts.entries()) {
    for (const kind of promptKinds) {
      const film = await textToVideo(model, asked.prompts[kind], {
        seed,
        seconds: Math.max(1, Math.floor(framesOf(ablation) / model.fps)),
        numInferenceSteps: ablation.steps,
        guidanceScale: ablation.guidance,
        signal,
      })
      films[kind].push(parseFilm(film))
      if (kind === 'detailed' && seed < SHOWN)
        rows.push({ label: asked.prompts[kind], frames: pickFrames(film.frames, film, 4) })
    }
    onProgress?.(`${into}, films`, seed + 1, prompts.length)
  }
  await saveSheet(path.join(folder, into, 'films.jpg'), rows, model.size, { columns: 2 })
  return films
}

/** Refuses a folder in which another ablation lies. */
function claimFolder(folder: string, ablation: CaptionAblation): void {
  mkdirSync(folder, { recursive: true })
  const [file, mine] = [path.join(folder, 'ablation.json'), `${JSON.stringify(ablation, null, 1)}\n`]
  if (existsSync(file) && readFileSync(file, 'utf8') !== mine) {
    throw new RangeError(`${folder} holds another ablation; choose another folder or delete it`)
  }
  writeAtomically(file, [Buffer.from(mine)])
}

/**
 * Trains one transformer for each kind of captions and each seed, from one beginning and with one budget, and has each
 * film the same prompts. Stopped or killed at any moment, it goes on where it was.
 * @throws RangeError when the folder holds another ablation
 * @throws DOMException AbortError when the signal aborts; checkpoints are saved before.
 */
export async function runCaptionAblation(
  ablation: CaptionAblation,
  options: AblationOptions,
): Promise<AblationResult> {
  const { folder, model: warmStart, threads, signal, onProgress } = options
  claimFolder(folder, ablation)
  await loadPhysics()
  const { curriculum, clips, clipSeed: seed, seeds } = ablation
  const { width, height, fps } = readModelConfig(warmStart)
  const scene = { ...curricula[curriculum], width, height, fps, frameCount: framesOf(ablation) }
  const encoded = await encodeForModel(
    { family: 'tabletop', clips, seed, scene },
    { folder, warmStart, threads, signal, onProgress },
  )
  const { data } = encoded
  const written = await captionClips(encoded, options)
  const prompts = await once(path.join(folder, 'prompts.json'), () => filmAsked(ablation, encoded))
  const wordless = {
    ...data,
    clips: data.clips.map(({ looks }) => ({ caption: '', shortCaption: '', looks })),
  }
  const beginning = await learn(ablation, wordless, { into: 'beginning', seed: seeds[0] }, options)
  const runs: AblationRun[] = []
  const scores = data.clips.map(({ caption }, clip) => scoreCaption(written[clip], findAttributes(caption)!))
  const result = { prompts, runs, captions: scores }
  for (const seed of seeds) {
    for (const captions of captionKinds) {
      const into = `${captions}-${seed}`
      const run = await once(path.join(folder, `${into}.json`), async () => {
        const told = tellClips(data, captions, written)
        const { learned, loss } = await learn(
          ablation,
          told,
          { into, seed, begin: beginning.learned },
          options,
        )
        const model = await assembleLearned(encoded, ablation, learned, threads)
        try {
          const films = await judgeModel(ablation, model, prompts, into, options)
          return { captions, seed, films, loss }
        } finally {
          await model.close()
        }
      })
      runs.push(run)
      options.onRun?.(result)
    }
  }
  return result
}
