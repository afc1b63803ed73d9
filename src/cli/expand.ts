import type { Command } from 'commander'
import { type Expander, type Expansion, knowsWorlds, openExpander, withChat } from '../words/index.ts'
import { wholeNumber } from './options.ts'
import type { Rewrite } from './task.ts'

/** The options that say how prompts are expanded. */
export interface ExpandSettings {
  /** False for --no-expand. */
  readonly expand?: boolean
  readonly expandWith?: string
  readonly expandModel?: string
  readonly expandSeconds?: number
}

/** Adds those options. */
export function addExpandOptions(command: Command): Command {
  return command
    .option('--no-expand', 'take the prompt as it stands, without expanding it to a detailed caption')
    .option(
      '--expand-with <url>',
      "a chat model that expands prompts instead, at OpenAI's protocol (Ollama: http://127.0.0.1:11434/v1); AOZORA_CHAT_KEY is its key",
    )
    .option('--expand-model <name>', 'with --expand-with: which model is asked')
    .option(
      '--expand-seconds <n>',
      'with --expand-with: patience before the bundled expander takes over (default: 20)',
      wholeNumber(1, 600),
    )
}

/** The same settings as arguments of another process; the key goes by its environment. */
export function passExpandSettings({
  expand,
  expandWith,
  expandModel,
  expandSeconds,
}: ExpandSettings): string[] {
  return [
    ...(expand === false ? ['--no-expand'] : []),
    ...(expandWith ? ['--expand-with', expandWith] : []),
    ...(expandModel ? ['--expand-model', expandModel] : []),
    ...(expandSeconds ? ['--expand-seconds', String(expandSeconds)] : []),
  ]
}

/** Opens the expander that the options ask for; a chat model's failures are told by `say`, in one line each. */
export async function openSettings(
  { expandWith: url, expandModel: model, expandSeconds = 20 }: ExpandSettings,
  say: (line: string) => void,
): Promise<Expander> {
  if (url !== undefined && !URL.canParse(url))
    throw new RangeError(`--expand-with must be an address, got ${url}`)
  const bundled = await openExpander()
  if (url === undefined) return bundled
  return withChat(bundled, { url, model, timeout: expandSeconds * 1000, onFallback: say })
}

/**
 * What puts prompts into the words of a model, and says so on the terminal; none when nothing shall be expanded, or
 * the model was taught other words than those of the worlds.
 */
export async function createRewriter(
  options: ExpandSettings,
  vocabulary: readonly string[],
  signal: AbortSignal,
): Promise<{ rewrite: Rewrite; last(): Expansion | undefined; close(): Promise<void> } | undefined> {
  if (options.expand === false || !knowsWorlds(vocabulary)) return undefined
  const expander = await openSettings(options, line => console.error(line))
  let last: Expansion | undefined
  return {
    async rewrite(prompt, seed) {
      last = await expander.expand(prompt, { seed, signal })
      for (const note of last.notes) console.error(note)
      if (last.by !== 'nothing') console.error(`expanded: ${last.caption}`)
      return last.caption
    },
    last: () => last,
    close: () => expander.close(),
  }
}
