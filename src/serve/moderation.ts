import { readFileSync } from 'node:fs'
import type { VideoRequest } from './store/job.ts'

/** Says whether something may be made, or shown. */
export interface Moderation {
  /** @returns why a prompt is refused, or undefined when it is not */
  checkPrompt(prompt: string): Promise<string | undefined>
  /** @param picture a sheet of frames as JPEG */
  checkVideo(prompt: string, picture: Uint8Array): Promise<string | undefined>
}

/** Who is asked. */
export interface ModerationOptions {
  /** A file with a word or phrase a line; lines that begin with # are skipped. */
  readonly words?: string
  /** Answers as OpenAI's POST /v1/moderations does: {input} to {results: [{flagged, categories}]}. */
  readonly url?: string
}

/** A classifier that was asked and did not answer: what it would have said is not known. */
export class ModerationUnavailable extends Error {}

const TIMEOUT_MILLISECONDS = 15_000

/** Letters and digits only, so that punctuation and width do not hide a word. */
const plain = (text: string) =>
  ` ${text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `

function readWords(file: string): string[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new RangeError(`--moderation-words: ${file} cannot be read (${(error as Error).message})`)
  }
  const lines = text.split('\n').filter(line => !line.startsWith('#'))
  return lines.map(plain).filter(line => line.trim() !== '')
}

/** All words that a film is made of, for those who judge them: a storyboard's film is made of those of its shots. */
export function wordsOf({ prompt, storyboard = [] }: Pick<VideoRequest, 'prompt' | 'storyboard'>): string {
  return [prompt, ...storyboard.map(shot => shot.prompt)].join('\n')
}

type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } }

async function askClassifier(url: string, input: readonly Part[]): Promise<string | undefined> {
  let answer: unknown
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(process.env.AOZORA_MODERATION_KEY
          ? { authorization: `Bearer ${process.env.AOZORA_MODERATION_KEY}` }
          : {}),
      },
      body: JSON.stringify({ input }),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
    answer = await response.json()
  } catch (error) {
    throw new ModerationUnavailable(`the moderation service does not answer (${(error as Error).message})`)
  }
  const { results } = answer as { results?: { flagged?: unknown; categories?: Record<string, unknown> }[] }
  if (!Array.isArray(results))
    throw new ModerationUnavailable('the moderation service answers with no `results`')
  const flagged = results.find(result => result.flagged === true)
  if (!flagged) return undefined
  const categories = Object.entries(flagged.categories ?? {}).flatMap(([name, is]) =>
    is === true ? [name] : [],
  )
  return categories.length > 0 ? `it was flagged as ${categories.join(', ')}` : 'it was flagged'
}

/**
 * Moderation by a list of words, by a classifier, or both; nothing is refused without either.
 * @throws RangeError when the list cannot be read.
 */
export function createModeration({ words, url }: ModerationOptions): Moderation {
  const list = words === undefined ? [] : readWords(words)
  return {
    async checkPrompt(prompt) {
      const text = list.length > 0 ? plain(prompt) : ''
      // Which word it was is not said: the list is the operator's.
      if (list.some(word => text.includes(word))) return 'it holds words that this server does not allow'
      return url === undefined ? undefined : askClassifier(url, [{ type: 'text', text: prompt }])
    },
    async checkVideo(prompt, picture) {
      if (url === undefined) return undefined
      const data = `data:image/jpeg;base64,${Buffer.from(picture).toString('base64')}`
      return askClassifier(url, [
        { type: 'text', text: prompt },
        { type: 'image_url', image_url: { url: data } },
      ])
    },
  }
}
