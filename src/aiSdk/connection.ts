import { setTimeout as pause } from 'node:timers/promises'
import { APICallError } from 'ai'
import type { VideoObject } from '../serve/index.ts'

/** A server, as one call asks it. */
export interface Connection {
  readonly baseURL: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

const POLL_MILLISECONDS = 500
/** A server that was there and does not answer is asked so often again: it may be starting anew. */
const MOST_TRIES = 20
const CANCEL_MILLISECONDS = 5000

interface ErrorBody {
  readonly error?: { readonly message?: string }
}

function readError(text: string): ErrorBody | undefined {
  try {
    return JSON.parse(text) as ErrorBody
  } catch {
    return undefined
  }
}

/**
 * Sends one request.
 * @throws APICallError as the AI SDK reads it: whether to try again, and what the server said.
 */
async function send(
  { baseURL, headers, signal }: Connection,
  method: string,
  route: string,
  body?: object,
): Promise<Response> {
  const url = `${baseURL}${route}`
  const requestBodyValues = body ?? {}
  const type = body && { 'content-type': 'application/json' }
  const init = { method, headers: { ...headers, ...type }, body: body && JSON.stringify(body), signal }
  const response = await fetch(url, init).catch((cause: Error) => {
    if (signal?.aborted) throw cause
    const message = `no server answers at ${baseURL}: \`npx aozora serve\` starts one`
    throw new APICallError({ message, url, requestBodyValues, cause, isRetryable: true })
  })
  if (response.ok) return response
  const responseBody = await response.text()
  const data = readError(responseBody)
  throw new APICallError({
    message: data?.error?.message ?? `the server answered with status ${response.status}`,
    url,
    requestBodyValues,
    statusCode: response.status,
    responseHeaders: Object.fromEntries(response.headers),
    responseBody,
    isRetryable: response.headers.get('x-should-retry') === 'false' ? false : undefined,
    data,
  })
}

/** Asks for what is there already, again while the server is away. */
async function insist(connection: Connection, route: string): Promise<Response> {
  for (let tries = 1; ; tries++) {
    try {
      return await send(connection, 'GET', route)
    } catch (error) {
      if (!APICallError.isInstance(error) || !error.isRetryable || tries === MOST_TRIES) throw error
      await pause(POLL_MILLISECONDS, undefined, { signal: connection.signal })
    }
  }
}

/** Puts a video into the queue of the server. */
export async function createVideo(connection: Connection, body: object): Promise<VideoObject> {
  return (await (await send(connection, 'POST', '/videos', body)).json()) as VideoObject
}

/** Waits until a video has ended, whichever way. */
export async function waitForVideo(connection: Connection, id: string): Promise<VideoObject> {
  for (;;) {
    const response = await insist(connection, `/videos/${id}`)
    const video = (await response.json()) as VideoObject
    if (video.status === 'completed' || video.status === 'failed') return video
    const wanted = Number(response.headers.get('openai-poll-after-ms') ?? POLL_MILLISECONDS)
    await pause(wanted, undefined, { signal: connection.signal })
  }
}

/** The file of a finished video. */
export async function downloadVideo(connection: Connection, id: string) {
  const response = await insist(connection, `/videos/${id}/content`)
  const data = new Uint8Array(await response.arrayBuffer())
  return { data, headers: Object.fromEntries(response.headers) }
}

/** Ends a video that nobody waits for any more; one that has ended already, or a server that is gone, is no matter. */
export async function cancelVideo(connection: Connection, id: string): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_MILLISECONDS)
  await send({ ...connection, signal }, 'POST', `/videos/${id}/cancel`).catch(() => {})
}
