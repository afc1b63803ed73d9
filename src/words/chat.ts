import { parseCaption } from '../world/index.ts'
import { type ChatOptions, completeChat, NoCaption, sayReason } from './completions.ts'
import { completeCaption, type Expander, type ExpandOptions, type Expansion, isCaption } from './expander.ts'

/** What a chat model is told: the grammar of captions in a page, and examples. */
const chatInstructions = `You rewrite a prompt for a small film model. It knows only these words.
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

/**
 * Asks a chat model for a caption.
 * @throws Error when the server is away, late or refuses, or its answer is no caption of the worlds' grammar
 */
async function askChat(chat: ChatOptions, prompt: string, options: ExpandOptions = {}): Promise<string> {
  const messages = [
    { role: 'system', content: chatInstructions },
    { role: 'user', content: prompt },
  ] as const
  return findCaption(await completeChat(chat, messages, options))
}

/** A chat model, and who is told in one line of each prompt that it could not expand. */
export interface ChatExpanderOptions extends ChatOptions {
  readonly onFallback?: (line: string) => void
}

/** An expander that asks a chat model first, and another one when that cannot. */
export function withChat(fallback: Expander, options: ChatExpanderOptions): Expander {
  return {
    ...fallback,
    async expand(prompt, given = {}): Promise<Expansion> {
      const completed = completeCaption(prompt, given.seed ?? 0)
      if (completed) return completed
      try {
        return { caption: await askChat(options, prompt, given), notes: [], by: 'chat' }
      } catch (error) {
        given.signal?.throwIfAborted()
        options.onFallback?.(
          `the chat model was of no help: ${sayReason(error, options.key)}; the bundled expander goes on`,
        )
        return fallback.expand(prompt, given)
      }
    },
  }
}
