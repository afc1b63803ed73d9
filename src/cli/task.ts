import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import {
  connect,
  edit,
  extend,
  extendBackward,
  type FilmOptions,
  imageToVideo,
  inpaint,
  loop,
  type Model,
  readImage,
  readPart,
  readVideo,
  type Shot,
  storyboard,
  textToVideo,
  type Video,
} from '../index.ts'
import { loopBounds } from '../sample/index.ts'

/** The options that say what a film is made from. */
export interface TaskOptions {
  readonly image?: string
  readonly lastImage?: string
  readonly extend?: string
  readonly backward?: boolean
  readonly connect?: readonly string[]
  readonly loop?: boolean
  readonly edit?: string
  readonly strength?: number
  readonly inpaint?: string
  readonly box?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  readonly mask?: string
  readonly from?: number
  readonly to?: number
  readonly storyboard?: string
  readonly seconds?: number
}

/** Puts a prompt into other words, for the film with this seed. */
export type Rewrite = (prompt: string, seed: number) => Promise<string>

/**
 * Makes a film of a task; called once for each seed.
 * @param rewrite used where words alone say what is seen: what a picture or a film shows needs no more details
 */
export type MakeVideo = (model: Model, options: FilmOptions, rewrite: Rewrite) => Promise<Video>

/** The size and the rate of a model's films: all that must be known of it to read files for it. */
export type ModelFormat = Pick<Model, 'size' | 'fps'>

/** What is to be made. */
export interface Task {
  /** The words that the film is named after. */
  readonly prompt: string
  /**
   * Reads the files that the film is made from, before the model is opened.
   * @returns what was cut or scaled of them, one line a file
   * @throws RangeError when one of them cannot be read, or nothing of a box is inside.
   */
  prepare(format: ModelFormat): Promise<{ readonly changes: readonly string[]; readonly make: MakeVideo }>
}

/** The options that choose a task: only one of them may be given; `--image` and `--last-image` go together. */
const flags = {
  image: '--image',
  lastImage: '--last-image',
  extend: '--extend',
  connect: '--connect',
  loop: '--loop',
  edit: '--edit',
  inpaint: '--inpaint',
  storyboard: '--storyboard',
} as const satisfies Partial<Record<keyof TaskOptions, string>>

/** Options that go with one task only, and which it is. */
const parts = {
  backward: ['--backward', 'extend'],
  strength: ['--strength', 'edit'],
  box: ['--box', 'inpaint'],
  mask: ['--mask', 'inpaint'],
  from: ['--from', 'inpaint'],
  to: ['--to', 'inpaint'],
} as const

/** Tasks that bring their length with them. */
const lengths = {
  edit: 'the length is that of the film',
  inpaint: 'the length is that of the film',
  storyboard: 'its shots say their seconds',
} as const

/** The option of the task that is wanted; none for words alone. */
function chooseFlag(options: TaskOptions): keyof typeof flags | undefined {
  const given = (Object.keys(flags) as (keyof typeof flags)[]).filter(name => options[name] !== undefined)
  const [first, second] = given.filter(name => name !== 'lastImage' || options.image === undefined)
  if (second) throw new RangeError(`${flags[first]} and ${flags[second]} do not go together`)
  for (const [name, [flag, task]] of Object.entries(parts)) {
    if (options[name as keyof typeof parts] !== undefined && first !== task) {
      throw new RangeError(`${flag} says more of ${flags[task]}, which is missing`)
    }
  }
  if (options.seconds !== undefined && first && first in lengths) {
    const why = lengths[first as keyof typeof lengths]
    throw new RangeError(`--seconds does not go with ${flags[first]}: ${why}`)
  }
  if (first === 'inpaint' && (options.box === undefined) === (options.mask === undefined)) {
    throw new RangeError('--inpaint takes either --box or --mask, which says what is made anew')
  }
  const { from, to, seconds } = options
  if (from !== undefined && to !== undefined && from >= to)
    throw new RangeError(`--from must be before --to, got ${from} and ${to}`)
  const { least, most } = loopBounds
  if (first === 'loop' && seconds !== undefined && (seconds < least || seconds > most))
    throw new RangeError(`--seconds of a --loop must be from ${least} to ${most}, got ${seconds}`)
  return first
}

const storyboardSchema = z
  .array(
    z.strictObject({
      prompt: z.string('must be a text').trim().min(1, 'must say something'),
      seconds: z.number('must be a number').positive('must be above 0'),
    }),
    'must be a list of {"prompt": "...", "seconds": 4}',
  )
  .min(1, 'must hold at least one shot')

/**
 * Reads a storyboard: a JSON file with a list of shots, each a prompt and its seconds.
 * @throws RangeError naming the file, the field and the rule.
 */
function readStoryboard(file: string): Shot[] {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new RangeError(`${file} cannot be read as JSON (${(error as Error).message.split('\n')[0]})`)
  }
  const { data, error } = storyboardSchema.safeParse(json)
  if (data) return data
  const [{ path, message }] = error.issues
  const [shot, field] = path
  const place = shot === undefined ? '' : ` shot ${Number(shot) + 1}:${field ? ` \`${String(field)}\`` : ''}`
  throw new RangeError(`${file}:${place} ${message}`)
}

/** `--connect` takes every word behind it: two files, and the prompt when that comes last. */
function splitConnect(files: readonly string[] = [], prompt?: string) {
  const [first, second, last, ...more] = files
  const words = prompt ?? last
  if (second === undefined || more.length > 0 || (last !== undefined && prompt !== undefined)) {
    const count = files.length - (prompt === undefined && files.length > 2 ? 1 : 0)
    throw new RangeError(`--connect takes two films, got ${count}`)
  }
  for (const file of [first, second]) if (!existsSync(file)) throw new RangeError(`there is no file ${file}`)
  return { files: [first, second] as const, prompt: words }
}

/** How each task is made, once its options have been checked. */
const tasks = {
  image: prepareImages,
  lastImage: prepareImages,
  async extend(format, prompt, { extend: file = '', backward }) {
    const { changes, ...film } = await readVideo(format, file)
    const run = backward ? extendBackward : extend
    return { changes, make: (model, options) => run(model, film, { ...options, prompt }) }
  },
  async connect(format, prompt, { connect: files = [] }) {
    const [first, second] = [await readVideo(format, files[0]), await readVideo(format, files[1])]
    const changes = [...first.changes, ...second.changes]
    return { changes, make: (model, options) => connect(model, [first, second], { ...options, prompt }) }
  },
  async loop(_, prompt) {
    const make: MakeVideo = async (model, options, rewrite) =>
      loop(model, await rewrite(prompt, options.seed ?? 0), options)
    return { changes: [], make }
  },
  async edit(format, prompt, { edit: file = '', strength }) {
    const { changes, ...film } = await readVideo(format, file)
    return { changes, make: (model, options) => edit(model, film, { ...options, strength, prompt }) }
  },
  async inpaint(format, prompt, { inpaint: file = '', box, mask: picture = '', from, to }) {
    const { changes, ...film } = await readVideo(format, file)
    const part = box ? { box } : { mask: await readImage(format, picture) }
    // Nothing is opened for a box beside the film.
    if (box) await readPart(format, film, { box })
    const make: MakeVideo = (model, options) =>
      inpaint(model, film, { ...options, ...part, from, to, prompt })
    return { changes: [...changes, ...(part.mask?.changes ?? [])], make }
  },
} satisfies Record<
  Exclude<keyof typeof flags, 'storyboard'>,
  (format: ModelFormat, prompt: string, options: TaskOptions) => ReturnType<Task['prepare']>
>

async function prepareImages(
  format: ModelFormat,
  prompt: string,
  { image, lastImage }: TaskOptions,
): ReturnType<Task['prepare']> {
  const read = async (file: string | undefined) => (file ? await readImage(format, file) : undefined)
  const [first, last] = [await read(image), await read(lastImage)]
  const changes = [...(first?.changes ?? []), ...(last?.changes ?? [])]
  return { changes, make: (model, options) => imageToVideo(model, { first, last }, prompt, options) }
}

function chooseStoryboard(file: string, prompt: string | undefined): Task {
  if (prompt !== undefined) {
    throw new RangeError('--storyboard brings the words of every shot: leave the prompt out')
  }
  const shots = readStoryboard(file)
  return {
    prompt: shots[0].prompt,
    async prepare() {
      return { changes: [], make: (model, { seconds: _, ...options }) => storyboard(model, shots, options) }
    },
  }
}

/**
 * Chooses what is made from the options of a command line.
 * @throws RangeError when they do not go together, or the prompt is missing.
 */
export function chooseTask(given: string | undefined, options: TaskOptions): Task {
  const flag = chooseFlag(options)
  if (flag === 'storyboard') return chooseStoryboard(options.storyboard!, given)
  const { files, prompt } =
    flag === 'connect' ? splitConnect(options.connect, given) : { files: undefined, prompt: given }
  if (prompt === undefined) throw new RangeError("missing required argument 'prompt'")
  if (prompt.trim() === '') throw new RangeError('the prompt must say something, got an empty text')
  return {
    prompt,
    async prepare(format) {
      if (flag) return tasks[flag](format, prompt, { ...options, connect: files })
      const make: MakeVideo = async (model, film, rewrite) =>
        textToVideo(model, await rewrite(prompt, film.seed ?? 0), film)
      return { changes: [], make }
    },
  }
}
