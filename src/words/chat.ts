import { parseCaption } from '../world/index.ts'
import { type Expander, type ExpandOptions, type Expansion, isCaption } from './expander.ts'

/** A chat model behind an address that speaks OpenAI's chat completions: Ollama, llama.cpp, or a hosted one. */
export interface ChatOptions {
  /** The base of the address, `http://127.0.0.1:11434/v1`; `/chat/completions` is added unless it is there. */
  readonly url: string
  /** Which model is asked for; what the server takes by default when absent. */
  readonly model?: string
  /** Sent as a bearer token, and never shown; that of AOZORA_CHAT_KEY when absent. */
  readonly key?: string
  /** Milliseconds of patience; 20000 when absent. */
  readonly timeout?: number
  /** Told once for each prompt that the chat model could not expand, in one line. */
  readonly onFallback?: (line: string) => void
}

const PATIENCE = 20_000
const MOST_CHARACTERS = 100_000

/** What a chat model is told: the grammar of captions in a page, and examples. */
export const chatInstructions = `You rewrite a prompt for a small film model. It knows only these words.
Answer with ONE caption and nothing else, no quotes, of this form:
  <bodies and events> <floor> <light> <sky>. The camera <move>.
Bodies (one to four): a (large|small) (red|orange|yellow|green|cyan|blue|purple|pink) (matte|metal|glass) (ball|cube|cylinder|cone)
Events: rolls, slides [slowly|quickly] [to the left|to the right|towards the camera|away from the camera]; drops; bounces [once|twice|three times|many times];
  rests; stops; topples; spins; hits a <body>; is pushed [to the left|to the right]; passes behind a <body>; leaves the view; comes into view
Floor: on a plain grey floor, on a checkered floor, on a wooden floor, on grass, on wet asphalt, in shallow water
Light: at noon, at sunset, at night. Sky: under a clear sky, under a cloudy sky.
Camera: stands still, orbits to the left|right, pans to the left|right, moves in, moves back
Keep everything that the prompt says, invent what it leaves open, and replace what the model does not know by the nearest thing.
Join events of one body with "and", bodies with ", and". A body that is mentioned again is "the red ball".
Examples:
A large red metal ball drops and bounces twice on wet asphalt at sunset under a cloudy sky. The camera stands still.
A small blue matte cube slides quickly to the left and hits a large green glass cone, which topples on a checkered floor at noon under a clear sky. The camera orbits to the right.`

/** Why a chat model gave no caption. */
class NoCaption extends Error {}

/** A reason as one short line, in which the key does not stand. */
function sayReason(error: unknown, key: string | undefined): string {
  const isLate = error instanceof Error && error.name === 'TimeoutError'
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
  const text = isLate ? 'it took too long' : error instanceof Error ? error.message + cause : String(error)
  const line = text.replace(/\s+/g, ' ').slice(0, 200)
  return key ? line.replaceAll(key, '***') : line
}

/** Reads an answer within a limit, so that no server fills the memory. */
async function readLimited(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > MOST_CHARACTERS) throw new NoCaption('its answer is too long')
  }
  return text
}

/** The caption in an answer: its first line that is one, whatever signs stand around it. */
function findCaption(content: string): string {
  const lines = content
    .replace(/<think>[\s\S]*?<\/think>/g, '')
    .split('\n')
    .map(line => line.trim().replace(/^(?:caption\s*:|[-*>"'“`\s])+|["'”`\s]+$/gi, ''))
  const caption = [...lines, lines.join(' ').trim()].find(isCaption)
  if (caption) return caption
  const [first = ''] = lines.filter(line => line !== '')
  if (first === '') throw new NoCaption('it said nothing')
  try {
    parseCaption(first)
  } catch (error) {
    throw new NoCaption(`it wrote no caption of the worlds (${(error as Error).message.slice(0, 100)})`)
  }
  throw new NoCaption('it wrote a caption without bodies')
}

function readContent(text: string): string {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new NoCaption('its answer is no JSON')
  }
  const message = (json as { choices?: { message?: { content?: unknown; refusal?: unknown } }[] } | null)
    ?.choices?.[0]?.message
  if (message?.refusal) throw new NoCaption('it refused')
  if (typeof message?.content !== 'string') throw new NoCaption('its answer has no text')
  return message.content
}

/**
 * Asks a chat model for a caption.
 * @throws Error when the server is away, late or refuses, or its answer is no caption of the worlds' grammar
 */
export async function askChat(
  { url, model, key = process.env.AOZORA_CHAT_KEY, timeout = PATIENCE }: ChatOptions,
  prompt: string,
  { seed = 0, signal }: ExpandOptions = {},
): Promise<string> {
  const address = /\/chat\/completions\/?$/.test(url) ? url : `${url.replace(/\/+$/, '')}/chat/completions`
  const limit = AbortSignal.timeout(timeout)
  const response = await fetch(address, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({
      ...(model && { model }),
      messages: [
        { role: 'system', content: chatInstructions },
        { role: 'user', content: prompt },
      ],
      temperature: 0.7,
      max_tokens: 300,
      seed,
      stream: false,
    }),
    signal: signal ? AbortSignal.any([limit, signal]) : limit,
  })
  const text = await readLimited(response)
  if (!response.ok) throw new NoCaption(`it answered ${response.status}`)
  return findCaption(readContent(text))
}

/** An expander that asks a chat model first, and another one when that cannot. */
export function withChat(fallback: Expander, options: ChatOptions): Expander {
  return {
    ...fallback,
    async expand(prompt, given = {}): Promise<Expansion> {
      if (isCaption(prompt)) return { caption: prompt, notes: [], by: 'nothing' }
      try {
        return { caption: await askChat(options, prompt, given), notes: [], by: 'chat' }
      } catch (error) {
        given.signal?.throwIfAborted()
        const key = options.key ?? process.env.AOZORA_CHAT_KEY
        options.onFallback?.(
          `the chat model was of no help: ${sayReason(error, key)}; the bundled expander goes on`,
        )
        return fallback.expand(prompt, given)
      }
    },
  }
}
