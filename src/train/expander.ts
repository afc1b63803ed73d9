import { add, type Random, type Tensor } from '../array/index.ts'
import { crossEntropy, nestValues, type TaggerConfig, tagger, taggerSpecs } from '../model/index.ts'
import { concepts, type Entry, type Lexicon, smallWords } from '../words/index.ts'
import { readMarks, type TaggedPrompt } from './expanderMarks.ts'
import { drawSlips, type PromptWords, writePrompt } from './expanderPrompts.ts'
import { drawRequest } from './expanderRequests.ts'
import { fanInFactor, type Values } from './optimizer.ts'
import type { Schedule } from './schedule.ts'
import type { Training } from './training.ts'

// Shapes: B batch, L words of a prompt, N numbers of a word.

/** What the training of the expander can vary. */
export interface ExpanderTrainingOptions {
  readonly config: TaggerConfig
  readonly lexicon: Lexicon
  /** What the lexicon would say of the words of the tables if they were not in them. */
  readonly evidence: Lexicon
  /** Words that have rows of their own. */
  readonly vocabulary: readonly string[]
  readonly words: PromptWords
  readonly schedule: Schedule
  readonly batchSize: number
  /** Words of the longest prompt (L); longer ones are drawn again. */
  readonly length: number
}

type Drawn = Omit<ExpanderTrainingOptions, 'schedule' | 'config'>

/** How often a word is taken for one that no table has, a Chinese word for one that is not known, and a row left out. */
const [UNKNOWN, UNKNOWN_CHINESE, NAMELESS] = [0.6, 0.45, 0.35]

/** Share of words that mean something to which another meaning is given besides, so that their place must tell. */
const AMBIGUOUS = 0.3

/** The same word with a meaning that it does not have, and its own somewhat less sure. */
function blur(entry: Entry, draw: (number: number) => number): Entry {
  const { hints } = entry
  if (hints.length === 0 || hints[0].level < 3) return entry
  const other = { concept: Math.floor(draw(0) * concepts.length), level: 2 + Math.floor(draw(1) * 8) }
  const slotOf = (concept: number) => concepts[concept].split(':')[0]
  // Of two colours the surer one is meant, but a colour may look much like a thing.
  const isRival = hints.some(({ concept }) => slotOf(concept) === slotOf(other.concept))
  const loss = Math.floor(draw(2) * 5)
  const told = isRival ? { ...other, level: Math.max(1, hints[0].level - loss - 2) } : other
  const own = hints.map(hint => ({ ...hint, level: Math.max(1, hint.level - loss) }))
  return { ...entry, hints: hints.some(({ concept }) => concept === other.concept) ? own : [...own, told] }
}

/** A prompt and what should be said of its words, some of them as if they were unknown. */
function drawPrompt(random: Random, options: Drawn, numbers: ReadonlyMap<string, number>): TaggedPrompt {
  const { lexicon, evidence, words, length } = options
  const seed = random.integer(1 << 30)
  // The same word is treated alike wherever a prompt has it.
  const draw = (word: string, salt: number) => {
    let hash = seed ^ salt
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
    return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
  }
  const instead = (word: string): Entry | undefined => {
    const entry =
      (draw(word, 1) < UNKNOWN ? evidence.entries.get(word) : undefined) ?? lexicon.entries.get(word)
    return entry && draw(word, 4) < AMBIGUOUS ? blur(entry, share => draw(word, 5 + share)) : entry
  }
  const knows = (word: string) => draw(word, 2) > UNKNOWN_CHINESE
  const numberOf = (word: string) => {
    const isNamed = smallWords.has(word) || !/\p{L}/u.test(word) || draw(word, 3) > NAMELESS
    return isNamed ? numbers.get(word) : undefined
  }
  for (;;) {
    const marked = writePrompt(random, drawRequest(random), words)
    const prompt = readMarks(lexicon, numberOf, marked, {
      ...{ length, instead, knows, change: drawSlips(random) },
    })
    if (prompt) return prompt
  }
}

/** Draws prompts: rows of four tables, labels and pointers (B, L) each, numbers (B, L, N), and which places count. */
function drawExpanderBatch(random: Random, options: Drawn): Record<string, Tensor> {
  const { batchSize: batch, length, vocabulary } = options
  const numbers = new Map(vocabulary.map((word, i) => [word, i]))
  const prompts = Array.from({ length: batch }, () => drawPrompt(random, options, numbers))
  const join = (rows: readonly Int32Array[]): Tensor => {
    const data = new Int32Array(batch * length)
    for (const [b, row] of rows.entries()) data.set(row, b * length)
    return { shape: [batch, length], data }
  }
  const floats = (shape: number[], rows: readonly Float32Array[]): Tensor => {
    const data = new Float32Array(shape.reduce((a, b) => a * b))
    for (const [b, row] of rows.entries()) data.set(row, b * row.length)
    return { shape, data }
  }
  const tables = [0, 1, 2, 3].map(table => [`rows${table}`, join(prompts.map(p => p.features.rows[table]))])
  // Pointers count where a word says something.
  const points = prompts.map(({ labels }) => Float32Array.from(labels, label => (label > 0 ? 1 : 0)))
  return {
    ...(Object.fromEntries(tables) as Record<string, Tensor>),
    numbers: floats(
      [batch, length, concepts.length],
      prompts.map(({ features }) => features.numbers),
    ),
    isThere: floats(
      [batch, length],
      prompts.map(({ features }) => features.isThere),
    ),
    points: floats([batch, length], points),
    labels: join(prompts.map(({ labels }) => labels)),
    first: join(prompts.map(({ first }) => first)),
    second: join(prompts.map(({ second }) => second)),
  }
}

/** The training of the expander: what every word of a prompt says, and of what. */
export function expanderTraining(options: ExpanderTrainingOptions): Training {
  const { config, schedule, batchSize } = options
  const specs = taggerSpecs(config)
  return {
    specs,
    config,
    schedule,
    emaDecay: 0.99,
    itemsPerStep: batchSize,
    rule: (path, shape) => (path.includes('blocks.') && shape.length === 2 ? 'muon' : 'adamw'),
    rateFactor: (path, shape) => (path.includes('tables') ? 1 / 4 : fanInFactor(shape)),
    nextBatch: random => drawExpanderBatch(random, options),
    loss: (values: Values, batch: Values) => {
      const params = nestValues(specs, values)
      const rows = [batch.rows0, batch.rows1, batch.rows2, batch.rows3]
      const inputs = { rows, numbers_BLN: batch.numbers, isThere_BL: batch.isThere }
      const { labels_BLV, first_BLL, second_BLL } = tagger(params, inputs, config)
      const labels = crossEntropy(labels_BLV, batch.labels, batch.isThere)
      const first = crossEntropy(first_BLL, batch.first, batch.points)
      const second = crossEntropy(second_BLL, batch.second, batch.points)
      return { loss: add(labels, add(first, second)), watch: { labels, first, second } }
    },
  }
}
