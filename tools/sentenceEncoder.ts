import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  add,
  constant,
  gather,
  gelu,
  input,
  layerNorm,
  linear,
  mul,
  reshape,
  slice,
  sum,
  type Tensor,
  transpose,
  type Value,
} from '../src/array/index.ts'
import { attend, transposeHeads } from '../src/model/layers.ts'
import { compile } from '../src/onnx/index.ts'
import { loadTensors } from '../src/store/index.ts'

// all-MiniLM-L6-v2 (Apache 2.0): a transformer of six layers that puts texts that mean something alike near one another
// (Sentence-BERT, 1908.10084; MiniLM, 2002.10957). Shapes: B texts, L pieces of a text, D width (384).

const [HEADS, LAYERS, BATCH] = [12, 6, 32]

/** Pieces that are read of a text, by the longest in its batch; the rest is cut. */
const LENGTHS = [8, 16, 24, 48]

/** What is added to the score of a place with nothing in it. */
const UNSEEN = -1e4

/** Cuts texts into word pieces, the longest known one first (1810.04805), with the numbers of the file `vocab.txt`. */
function createTokenizer(file: string): (text: string) => number[] {
  const numbers = new Map(
    readFileSync(file, 'utf8')
      .split('\n')
      .map((piece, i) => [piece, i]),
  )
  const [begin, end, unknown] = ['[CLS]', '[SEP]', '[UNK]'].map(piece => numbers.get(piece)!)
  const cut = (word: string): number[] => {
    const pieces: number[] = []
    for (let at = 0; at < word.length; ) {
      let to = word.length
      const pieceTo = (place: number) => numbers.get((at > 0 ? '##' : '') + word.slice(at, place))
      while (to > at && pieceTo(to) === undefined) to--
      if (to === at) return [unknown]
      pieces.push(pieceTo(to)!)
      at = to
    }
    return pieces
  }
  return text => {
    const plain = text
      .toLowerCase()
      .normalize('NFD')
      .replace(/\p{Mn}/gu, '')
    const pieces = (plain.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []).flatMap(cut)
    return [begin, ...pieces.slice(0, LENGTHS.at(-1)! - 2), end]
  }
}

/** Traces the encoder over texts of one length. */
function traceEncoder(tensors: Readonly<Record<string, Tensor>>, length: number): Value {
  const named = (name: string): Value => constant(tensors[name].data, tensors[name].shape)
  const dense = (x: Value, name: string) =>
    add(linear(x, transpose(named(`${name}.weight`), [1, 0])), named(`${name}.bias`))
  const normalize = (x: Value, name: string) =>
    add(mul(layerNorm(x, { epsilon: 1e-12 }), named(`${name}.weight`)), named(`${name}.bias`))
  const isThere_BL = input('isThere', [BATCH, length])
  const mask_B11L = reshape(mul(add(isThere_BL, -1), -UNSEEN), [BATCH, 1, 1, length])
  const places = add(
    slice(named('embeddings.position_embeddings.weight'), 0, 0, length),
    slice(named('embeddings.token_type_embeddings.weight'), 0, 0, 1),
  )
  const pieces = gather(named('embeddings.word_embeddings.weight'), input('pieces', [BATCH, length], 'int32'))
  let x = normalize(add(pieces, places), 'embeddings.LayerNorm') // (B, L, D)
  for (let i = 0; i < LAYERS; i++) {
    const layer = `encoder.layer.${i}`
    const [query, key, value] = ['query', 'key', 'value'].map(part =>
      transposeHeads(dense(x, `${layer}.attention.self.${part}`), HEADS),
    )
    const seen = dense(attend(query, key, value, mask_B11L), `${layer}.attention.output.dense`)
    x = normalize(add(x, seen), `${layer}.attention.output.LayerNorm`)
    const more = dense(gelu(dense(x, `${layer}.intermediate.dense`)), `${layer}.output.dense`)
    x = normalize(add(x, more), `${layer}.output.LayerNorm`)
  }
  return sum(mul(x, reshape(isThere_BL, [BATCH, length, 1])), [1])
}

/**
 * Opens the encoder of a folder with `model.safetensors` and `vocab.txt`; it runs on one core, its layers in 8 bits.
 * @returns what gives for every text the sum of what its pieces say, scaled to length 1
 */
export function openSentenceEncoder(folder: string) {
  const { tensors } = loadTensors(path.join(folder, 'model.safetensors'))
  const tokenize = createTokenizer(path.join(folder, 'vocab.txt'))
  const compiled = LENGTHS.map(length => () => {
    return compile({ sums: traceEncoder(tensors, length) }, { device: 'cpu', threads: 1, quantize: 'int8' })
  })
  const sessions: ReturnType<(typeof compiled)[number]>[] = []
  const encodeBatch = async (texts: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    const longest = Math.max(...texts.map(pieces => pieces.length))
    const which = LENGTHS.findIndex(length => length >= longest)
    const session = await (sessions[which] ??= compiled[which]())
    const shape = [BATCH, LENGTHS[which]]
    const [pieces, isThere] = [new Int32Array(BATCH * shape[1]), new Float32Array(BATCH * shape[1])]
    for (const [b, row] of texts.entries()) {
      pieces.set(row, b * shape[1])
      isThere.fill(1, b * shape[1], b * shape[1] + row.length)
    }
    const { sums } = await session.run({ pieces: { shape, data: pieces }, isThere: { shape, data: isThere } })
    const width = sums.shape.at(-1)!
    return texts.map((_, b) => {
      const row = (sums.data as Float32Array).slice(b * width, (b + 1) * width)
      const length = Math.hypot(...row)
      return row.map(value => value / length)
    })
  }
  return async (texts: readonly string[]): Promise<Float32Array[]> => {
    const rows = texts.map((text, i) => ({ i, pieces: tokenize(text) }))
    rows.sort((a, b) => a.pieces.length - b.pieces.length)
    const vectors: Float32Array[] = []
    for (let at = 0; at < rows.length; at += BATCH) {
      const batch = rows.slice(at, at + BATCH)
      const found = await encodeBatch(batch.map(({ pieces }) => pieces))
      for (const [b, { i }] of batch.entries()) vectors[i] = found[b]
    }
    return vectors
  }
}
