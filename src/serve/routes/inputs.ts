import { type Decoded, type Size, UploadError } from '../../media/index.ts'
import { ApiError } from '../errors.ts'
import { isId } from '../store/files.ts'
import type { Job } from '../store/job.ts'
import { fetchPicture } from '../uploads/index.ts'
import type { Server } from './server.ts'

const wrong = (field: string, message: string) =>
  new ApiError(400, 'invalid_value', `\`${field}\`: ${message}`, field)

/** An upload's error said to the client, with the field. */
async function say<Result>(field: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof UploadError)
      throw new ApiError(400, 'invalid_upload', `\`${field}\`: ${error.message}`, field)
    throw error
  }
}

async function decode(
  { decoder, model, uploads }: Server,
  field: string,
  kind: 'picture' | 'video',
  bytes: Uint8Array,
  wanted: Size | undefined,
): Promise<Decoded> {
  const { size: own, fps } = model
  return say(field, () => decoder.decode({ kind, bytes, own, fps, wanted, limits: uploads }))
}

const DATA_URL = /^data:image\/(?:png|jpeg|webp);base64,/i

/** The bytes behind an address: a data URL, or a public one where that is allowed. */
async function readAddress(
  { fetchImages, uploads }: Server,
  field: string,
  url: string,
): Promise<Uint8Array> {
  if (DATA_URL.test(url)) return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
  if (!/^https?:/i.test(url)) {
    throw wrong(field, 'must be a picture: a file, or {image_url} with a data URL of PNG, JPEG or WebP')
  }
  // A server must not be led to ask others for what it is told.
  if (!fetchImages)
    throw wrong(field, 'this server fetches no addresses (`--fetch-images` allows it); send a data URL')
  return say(field, () => fetchPicture(url, uploads.bytes))
}

type Reference = File | string | { readonly image_url?: string; readonly file_id?: string }

/**
 * Reads a picture: the one that a video begins with, or the mask of an edit.
 * @throws ApiError 400 when it is none.
 */
export async function readReference(
  server: Server,
  given: Reference,
  wanted: Size,
  field: 'input_reference' | 'mask' = 'input_reference',
): Promise<Decoded> {
  if (given instanceof File) {
    return decode(server, field, 'picture', new Uint8Array(await given.arrayBuffer()), wanted)
  }
  const url = typeof given === 'string' ? given : given.image_url
  if (url === undefined) {
    throw wrong(
      field,
      'no files are kept here, so that there is none with that `file_id`; send the picture itself',
    )
  }
  return decode(server, field, 'picture', await readAddress(server, field, url), wanted)
}

/**
 * Reads a video that was sent.
 * @param wanted its own size when absent
 * @throws ApiError 400 when it is none, or too large.
 */
export async function readVideoFile(server: Server, file: File, wanted?: Size): Promise<Decoded> {
  return decode(server, 'video', 'video', new Uint8Array(await file.arrayBuffer()), wanted)
}

/**
 * The job with an id, of this owner.
 * @throws ApiError 404 when there is none.
 */
export async function findJob({ stores }: Server, owner: string, id: string): Promise<Job> {
  const job = isId(id) ? await stores.jobs.get(id, owner) : undefined
  if (!job) throw new ApiError(404, 'not_found', `there is no video ${id.slice(0, 80)}`)
  return job
}

/**
 * The finished job that a new one is made from, with its frames as the model made them.
 * @throws ApiError 404 when there is none, 400 while it is not finished.
 */
export async function findSource(
  server: Server,
  owner: string,
  id: string,
): Promise<{ readonly job: Job; readonly frames: Uint8Array }> {
  const job = await findJob(server, owner, id)
  if (job.status !== 'completed') {
    throw new ApiError(400, 'not_ready', `video ${id} is ${job.status}; wait until it is completed`, 'video')
  }
  const frames = await server.stores.files.get(id, 'frames')
  if (!frames) throw new ApiError(404, 'expired', `the files of ${id} have expired`, 'video')
  return { job, frames }
}
