import { AISDKError } from 'ai'
import type { VideoObject } from '../serve/index.ts'
import { type Connection, cancelVideo, createVideo, downloadVideo, waitForVideo } from './connection.ts'
import { type CallOptions, describeRequest, type Generated, type VideoModel } from './request.ts'

/** Where the server is, and who asks. */
export interface AozoraSettings {
  /** `http://127.0.0.1:4000/v1` or the variable AOZORA_BASE_URL when absent. */
  readonly baseURL?: string
  /** A key of `aozora keys add`; the variable AOZORA_API_KEY when absent. Without keys, a server asks for none. */
  readonly apiKey?: string
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A server of Aozora as a provider of the AI SDK. */
export interface Aozora {
  /** A video model for `experimental_generateVideo`; any name does, a server has one model. */
  video(modelId?: string): VideoModel
  /** The same, under the name that registries of providers look for. */
  videoModel(modelId?: string): VideoModel
}

const DEFAULT_URL = 'http://127.0.0.1:4000/v1'
const DEFAULT_MODEL = 'aozora-small'
/** So many wait at once for one key, unless the server was told otherwise. */
const MOST_VIDEOS = 100

/** Waits for one video and fetches it. */
async function receive(connection: Connection, id: string) {
  const video = await waitForVideo(connection, id)
  if (video.status === 'failed') {
    const message = `video ${id} failed: ${video.error?.message ?? 'for no known reason'}`
    throw new AISDKError({ name: 'AozoraVideoFailedError', message, cause: video.error })
  }
  return { video, ...(await downloadVideo(connection, id)) }
}

const describeVideo = ({ id, size, seconds, metadata }: VideoObject) => ({ id, size, seconds, ...metadata })

/** Makes all videos of one call; when one cannot be made, the others are cancelled. */
async function generate(connection: Connection, modelId: string, options: CallOptions): Promise<Generated> {
  const { bodies, warnings } = describeRequest(modelId, options)
  const timestamp = new Date()
  const ids: string[] = []
  try {
    for (const body of bodies) ids.push((await createVideo(connection, body)).id)
    const received = await Promise.all(ids.map(id => receive(connection, id)))
    return {
      videos: received.map(({ data }) => ({ type: 'binary', data, mediaType: 'video/mp4' })),
      warnings,
      providerMetadata: { aozora: { videos: received.map(({ video }) => describeVideo(video)) } },
      response: { timestamp, modelId, headers: received[0]?.headers },
    }
  } catch (error) {
    await Promise.all(ids.map(id => cancelVideo(connection, id)))
    throw error
  }
}

/** Headers without those that are only named. */
const given = (headers: Readonly<Record<string, string | undefined>> = {}) =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )

/** A server of Aozora as a provider of the AI SDK. */
export function createAozora(settings: AozoraSettings = {}): Aozora {
  const connect = ({ headers, abortSignal }: CallOptions): Connection => {
    const apiKey = settings.apiKey ?? process.env.AOZORA_API_KEY
    const baseURL = settings.baseURL ?? process.env.AOZORA_BASE_URL ?? DEFAULT_URL
    const authorization: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {}
    return {
      baseURL: baseURL.replace(/\/+$/, ''),
      headers: { ...authorization, ...settings.headers, ...given(headers) },
      signal: abortSignal,
    }
  }
  const video = (modelId = DEFAULT_MODEL): VideoModel => ({
    specificationVersion: 'v3',
    provider: 'aozora',
    modelId,
    maxVideosPerCall: MOST_VIDEOS,
    doGenerate: options => generate(connect(options), modelId, options),
  })
  return { video, videoModel: video }
}

/** The server of this machine, or the one that AOZORA_BASE_URL names. */
export const aozora: Aozora = createAozora()
