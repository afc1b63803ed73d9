// OpenAI's chat completions, as Ollama, llama.cpp and hosted models speak them.

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
}

/** One message: text, or text and pictures as data URLs. */
export interface ChatMessage {
  readonly role: 'system' | 'user'
  readonly content:
    | string
    | readonly (
        | { readonly type: 'text'; readonly text: string }
        | { readonly type: 'image_url'; readonly image_url: { readonly url: string } }
      )[]
}

/** What an answer may be like. */
export interface CompleteOptions {
  readonly seed?: number
  readonly temperature?: number
  readonly signal?: AbortSignal
}

const PATIENCE = 20_000
const MOST_CHARACTERS = 100_000

/** Why a chat model gave no caption. */
export class NoCaption extends Error {}

/** A reason as one short line, in which the key does not stand. */
export function sayReason(error: unknown, key = process.env.AOZORA_CHAT_KEY): string {
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
 * Asks a chat model.
 * @returns what it says
 * @throws Error when the server is away, late or refuses, or its answer has no text
 */
export async function completeChat(
  { url, model, key = process.env.AOZORA_CHAT_KEY, timeout = PATIENCE }: ChatOptions,
  messages: readonly ChatMessage[],
  { seed = 0, temperature = 0.7, signal }: CompleteOptions = {},
): Promise<string> {
  const address = /\/chat\/completions\/?$/.test(url) ? url : `${url.replace(/\/+$/, '')}/chat/completions`
  const limit = AbortSignal.timeout(timeout)
  const response = await fetch(address, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({
      ...(model && { model }),
      messages,
      temperature,
      max_tokens: 300,
      seed,
      stream: false,
    }),
    signal: signal ? AbortSignal.any([limit, signal]) : limit,
  })
  const text = await readLimited(response)
  if (!response.ok) throw new NoCaption(`it answered ${response.status}`)
  return readContent(text)
}
