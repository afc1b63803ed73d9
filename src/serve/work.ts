import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import { readPicture, saveSpriteSheet, saveThumbnail, saveVideo } from '../media/index.ts'
import {
  edit,
  extend,
  type Film,
  type FilmOptions,
  type Footage,
  imageToVideo,
  type Model,
  textToVideo,
} from '../sample/index.ts'
import type { Job, JobStore } from './jobs.ts'
import { sizeOf } from './requests.ts'

const IDLE_MILLISECONDS = 200
const HEARTBEAT_MILLISECONDS = 3000
/** Share of the work that is denoising; the rest is decoding and writing files. */
const DENOISING_PERCENT = 90

const pause = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>(resolve => {
    const timer = setTimeout(done, milliseconds)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })

async function saveFiles(jobs: JobStore, { id, request }: Job, film: Film): Promise<void> {
  const [width, height] = sizeOf(request.size)
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
  writeFileSync(jobs.file(id, 'frames'), brotliCompressSync(film.frames, quality))
  // The video last: a job without it is not finished, whatever else lies there.
  await saveThumbnail(jobs.file(id, 'thumbnail'), film.frames, film, { width, height })
  await saveSpriteSheet(jobs.file(id, 'spritesheet'), film.frames, film)
  const description = JSON.stringify(film.origin)
  await saveVideo(jobs.file(id, 'video'), film.frames, film, { target: { width, height }, description })
}

/** A finished film as the model made it. */
function loadFilm(jobs: JobStore, model: Model, id: string): Footage {
  const file = jobs.file(id, 'frames')
  if (!existsSync(file)) throw new Error(`video ${id}, which this one is made from, is gone`)
  const frames = new Uint8Array(brotliDecompressSync(readFileSync(file)))
  const { width, height } = model.size
  const frameCount = frames.length / (width * height * 3)
  return { frames, frameCount, width, height, fps: model.fps }
}

async function makeFilm(jobs: JobStore, model: Model, job: Job, options: FilmOptions): Promise<Film> {
  const { prompt, source, strength } = job.request
  if (source) {
    const film = loadFilm(jobs, model, source.id)
    if (source.task === 'extend') return extend(model, film, prompt, options)
    return edit(model, film, prompt, { ...options, strength })
  }
  const reference = jobs.file(job.id, 'reference')
  if (!existsSync(reference)) return textToVideo(model, prompt, options)
  return imageToVideo(model, await readPicture(reference, model.size), prompt, options)
}

/** Makes one video, saying now and then that it is still at it; stops when the job is no longer its own. */
async function makeVideo(jobs: JobStore, model: Model, job: Job, worker: string, stop: AbortSignal) {
  const lost = new AbortController()
  let progress = 0
  const report = () => {
    if (!jobs.report(job.id, worker, progress)) lost.abort()
  }
  const heartbeat = setInterval(report, HEARTBEAT_MILLISECONDS)
  const { seconds, seed, steps, guidance, negative_prompt } = job.request
  try {
    const film = await makeFilm(jobs, model, job, {
      seconds,
      seed,
      numInferenceSteps: steps,
      guidanceScale: guidance,
      negativePrompt: negative_prompt,
      signal: AbortSignal.any([stop, lost.signal]),
      onProgress: ({ step, steps }) => {
        const percent = Math.floor((DENOISING_PERCENT * step) / steps)
        if (percent < progress + 5 && step < steps) return
        progress = percent
        report()
      },
    })
    await saveFiles(jobs, job, film)
    // Deleted while its files were written: they must not stay.
    if (!jobs.finish(job.id, worker) && !jobs.get(job.id)) jobs.remove(job.id)
  } catch (error) {
    if (stop.aborted) jobs.handBack(job.id, worker)
    else if (!lost.signal.aborted) {
      const message = error instanceof Error ? error.message : String(error)
      jobs.finish(job.id, worker, { code: 'generation_failed', message })
    }
  } finally {
    clearInterval(heartbeat)
  }
}

/** Takes jobs and makes their videos, one after another, until the signal aborts; then hands back what is not done. */
export async function runWorker(jobs: JobStore, model: Model, signal: AbortSignal): Promise<void> {
  const worker = randomUUID()
  while (!signal.aborted) {
    const job = jobs.claim(worker)
    if (job) await makeVideo(jobs, model, job, worker, signal)
    else await pause(IDLE_MILLISECONDS, signal)
  }
}
