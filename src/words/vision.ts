import { type ChatOptions, completeChat, NoCaption, sayReason } from './completions.ts'

const INSTRUCTIONS = `These pictures are frames of one short film, in order.
Say in one or two plain English sentences all that the film shows: every body with its colour, shape, size and material, what it
does and in which direction, the floor, the light, the sky, and how the camera moves. Say only what can be seen. Answer with the sentences alone.`

/** Characters of a caption at most: a longer one is cut behind its last whole sentence. */
const MOST_CHARACTERS = 600

/**
 * Has a vision model behind an address say what a film shows.
 * @param frames pictures of the film in order, as data URLs
 * @throws Error in one line, in which the key does not stand, when the server is away, late or refuses, or says nothing
 */
export async function describeFrames(
  options: ChatOptions,
  frames: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const pictures = frames.map(url => ({ type: 'image_url', image_url: { url } }) as const)
  const content = [{ type: 'text', text: INSTRUCTIONS } as const, ...pictures]
  try {
    const said = await completeChat(options, [{ role: 'user', content }], { temperature: 0, signal })
    const text = said
      .replace(/<think>[\s\S]*?<\/think>/g, '')
      .replace(/\s+/g, ' ')
      .trim()
    if (text === '') throw new NoCaption('it said nothing')
    if (text.length <= MOST_CHARACTERS) return text
    const cut = text.lastIndexOf('.', MOST_CHARACTERS)
    return text.slice(0, cut > 0 ? cut + 1 : MOST_CHARACTERS)
  } catch (error) {
    signal?.throwIfAborted()
    throw new Error(
      `the vision model at ${new URL(options.url).host} was of no help: ${sayReason(error, options.key)}`,
    )
  }
}
