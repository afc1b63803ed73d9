import { createRandom } from '../array/index.ts'
import { type Parameters, selectParameters } from '../model/index.ts'
import {
  type ExpanderParts,
  type Lexicon,
  readLexicon,
  saveExpander,
  smallWords,
  taggerSize,
} from '../words/index.ts'
import { captionWords } from '../world/index.ts'
import { expanderTraining } from './expander.ts'
import { unmark } from './expanderMarks.ts'
import { collectWords, type PromptWords, writePrompt } from './expanderPrompts.ts'
import { drawRequest } from './expanderRequests.ts'
import { chains, joins, requestsFor, trainingWords, tries } from './expanderWords.ts'
import { type RunOptions, train } from './loop.ts'
import type { Schedule } from './schedule.ts'
import { moveWords } from './warmStart.ts'

/** How the bundled expander is trained. */
export interface ExpanderRecipe {
  readonly schedule: Schedule
  readonly batchSize: number
  /** Words of the longest prompt. */
  readonly length: number
}

/** The bundled expander. */
export const expanderRecipe: ExpanderRecipe = {
  schedule: { steps: 3000, warmup: 30, decay: 0.7, adamRate: 0.02, muonRate: 0.02 },
  batchSize: 64,
  length: 44,
}

/** Prompts in which letters and signs are counted. */
const COUNTED_PROMPTS = 4000

/** Words with rows of their own: small ones, those of captions and of phrases, and all Chinese letters of training. */
function collectVocabulary(words: PromptWords): string[] {
  const phrases = Object.values(trainingWords)
    .flat()
    .filter(phrase => phrase.includes(' '))
  const named = [...phrases, ...requestsFor, ...chains, ...joins, ...tries].flatMap(
    phrase => phrase.match(/[a-z]+/g) ?? [],
  )
  const counts = new Map<string, number>()
  for (let i = 0; i < COUNTED_PROMPTS; i++) {
    const random = createRandom(7_000_000 + i)
    const text = unmark(writePrompt(random, drawRequest(random), words))
    for (const [letter] of text.matchAll(/\p{Script=Han}|\p{N}|[,.;:!?]/gu))
      counts.set(letter, (counts.get(letter) ?? 0) + 1)
  }
  const letters = [...counts].flatMap(([letter, count]) => (count > 3 ? [letter] : []))
  return [...new Set([...smallWords, ...captionWords, ...named, ...letters])]
}

/** What `trainExpander` needs besides the options of a run. */
export interface ExpanderRun extends Omit<RunOptions, 'warmStart'> {
  /** Lines of both files of tools/learnLexicon.ts. */
  readonly lexiconLines: string
  readonly evidenceLines: string
  readonly recipe?: ExpanderRecipe
  /** The expander whose tagger learns on; a new one begins at random. */
  readonly start?: ExpanderParts
}

/** Parameters of a tagger for another vocabulary. */
function carryOver({ params, vocabulary: known }: ExpanderParts, vocabulary: readonly string[]): Parameters {
  return { ...params, 'tables.0': moveWords(params['tables.0'], known, vocabulary) as Parameters[string] }
}

/**
 * Trains an expander; stopped, it goes on where it was.
 * @returns what `saveExpander` writes: the averaged parameters
 */
async function trainExpander({
  lexiconLines,
  evidenceLines,
  recipe = expanderRecipe,
  start,
  ...run
}: ExpanderRun): Promise<ExpanderParts> {
  const lexicon: Lexicon = readLexicon(lexiconLines)
  const words = collectWords(lexicon)
  const vocabulary = collectVocabulary(words)
  const config = taggerSize(vocabulary.length)
  const evidence = readLexicon(evidenceLines)
  const training = expanderTraining({ ...recipe, config, lexicon, evidence, vocabulary, words })
  const state = await train(training, { ...run, warmStart: start && carryOver(start, vocabulary) })
  return { config, vocabulary, params: selectParameters(state, 'ema'), lexicon }
}

/** Trains an expander and writes its file. */
export async function learnExpander(run: ExpanderRun, file: string): Promise<void> {
  saveExpander(file, await trainExpander(run), run.lexiconLines)
}
