import { pickFrames, type SheetRow } from '../media/index.ts'
import {
  boxMask,
  connect,
  edit,
  extend,
  extendBackward,
  type Footage,
  imageToVideo,
  inpaint,
  loop,
  type Model,
  measureChanges,
  measureRound,
  textToVideo,
} from '../sample/index.ts'
import { type Colour, type CurriculumName, colours, type Film } from '../world/index.ts'
import { type Estimate, estimateMean, mean, median } from './bootstrap.ts'
import { measureJump } from './joins.ts'
import { type ParsedBody, parseBodies } from './parse.ts'
import { filmPrompts } from './prompts.ts'
import { measurePsnr } from './psnr.ts'
import { roundTrip } from './reconstruction.ts'

/** How the tasks are evaluated. */
export interface TasksOptions {
  readonly curriculum: CurriculumName
  /** True clips that the tasks are given. */
  readonly count: number
  /** One of the tasks; all when absent. */
  readonly task?: TaskName
  readonly steps: number
  readonly guidance: number
  /** Films that are begun of each, of which the best goes on; 1 is none but that. */
  readonly candidates: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, of: number) => void
}

/** What is measured of the tasks: its unit, and what it shall be. */
export const taskMeasures = {
  firstPicture: ['image to video: the first picture comes back, dB below the autoencoder', 'at most 1'],
  lastPicture: ['image to video: the last picture comes back, dB below the autoencoder', 'at most 1'],
  extendKept: ['extend: share of the known pixels that are as they were', '1'],
  extendJoin: ['extend: change at the join, in medians of all changes', 'at most 1.5'],
  extendTrue: ['extend: the same of the true clip at that place', ''],
  backwardKept: ['extend backward: share of the known pixels that are as they were', '1'],
  backwardJoin: ['extend backward: change at the join, in medians', 'at most 1.5'],
  backwardTrue: ['extend backward: the same of the true clip at that place', ''],
  connectKept: ['connect: share of the known pixels that are as they were', '1'],
  connectJoin: ['connect: greater change of both joins, in medians', 'at most 1.5'],
  connectTrue: ['connect: the same of the true clip at those places', ''],
  connectMade: ['connect: greatest change of what was made and both joins, in medians', 'at most 3'],
  connectCut: ['connect: greatest change of all, the known films among them, in medians', 'at most 3'],
  connectCutTrue: ['connect: the same of the true clip', ''],
  loopJoin: ['loop: change from the last frame to the first, in medians', 'at most 1.5'],
  loopCut: ['loop: greatest change of all, in medians', 'at most 3'],
  loopMotion: ['loop: mean change, as a share of that of a plain film of the seed', 'at least 0.6'],
  editColour: ['edit: share of films that show the new colour', 'at least 0.8'],
  editPlace: ['edit: share of films whose body stays within a tenth of the frame', 'at least 0.8'],
  inpaintKept: ['inpaint: pixels outside the box, dB below the autoencoder', 'at most 1'],
} as const
/** The name of a measure. */
export type TaskMeasure = keyof typeof taskMeasures

/** What was measured of one clip. What could not be measured is left out. */
export type TaskNumbers = Readonly<Partial<Record<TaskMeasure, number>>>

/** The strips of one clip: what went in and what came out of each task. */
export interface TaskClip {
  readonly prompt: string
  readonly numbers: TaskNumbers
  readonly rows: readonly SheetRow[]
}

const [SECONDS, SHOWN] = [4, 8]

/** A true clip with all that the tasks are compared with. */
interface Given {
  readonly model: Model
  readonly film: Film
  readonly decoded: Uint8Array
  readonly bytes: number
  readonly settings: {
    readonly seed: number
    readonly numInferenceSteps: number
    readonly guidanceScale: number
    readonly candidates: number
  }
}

interface Outcome {
  readonly numbers: TaskNumbers
  readonly label: string
  readonly film: Footage
}

const part = ({ frames, ...film }: Footage, first: number, end: number): Footage => {
  const bytes = film.width * film.height * 3
  return { ...film, frames: frames.subarray(first * bytes, end * bytes), frameCount: end - first }
}

/** Share of the bytes that are equal. */
function shareEqual(a: Uint8Array, b: Uint8Array): number {
  let equal = 0
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) equal++
  return equal / a.length
}

async function tryPictures({ model, film, decoded, bytes, settings }: Given): Promise<Outcome[]> {
  const options = { ...settings, seconds: 2 }
  const [first, last] = [film.frames.slice(0, bytes), film.frames.slice(-bytes)]
  const begun = await imageToVideo(model, { first }, film.caption, options)
  const ended = await imageToVideo(model, { last }, film.caption, options)
  const lost = (given: Uint8Array, own: Uint8Array, made: Uint8Array) =>
    measurePsnr(given, own) - measurePsnr(given, made)
  const firstPicture = lost(first, decoded.subarray(0, bytes), begun.frames.subarray(0, bytes))
  const lastPicture = lost(last, decoded.subarray(-bytes), ended.frames.subarray(-bytes))
  return [
    { numbers: { firstPicture }, label: 'image to video: from its first picture', film: begun },
    { numbers: { lastPicture }, label: 'image to video: to its last picture', film: ended },
  ]
}

async function tryExtensions({ model, film, bytes, settings }: Given): Promise<Outcome[]> {
  const half = Math.floor(film.frameCount / 2)
  const options = { ...settings, seconds: 2 }
  const [head, tail] = [part(film, 0, half), part(film, film.frameCount - half, film.frameCount)]
  const longer = await extend(model, head, film.caption, options)
  const earlier = await extendBackward(model, tail, film.caption, options)
  const [after, before, truth] = [longer, earlier, film].map(({ frames }) => measureChanges(frames, bytes))
  return [
    {
      numbers: {
        extendKept: shareEqual(head.frames, longer.frames),
        extendJoin: measureJump(after[half - 1], after),
        extendTrue: measureJump(truth[half - 1], truth),
      },
      label: 'extend: its first half goes on',
      film: longer,
    },
    {
      numbers: {
        backwardKept: shareEqual(tail.frames, earlier.frames.subarray(-tail.frames.length)),
        backwardJoin: measureJump(before[before.length - half], before),
        backwardTrue: measureJump(truth[truth.length - half], truth),
      },
      label: 'extend backward: what came before its second half',
      film: earlier,
    },
  ]
}

async function tryConnection({ model, film, bytes, settings }: Given): Promise<Outcome[]> {
  // What is made takes as long as what is left out: else bodies would have to be faster or slower than they are.
  const kept = (film.frameCount - film.fps) >> 1
  const [head, tail] = [part(film, 0, kept), part(film, film.frameCount - kept, film.frameCount)]
  const whole = await connect(model, [head, tail], film.caption, { ...settings, seconds: 1 })
  const [changes, truth] = [whole, film].map(({ frames }) => measureChanges(frames, bytes))
  const made = changes.slice(kept - 1, 1 - kept)
  const jumpAt = (of: readonly number[]) => measureJump(Math.max(of[kept - 1], of[of.length - kept]), of)
  const ends = Buffer.concat([whole.frames.subarray(0, kept * bytes), whole.frames.subarray(-kept * bytes)])
  const numbers = {
    connectKept: shareEqual(Buffer.concat([head.frames, tail.frames]), ends),
    connectJoin: jumpAt(changes),
    connectTrue: jumpAt(truth),
    connectMade: measureJump(Math.max(...made), changes),
    connectCut: measureJump(Math.max(...changes), changes),
    connectCutTrue: measureJump(Math.max(...truth), truth),
  }
  return [{ numbers, label: 'connect: all of it but a second in the middle', film: whole }]
}

async function tryLoop({ model, film, bytes, settings }: Given): Promise<Outcome[]> {
  const options = { ...settings, seconds: SECONDS }
  const plain = await textToVideo(model, film.caption, options)
  const round = await loop(model, film.caption, options)
  const all = measureRound(round.frames, bytes)
  const [changes, closing] = [all.slice(0, -1), all[all.length - 1]]
  const numbers = {
    loopJoin: measureJump(closing, changes),
    loopCut: measureJump(Math.max(...all), changes),
    loopMotion: mean(changes) / mean(measureChanges(plain.frames, bytes)),
  }
  return [{ numbers, label: 'loop: played round and round', film: round }]
}

const colourNames = Object.keys(colours) as Colour[]

/** The body of a colour that is seen longest. */
const findColour = (bodies: readonly ParsedBody[], colour: Colour) =>
  bodies.filter(({ seen }) => seen.colour === colour).sort((a, b) => b.seen.presence - a.seen.presence)[0]

/** How far two bodies are from one another, as a share of the frame's width: the mean over frames that show both. */
function measureDistance(a: ParsedBody, b: ParsedBody, width: number): number {
  const apart = a.track.sightings.flatMap((mine, frame) => {
    const its = b.track.sightings[frame]
    if (!mine || !its) return []
    const [dx, dy] = [
      mine.left + mine.right - its.left - its.right,
      mine.top + mine.bottom - its.top - its.bottom,
    ]
    return [Math.hypot(dx, dy) / 2]
  })
  if (apart.length === 0) return 1
  return apart.reduce((sum, value) => sum + value, 0) / apart.length / width
}

/** The next colour that no body of the film has. */
function otherColour({ attributes }: Film): Colour {
  const taken = attributes.bodies.map(({ colour }) => colour)
  const start = colourNames.indexOf(taken[0])
  const others = colourNames.map((_, i) => colourNames[(start + i) % colourNames.length])
  return others.find(colour => !taken.includes(colour)) ?? taken[0]
}

async function tryEdit({ model, film, settings }: Given): Promise<Outcome[]> {
  const [{ colour }] = film.attributes.bodies
  const source = findColour(parseBodies(film), colour)
  const wanted = otherColour(film)
  const words = film.caption.replaceAll(new RegExp(`\\b${colour}\\b`, 'g'), wanted)
  const edited = await edit(model, film, words, settings)
  const label = `edit: ${words}`
  if (words === film.caption || !source) return [{ numbers: {}, label, film: edited }]
  const found = findColour(parseBodies(edited), wanted)
  const editPlace = found && measureDistance(source, found, film.width) <= 0.1 ? 1 : 0
  return [{ numbers: { editColour: found ? 1 : 0, editPlace }, label, film: edited }]
}

async function tryInpainting({ model, film, decoded, settings }: Given): Promise<Outcome[]> {
  const [width, height] = [film.width >> 1, film.height >> 1]
  const mask = boxMask(film, { x: width >> 1, y: height >> 1, width, height })
  const made = await inpaint(model, film, film.caption, { ...settings, mask })
  const outside = Uint8Array.from({ length: mask.length * film.frameCount }, (_, i) =>
    mask[i % mask.length] ? 0 : 1,
  )
  const inpaintKept =
    measurePsnr(film.frames, decoded, outside) - measurePsnr(film.frames, made.frames, outside)
  return [{ numbers: { inpaintKept }, label: 'inpaint: the middle quarter is made anew', film: made }]
}

/** What is tried on a true clip, by the name of the task. */
const tries = {
  image: tryPictures,
  extend: tryExtensions,
  connect: tryConnection,
  loop: tryLoop,
  edit: tryEdit,
  inpaint: tryInpainting,
} as const
/** The name of a task. */
export type TaskName = keyof typeof tries
/** All of them. */
export const taskNames = Object.keys(tries) as TaskName[]

/** Tries tasks on one true clip. */
async function tryTasks(given: Given, names: readonly TaskName[]): Promise<TaskClip> {
  const { film } = given
  const outcomes: Outcome[] = []
  for (const name of names) outcomes.push(...(await tries[name](given)))
  const row = (label: string, { frames, width, height }: Footage): SheetRow => ({
    label,
    frames: pickFrames(frames, { width, height }, SHOWN).map(frame => frame.slice()),
  })
  return {
    prompt: film.caption,
    numbers: Object.assign({}, ...outcomes.map(({ numbers }) => numbers)),
    rows: [
      row(`the true clip: ${film.caption}`, film),
      ...outcomes.map(({ label, film }) => row(label, film)),
    ],
  }
}

/**
 * Tries the tasks on true clips of held-out combinations, which come from their seeds and are not chosen;
 * `loadPhysics` must have finished.
 * @throws DOMException AbortError when the signal aborts.
 */
export async function evaluateTasks(model: Model, options: TasksOptions): Promise<TaskClip[]> {
  const { curriculum, count, task, steps, guidance, candidates, signal, onProgress } = options
  const scene = { ...model.size, fps: model.fps, frameCount: SECONDS * model.fps }
  const bytes = model.size.width * model.size.height * 3
  const clips: TaskClip[] = []
  for (const film of filmPrompts('heldOut', curriculum, count, scene)) {
    signal?.throwIfAborted()
    const how = { numInferenceSteps: steps, guidanceScale: guidance, candidates }
    const settings = { seed: clips.length, ...how, signal }
    const decoded = await roundTrip(model, film)
    clips.push(await tryTasks({ model, film, decoded, bytes, settings }, task ? [task] : taskNames))
    onProgress?.(clips.length, count)
  }
  return clips
}

/** A measure over all clips; where a few films that hardly move make the mean, the clip in the middle says more. */
export interface TaskSummary extends Estimate {
  readonly middle: number
}

/** What was measured, in the order of a report. */
export const measuredOf = (summary: Readonly<Record<TaskMeasure, TaskSummary>>): TaskMeasure[] =>
  (Object.keys(taskMeasures) as TaskMeasure[]).filter(name => summary[name].count > 0)

/** Means of all measures with bootstrap intervals over clips, and the clip in the middle. */
export function summarizeTasks(clips: readonly TaskClip[]): Record<TaskMeasure, TaskSummary> {
  const summarize = (name: TaskMeasure): TaskSummary => {
    const values = clips.map(({ numbers }) => numbers[name] ?? NaN).filter(Number.isFinite)
    return { ...estimateMean(values.map(value => [value])), middle: median(values) }
  }
  const names = Object.keys(taskMeasures) as TaskMeasure[]
  return Object.fromEntries(names.map(name => [name, summarize(name)])) as Record<TaskMeasure, TaskSummary>
}
