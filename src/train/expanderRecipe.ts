import { createRandom } from '../array/index.ts'
import { type BytePairs, type Parameters, selectParameters, trainBytePairs } from '../model/index.ts'
import { type Lexicon, type ReaderConfig, readerSize, readLexicon, saveExpander } from '../words/index.ts'
import { expanderTraining } from './expander.ts'
import { collectWords, type PromptWords, writePrompt } from './expanderPrompts.ts'
import { drawRequest } from './expanderRequests.ts'
import { type RunOptions, train } from './loop.ts'

/** One part of the expander's training: short prompts first, since they cost less, then long ones. */
export interface ExpanderStage {
  readonly name: string
  readonly promptLength: number
  readonly requestLength: number
  readonly batchSize: number
  readonly steps: number
  readonly decay: number
  /** Learning rate of both optimizers. */
  readonly rate: number
}

/** Two stages in about a quarter of an hour of one core. The bundled weights had a third one by hand: docs/LOG.md. */
export const expanderStages: readonly ExpanderStage[] = [
  {
    name: 'short',
    promptLength: 32,
    requestLength: 24,
    batchSize: 32,
    steps: 640,
    decay: 0.35,
    rate: 0.024,
  },
  {
    name: 'long',
    promptLength: readerSize.promptLength,
    requestLength: 38,
    batchSize: 32,
    steps: 170,
    decay: 0.35,
    rate: 0.014,
  },
]

/** Prompts from which the tokenizer learns its pairs. */
const TOKENIZER_PROMPTS = 12_000

/** Learns the byte pairs of training prompts. */
export function learnTokenizer(words: PromptWords, prompts = TOKENIZER_PROMPTS): BytePairs {
  const texts = Array.from({ length: prompts }, (_, i) => {
    const random = createRandom(7_000_000 + i)
    return ` ${writePrompt(random, drawRequest(random), words)}`
  })
  return trainBytePairs(texts, readerSize.textTokens)
}

/** What `trainExpander` needs besides the options of a run. */
export interface ExpanderRun extends Omit<RunOptions, 'warmStart'> {
  /** Lines of the lexicon (tools/learnLexicon.ts). */
  readonly lexiconLines: string
  readonly stages?: readonly ExpanderStage[]
  readonly tokenizer?: BytePairs
}

/**
 * Trains an expander in stages, each in a folder of its own under `folder`; stopped, it goes on where it was.
 * @returns what `saveExpander` writes: the averaged parameters
 */
export async function trainExpander({
  lexiconLines,
  stages = expanderStages,
  tokenizer: given,
  folder,
  ...run
}: ExpanderRun): Promise<{
  config: ReaderConfig
  params: Parameters
  tokenizer: BytePairs
  lexicon: Lexicon
}> {
  const lexicon = readLexicon(lexiconLines)
  const words = collectWords(lexicon)
  const tokenizer = given ?? learnTokenizer(words)
  let state: Awaited<ReturnType<typeof train>> = {}
  for (const [i, stage] of stages.entries()) {
    const { promptLength, requestLength, batchSize, steps, decay, rate } = stage
    const training = expanderTraining({
      config: { ...readerSize, promptLength },
      lexicon,
      tokenizer,
      words,
      batchSize,
      requestLength,
      schedule: { steps, warmup: 30, decay, adamRate: rate, muonRate: rate },
    })
    state = await train(training, {
      ...run,
      folder: `${folder}/${stage.name}`,
      seed: run.seed + i,
      warmStart: selectParameters(state, 'param'),
    })
  }
  return {
    config: { ...readerSize, promptLength: stages[stages.length - 1].promptLength },
    params: selectParameters(state, 'ema'),
    tokenizer,
    lexicon,
  }
}

/** Trains an expander and writes its file. */
export async function learnExpander(run: ExpanderRun, file: string): Promise<void> {
  saveExpander(file, await trainExpander(run), run.lexiconLines)
}
