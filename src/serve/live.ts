import { Hono } from 'hono'
import { z } from 'zod'
import { encodeJpeg } from '../media/index.ts'
import { tokenize } from '../model/index.ts'
import { type Direction, type LiveOptions, live, type Model, paceFrames } from '../sample/index.ts'
import { livePage } from './livePage.ts'

/** A film that does not end, for everybody who looks on; it stands still while nobody does. */
export interface LiveApp {
  /** Answers the page, the pictures and changes of the words. */
  readonly fetch: (request: Request) => Response | Promise<Response>
  /** Ends with the signal, or with what went wrong. */
  readonly ended: Promise<void>
}

const QUALITY = 85
const BOUNDARY = 'frame'
/** People who look on at once. */
const MOST_VIEWERS = 32

const promptSchema = z.object({
  prompt: z.string().trim().min(1).max(2000),
  /** Begins a new film instead of going on. */
  cut: z.boolean().optional(),
})

type Viewer = ReadableStreamDefaultController<Uint8Array>

/** One picture of multipart/x-mixed-replace, with the boundary behind it, at which browsers show it. */
function packPart(jpeg: Uint8Array): Uint8Array {
  const head = `Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), jpeg, Buffer.from(`\r\n--${BOUNDARY}\r\n`)])
}

/** Everybody who looks on. */
function gatherViewers(signal: AbortSignal) {
  const viewers = new Set<Viewer>()
  let wake = () => {}
  const stream = (first: Uint8Array | undefined) => {
    let own: Viewer
    return new ReadableStream<Uint8Array>(
      {
        start(controller) {
          own = controller
          controller.enqueue(Buffer.from(`--${BOUNDARY}\r\n`))
          if (first) controller.enqueue(first)
          viewers.add(controller)
          wake()
        },
        cancel: () => void viewers.delete(own),
      },
      { highWaterMark: 4 },
    )
  }
  signal.addEventListener('abort', () => wake())
  return {
    viewers,
    stream,
    /** Waits until somebody looks on, or the signal aborts. */
    async present() {
      while (viewers.size === 0 && !signal.aborted) {
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
    send(part: Uint8Array) {
      // A slow connection leaves pictures out, so that none pile up.
      for (const viewer of viewers) if ((viewer.desiredSize ?? 0) > 0) viewer.enqueue(part)
    },
    close() {
      for (const viewer of viewers) viewer.close()
      viewers.clear()
    },
  }
}

/**
 * Shows an endless film as Motion JPEG, over a page whose text field changes its words while it runs. The first frames
 * are made at once, before anybody looks.
 */
export function createLiveApp(
  model: Model,
  prompt: string,
  { signal, ...options }: LiveOptions & { readonly signal: AbortSignal },
): LiveApp {
  const direction: Direction = { prompt, take: 0 }
  const audience = gatherViewers(signal)
  let latest: Uint8Array | undefined
  const run = async () => {
    const film = live(model, direction, { ...options, signal })
    for await (const frame of paceFrames(film, model.fps)) {
      latest = packPart(await encodeJpeg(frame, model.size, QUALITY))
      audience.send(latest)
      await audience.present()
      if (signal.aborted) return
    }
  }
  const ended = run()
    .catch(error => {
      if (!signal.aborted) throw error
    })
    .finally(() => audience.close())
  const app = new Hono()
  app.get('/', c => c.html(livePage(model.size)))
  app.get('/prompt', c => c.json(direction))
  app.get('/stream', c => {
    const headers = {
      'content-type': `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
      'cache-control': 'no-store',
    }
    // Nobody reads what HEAD is answered with, so that a viewer for it would stay.
    if (c.req.method === 'HEAD') return c.body(null, 200, headers)
    if (audience.viewers.size >= MOST_VIEWERS)
      return c.text(`at most ${MOST_VIEWERS} can look on at once`, 503)
    return new Response(audience.stream(latest), { headers })
  })
  app.post('/prompt', async c => {
    // Pages of other sites can send forms here, but no JSON.
    if (!c.req.header('content-type')?.startsWith('application/json')) {
      return c.json({ error: 'the body must be JSON' }, 415)
    }
    const { data } = promptSchema.safeParse(await c.req.json().catch(() => undefined))
    if (!data) return c.json({ error: '`prompt` must be a text of 1 to 2000 characters' }, 400)
    direction.prompt = data.prompt
    if (data.cut) direction.take++
    const { unknownWords } = tokenize(data.prompt, model.transformer.text)
    return c.json({ ...direction, unknown_words: unknownWords })
  })
  return { fetch: app.fetch, ended }
}
