import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { chooseGrid, encodeJpeg, scalePicture } from '../../media/index.ts'
import type { Film, FilmOptions, Footage, Model, Upscaler } from '../../sample/index.ts'
import { type Expander, knowsWorlds } from '../../words/index.ts'
import { isDiskFull } from '../errors.ts'
import { type Moderation, ModerationUnavailable, wordsOf } from '../moderation.ts'
import type { Signer } from '../provenance/sign.ts'
import { passingKinds } from '../store/files.ts'
import type { Stores } from '../store/index.ts'
import type { Job, JobError, JobResult, VideoRequest } from '../store/job.ts'
import type { Outcome } from '../store/queue.ts'
import { readSize } from '../wire/schemas.ts'
import { conformFootage, unpackFootage } from './footage.ts'
import type { Models } from './models.ts'
import { packFinished, unpackFinished } from './partial.ts'
import { encodeFilm, putOutput } from './save.ts'
import { expandable, tasks } from './tasks.ts'

/** What a worker works with. */
export interface Workshop {
  readonly stores: Stores
  readonly models: Models
  readonly signer: Signer
  readonly moderation: Moderation
  /** Puts prompts into the words of the model, where words alone say what is seen; they stay as they are when absent. */
  readonly expander?: Pick<Expander, 'expand'>
  /** Enlarges films to the size that was asked for; Lanczos does when absent. */
  readonly upscaler?: Upscaler
  /** A text that is written into every frame. */
  readonly mark?: string
  /** One line of the log. */
  readonly log?: (line: object) => void
}

const IDLE_MILLISECONDS = 200
const TROUBLE_MILLISECONDS = 1000
/** Heartbeats in one lease: some may come late. */
const HEARTBEATS_PER_LEASE = 5
const REPORT_MILLISECONDS = 250
/** Share of the work that is denoising; the rest is decoding and writing files. */
const DENOISING_PERCENT = 90
/** How often the end of a job is told to a database that does not answer. */
const MOST_TELLINGS = 30

/** Refused by the moderation hook after it was made. */
class Refused extends Error {}

/** Reports how far a job is, at most four times a second, and makes previews while somebody looks on. */
function startReports({ stores, log }: Workshop, job: Job, worker: string) {
  const lost = new AbortController()
  let [progress, previews, last] = [job.progress, job.previews, 0]
  let running: Promise<void> | undefined
  const say = async (preview?: () => Promise<{ jpeg: Uint8Array }>) => {
    last = performance.now()
    try {
      const answer = await stores.queue.report(job.id, worker, progress, previews)
      if (answer === 'lost') lost.abort()
      if (answer === 'watched' && preview) {
        await stores.files.put(job.id, 'preview', (await preview()).jpeg)
        previews++
      }
    } catch (error) {
      // A report that does not arrive is no reason to stop: the lease says how long others wait.
      log?.({ message: 'a report was not taken', job: job.id, error: String(error) })
    }
  }
  const report = (preview?: () => Promise<{ jpeg: Uint8Array }>) => {
    running ??= say(preview).finally(() => {
      running = undefined
    })
  }
  const heartbeat = setInterval(() => report(), (stores.queue.leaseSeconds * 1000) / HEARTBEATS_PER_LEASE)
  return {
    signal: lost.signal,
    onProgress: (model: Model): FilmOptions['onProgress'] => {
      return ({ step, steps, preview }) => {
        progress = Math.max(progress, Math.floor((DENOISING_PERCENT * step) / steps))
        if (performance.now() - last < REPORT_MILLISECONDS) return
        report(async () => {
          const { frames, frameCount, ...small } = await preview()
          const bytes = small.width * small.height * 3
          const middle = frames.subarray((frameCount >> 1) * bytes, ((frameCount >> 1) + 1) * bytes)
          return { jpeg: await encodeJpeg(await scalePicture(middle, small, model.size), model.size, 80) }
        })
      }
    },
    /** Nothing is reported, and no preview written, once this has ended. */
    async stop() {
      clearInterval(heartbeat)
      await running
    },
  }
}

async function readInput(
  { stores }: Workshop,
  { id, request }: Job,
  kind: 'source' | 'second' | 'picture',
  model: Model,
): Promise<Footage | undefined> {
  if (!request.inputs?.includes(kind)) return undefined
  const bytes = await stores.files.get(id, kind)
  return bytes && conformFootage(await unpackFootage(bytes), model.size, model.fps)
}

/**
 * The request with a prompt in the words of the model, where words alone say what is seen, and what its author should know of
 * that; as it is, where the model was taught other words than those of the worlds.
 */
export async function expandRequest(
  { expander, log }: Pick<Workshop, 'expander' | 'log'>,
  { id, request }: Pick<Job, 'id' | 'request'>,
  vocabulary: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly request: VideoRequest; readonly notes: readonly string[] }> {
  if (!expander || !expandable.has(request.task) || !knowsWorlds(vocabulary)) return { request, notes: [] }
  const { caption, notes, by } = await expander.expand(request.prompt, { seed: request.seed, signal })
  if (by !== 'nothing') log?.({ message: 'a prompt was expanded', job: id, caption, notes, by })
  return { request: { ...request, prompt: caption }, notes }
}

async function makeFilm(
  workshop: Workshop,
  job: Job,
  signal: AbortSignal,
  onProgress: ReturnType<typeof startReports>['onProgress'],
): Promise<{ readonly film: Film; readonly notes: readonly string[] }> {
  const { stores, models, log } = workshop
  const { request, id } = job
  const model = await models.open(chooseGrid(models.own, readSize(request.size)), request.fast)
  const kept = await stores.files.get(id, 'partial')
  let saving = Promise.resolve()
  const options: FilmOptions = {
    seconds: request.seconds,
    seed: request.seed,
    numInferenceSteps: request.steps,
    guidanceScale: request.guidance,
    negativePrompt: request.negative_prompt,
    signal,
    onProgress: onProgress(model),
    finished: kept && unpackFinished(model, kept),
    onWindow(finished) {
      const bytes = packFinished(model, finished)
      saving = saving
        .then(() => stores.files.put(id, 'partial', bytes))
        .catch(error => {
          log?.({ message: 'finished windows were not kept', job: id, error: String(error) })
        })
    },
  }
  const read = (kind: 'source' | 'second' | 'picture') => readInput(workshop, job, kind, model)
  try {
    const [source, second, picture] = [await read('source'), await read('second'), await read('picture')]
    const expanded = await expandRequest(workshop, job, model.transformer.text.vocabulary, signal)
    const given = { model, request: expanded.request, options, source, second, picture }
    return { film: await tasks[request.task](given), notes: expanded.notes }
  } finally {
    await saving
  }
}

function describeFilm(film: Film, notes: readonly string[], started: number): JobResult {
  return {
    expanded_prompt: film.origin.prompt,
    notes,
    generated_size: `${film.width}x${film.height}`,
    frames: film.frameCount,
    fps: film.fps,
    unknown_words: film.unknownWords,
    weights: film.origin.model,
    milliseconds: {
      denoise: Math.round(film.timings.denoise),
      decode: Math.round(film.timings.decode),
      total: Math.round(performance.now() - started),
    },
  }
}

function describeError(error: unknown): JobError {
  const message = error instanceof Error ? error.message : String(error)
  if (isDiskFull(error))
    return { code: 'storage_full', message: `the disk of the server is full (${message})` }
  if (error instanceof Refused) return { code: 'moderation_blocked', message }
  if (error instanceof ModerationUnavailable) return { code: 'moderation_unavailable', message }
  return { code: 'generation_failed', message }
}

/** Ends a job, and tries again while the database does not answer. */
async function tellEnd(
  { stores, log }: Workshop,
  job: Job,
  worker: string,
  outcome: Outcome,
): Promise<boolean> {
  for (let telling = 1; ; telling++) {
    try {
      return await stores.queue.finish(job.id, worker, outcome)
    } catch (error) {
      log?.({ message: 'the end of a job was not taken', job: job.id, error: String(error) })
      // Given up, the job is taken again once its lease is over.
      if (telling === MOST_TELLINGS) return false
      await pause(TROUBLE_MILLISECONDS)
    }
  }
}

/** Removes what a job leaves behind; nothing is left of one that was deleted or cancelled meanwhile. */
async function cleanUp({ stores }: Workshop, { id }: Job, isOurs: boolean): Promise<void> {
  const job = await stores.jobs.get(id)
  if (!job) await stores.files.remove(id)
  else if (isOurs || job.status === 'failed') await stores.files.remove(id, passingKinds)
  if (!isOurs && job?.status === 'failed') {
    await stores.files.remove(id, ['video', 'thumbnail', 'spritesheet', 'frames'])
  }
}

/** Makes one video, saying now and then that it is still at it; stops when the job is no longer its own. */
async function makeVideo(workshop: Workshop, job: Job, worker: string, stop: AbortSignal): Promise<void> {
  const { stores, moderation, log } = workshop
  const started = performance.now()
  const reports = startReports(workshop, job, worker)
  let outcome: Outcome
  try {
    const { film, notes } = await makeFilm(
      workshop,
      job,
      AbortSignal.any([stop, reports.signal]),
      reports.onProgress,
    )
    const output = await encodeFilm(job, film, workshop)
    const refusal = await moderation.checkVideo(wordsOf(job.request), output.spritesheet)
    if (refusal) throw new Refused(refusal)
    if (!reports.signal.aborted) await putOutput(stores.files, job.id, output)
    outcome = { result: describeFilm(film, notes, started) }
  } catch (error) {
    if (stop.aborted && !reports.signal.aborted) return await stores.queue.handBack(job.id, worker)
    outcome = { error: describeError(error) }
  } finally {
    await reports.stop()
  }
  const isOurs = await tellEnd(workshop, job, worker, outcome)
  const milliseconds = Math.round(performance.now() - started)
  log?.({ message: isOurs ? 'a job has ended' : 'a job was lost', job: job.id, milliseconds, ...outcome })
  await cleanUp(workshop, job, isOurs)
}

/** Takes jobs and makes their videos, one after another, until the signal aborts; then hands back what is not done. */
export async function runWorker(workshop: Workshop, signal: AbortSignal): Promise<void> {
  const worker = randomUUID()
  while (!signal.aborted) {
    try {
      const job = await workshop.stores.queue.claim(worker)
      if (job) await makeVideo(workshop, job, worker, signal)
      else await pause(IDLE_MILLISECONDS, undefined, { signal }).catch(() => {})
    } catch (error) {
      // A database that is away comes back; a worker that ended would not.
      workshop.log?.({ message: 'no job could be taken', error: String(error) })
      await pause(TROUBLE_MILLISECONDS, undefined, { signal }).catch(() => {})
    }
  }
}
