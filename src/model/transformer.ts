import {
  add,
  concatenate,
  constant,
  conv2d,
  cos,
  div,
  expectShape,
  linear,
  mul,
  reshape,
  rmsNorm,
  silu,
  sin,
  slice,
  square,
  sub,
  transpose,
  type Value,
} from '../array/index.ts'
import {
  attend,
  feedForward,
  joinTokens,
  normalizeHeads,
  type Rotation,
  rotate,
  transposeHeads,
} from './layers.ts'
import { filled, kernel, matrix, type Traced } from './parameters.ts'
import { encodeText, type TextConfig, textSpecs } from './text.ts'

// Shapes: B batch, f h w latent grid, Z latent channels, n tokens of one latent frame, L = f n video tokens,
// S text tokens, D width, N heads, K head size, P channels of the convolutions around the patches.

/** The spacetime-patch diffusion transformer (DiT, 2212.09748; one noise level per latent frame, 2407.01392). */
export interface TransformerConfig {
  readonly latentChannels: number
  /** Side of a square patch of latents. */
  readonly patch: number
  readonly width: number
  readonly depth: number
  readonly heads: number
  readonly text: TextConfig
}

/** Everything one pass of the transformer reads. */
export interface TransformerInputs {
  /** Noisy latents. */
  readonly latents_BfZhw: Value
  /** Noise level of every latent frame: 0 known, 1 all noise. */
  readonly levels_Bf: Value
  /** 1 for a latent frame that holds the first picture of a film alone, -1 for an anchor from earlier in it, else 0. */
  readonly first_Bf: Value
  readonly ids_BS: Value
}

/** The parameters of the transformer and its text encoder. */
export function transformerSpecs(config: TransformerConfig) {
  const { latentChannels, patch, width, depth, heads, text } = config
  const grid = width / (patch * patch)
  const block = () => ({
    modulation: filled([6, width], 0),
    query: matrix(width, width),
    key: matrix(width, width),
    value: matrix(width, width),
    textKey: matrix(text.width, width),
    textValue: matrix(text.width, width),
    queryGain: filled([width / heads], 1),
    keyGain: filled([width / heads], 1),
    out: matrix(width, width),
    up: matrix(width, 4 * width),
    down: matrix(4 * width, width),
  })
  return {
    text: textSpecs(text),
    stem: kernel(latentChannels, grid, 3),
    embed: matrix(width, width),
    level: { hidden: matrix(LEVEL_FEATURES, width), out: matrix(width, width) },
    firstFrame: filled([width], 0),
    pooledText: matrix(text.width, width),
    modulation: matrix(width, 6 * width, 0.1),
    blocks: Array.from({ length: depth }, block),
    last: { modulation: filled([2, width], 0), project: matrix(width, width) },
    head: kernel(grid, latentChannels, 3, 0.1),
  }
}

/** The traced parameters of the transformer. */
export type TransformerParams = Traced<ReturnType<typeof transformerSpecs>>

const LEVEL_FEATURES = 128

/** Sines and cosines of a noise level at geometric frequencies, as in DDPM's time embedding (2006.11239). */
function embedLevels(levels_Bf: Value): Value {
  const half = LEVEL_FEATURES / 2
  const frequencies = Array.from({ length: half }, (_, i) => 2 * Math.PI * 0.25 * 200 ** (i / (half - 1)))
  const angles = mul(reshape(levels_Bf, [...levels_Bf.shape, 1]), constant(frequencies))
  return concatenate([sin(angles), cos(angles)], 2) // (B, f, 128)
}

/** Tokens of one latent frame. */
export interface TokenGrid extends Readonly<Record<'rows' | 'columns', number>> {}

/** The grids that a model was trained on, that of its own shape first. */
export type LearnedGrids = readonly [TokenGrid, ...TokenGrid[]]

/** Tokens above and before the grid of the model's own shape, in another one that it lies in. */
export interface Margin {
  readonly above: number
  readonly beside: number
  /** Whether this grid was trained on. */
  readonly isLearned: boolean
}

/**
 * How a grid lies around the model's own. One that was trained on has the same middle, as the camera sees it; any other one begins
 * whole tokens before it, since bodies that stand between rows are not known (docs/decisions/017, 018).
 * @param learned the grids that were trained on, the model's own first
 */
export function marginOf({ rows, columns }: TokenGrid, learned: LearnedGrids): Margin {
  const [own] = learned
  const isLearned = learned.some(grid => grid.rows === rows && grid.columns === columns)
  const half = isLearned ? (tokens: number) => tokens / 2 : (tokens: number) => Math.floor(tokens / 2)
  return { above: half(rows - own.rows), beside: half(columns - own.columns), isLearned }
}

/**
 * Rotary angles of every video token: the pairs of a head are shared out between time, height and width
 * (3/8, 5/16, 5/16), each with frequencies from 1 down to 1/100 a step.
 * @param learned the grids that were trained on, the model's own first, around which others lie. Columns go on beside it; rows above
 * and below it are more of its first and last ones where they were never seen, since below the floor comes nothing that is known
 */
function rotationOf(frames: number, grid: TokenGrid, learned: LearnedGrids, headSize: number): Rotation {
  const { rows, columns } = grid
  const { above, beside, isLearned } = marginOf(grid, learned)
  const rowOf = (y: number) => (isLearned ? y - above : Math.max(0, Math.min(learned[0].rows - 1, y - above)))
  const pairs = headSize / 2
  const share = Math.floor((pairs * 5) / 16)
  const shares = [pairs - 2 * share, share, share]
  const angles = new Float32Array(frames * rows * columns * pairs)
  let i = 0
  for (let t = 0; t < frames; t++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const place = [t, rowOf(y), x - beside]
        for (const [axis, count] of shares.entries()) {
          for (let pair = 0; pair < count; pair++) angles[i++] = place[axis] * 100 ** (-pair / count)
        }
      }
    }
  }
  const shape = [frames * rows * columns, pairs]
  return { cos_LK: constant(angles.map(Math.cos), shape), sin_LK: constant(angles.map(Math.sin), shape) }
}

/** Cuts the latent grid into square patches, channels last: (B f, P, h, w) to (B, f, n, p p P). */
export function patchify(x: Value, frames: number, patch: number): Value {
  const [images, channels, height, width] = x.shape
  const [rows, columns] = [height / patch, width / patch]
  const blocks = reshape(x, [images, channels, rows, patch, columns, patch])
  const tokens = transpose(blocks, [0, 2, 4, 3, 5, 1])
  return reshape(tokens, [images / frames, frames, rows * columns, patch * patch * channels])
}

/** The inverse of patchify: (B, f, n, p p P) to (B f, P, h, w). */
function unpatchify(x: Value, rows: number, columns: number, patch: number): Value {
  const [batch, frames, , size] = x.shape
  const channels = size / (patch * patch)
  const [images, height, width] = [batch * frames, rows * patch, columns * patch]
  const blocks = reshape(x, [images, rows, columns, patch, patch, channels])
  // In two steps: the convolution that follows undoes the second.
  const grid = reshape(transpose(blocks, [0, 1, 3, 2, 4, 5]), [images, height, width, channels])
  return transpose(grid, [0, 3, 1, 2])
}

/**
 * The features of patches reordered along an axis of a weight matrix, from channels first (P p p), as parameters are kept,
 * to channels last (p p P): whole runs of channels are moved then, not single numbers.
 */
function channelsLast(weights: Value, axis: 0 | 1, patch: number): Value {
  const [rows, columns] = weights.shape
  const [size, area] = [weights.shape[axis], patch * patch]
  return axis === 0
    ? reshape(transpose(reshape(weights, [size / area, area, columns]), [1, 0, 2]), [rows, columns])
    : reshape(transpose(reshape(weights, [rows, size / area, area]), [0, 2, 1]), [rows, columns])
}

/** Shift and scale of adaptive layer norm, one pair a latent frame: (B, f, n, D) with (B, f, 1, D). */
function modulate(x_BfnD: Value, shift_BfD: Value, scale_BfD: Value): Value {
  return add(mul(rmsNorm(x_BfnD), add(scale_BfD, 1)), shift_BfD)
}

/** The six (or two) modulation vectors of a block: (B, f, 6 D) and its table (6, D) to as many of (B, f, 1, D). */
function pickModulation(shared_BfD6: Value, table: Value): Value[] {
  const [count, width] = table.shape
  const [batch, frames] = shared_BfD6.shape
  const own = add(slice(shared_BfD6, 2, 0, count * width), reshape(table, [count * width]))
  return Array.from({ length: count }, (_, i) =>
    reshape(slice(own, 2, i * width, (i + 1) * width), [batch, frames, 1, width]),
  )
}

/** One block: attention over all video tokens and the text, then the feed-forward network, both gated. */
function transformerBlock(
  block: TransformerParams['blocks'][number],
  x: Value,
  text_BSD: Value,
  modulation: Value,
  rotation: Rotation,
  heads: number,
): Value {
  const [batch, frames, tokens, width] = x.shape
  const [shift1, scale1, gate1, shift2, scale2, gate2] = pickModulation(modulation, block.modulation)
  const h = reshape(modulate(x, shift1, scale1), [batch, frames * tokens, width]) // (B, L, D)
  const query = rotate(normalizeHeads(linear(h, block.query), block.queryGain, heads), rotation)
  const videoKey = rotate(normalizeHeads(linear(h, block.key), block.keyGain, heads), rotation)
  const textKey = normalizeHeads(linear(text_BSD, block.textKey), block.keyGain, heads)
  const key = joinTokens(textKey, videoKey) // (B, N, S + L, K)
  const textValue = transposeHeads(linear(text_BSD, block.textValue), heads)
  const value = joinTokens(textValue, transposeHeads(linear(h, block.value), heads))
  const attended = reshape(linear(attend(query, key, value), block.out), x.shape)
  const y = add(x, mul(attended, gate1))
  return add(y, mul(feedForward(modulate(y, shift2, scale2), block.up, block.down), gate2))
}

/** Variance of the network's guess of a latent, about as large as it is where bodies move and little noise is left. */
const GUESS_VARIANCE = 0.02

/**
 * The mean of the data z0, given a guess of it of variance s2 and the noisy z = (1 - t) z0 + t noise: where little noise is left,
 * z itself knows best, and nothing has to pass through the network (as the skip of EDM, 2206.00364, but from a guess of the data).
 */
function weighGuess(guess: Value, noisy: Value, levels_Bf: Value): Value {
  const t = reshape(levels_Bf, [...levels_Bf.shape, 1, 1, 1])
  const kept = sub(1, t)
  const certainty = add(square(t), mul(square(kept), GUESS_VARIANCE))
  return add(mul(guess, div(square(t), certainty)), mul(noisy, div(mul(kept, GUESS_VARIANCE), certainty)))
}

/** What one pass predicts. */
export interface Prediction {
  /** The data, (B, f, Z, h, w). */
  readonly data: Value
  /** What the middle of the network knows of every token, (B, f, n, D): training asks it for the truth. */
  readonly middle: Value
}

/**
 * Traces one pass: noisy latents (B, f, Z, h, w) and their noise levels to the predicted data.
 * Text gives keys and values to every block (docs/decisions/002-text-as-keys.md) and its mean enters the modulation.
 * @param learned the grids that the parameters were trained on, the model's own first; that of these latents when absent
 */
export function transformer(
  params: TransformerParams,
  { latents_BfZhw, levels_Bf, first_Bf, ids_BS }: TransformerInputs,
  config: TransformerConfig,
  learned?: LearnedGrids,
): Prediction {
  const [batch, frames, channels, height, width] = latents_BfZhw.shape
  const { patch, heads } = config
  expectShape('levels', levels_Bf, [batch, frames])
  expectShape('first', first_Bf, [batch, frames])
  expectShape('ids', ids_BS, [batch, config.text.length])
  const [rows, columns] = [height / patch, width / patch]

  const { text_BSD, pooled_BD } = encodeText(params.text, ids_BS, config.text)
  const level = linear(silu(linear(embedLevels(levels_Bf), params.level.hidden)), params.level.out)
  const first = mul(reshape(first_Bf, [batch, frames, 1]), params.firstFrame)
  const pooled = reshape(linear(pooled_BD, params.pooledText), [batch, 1, config.width])
  const condition = silu(add(add(level, first), pooled)) // (B, f, D)
  const modulation = linear(condition, params.modulation) // (B, f, 6 D)

  const images = reshape(latents_BfZhw, [batch * frames, channels, height, width])
  const stem = conv2d(images, params.stem, { padding: 1 })
  let x = linear(patchify(stem, frames, patch), channelsLast(params.embed, 0, patch)) // (B, f, n, D)
  const grid = { rows, columns }
  const rotation = rotationOf(frames, grid, learned ?? [grid], config.width / heads)
  let middle = x
  for (const [i, block] of params.blocks.entries()) {
    x = transformerBlock(block, x, text_BSD, modulation, rotation, heads)
    if (i + 1 === Math.ceil(config.depth / 2)) middle = x
  }

  const [shift, scale] = pickModulation(modulation, params.last.modulation)
  const last = linear(modulate(x, shift, scale), channelsLast(params.last.project, 1, patch))
  const patches = unpatchify(last, rows, columns, patch) // (B f, P, h, w)
  const guess = reshape(conv2d(patches, params.head, { padding: 1 }), latents_BfZhw.shape)
  return { data: weighGuess(guess, latents_BfZhw, levels_Bf), middle }
}

/** Sizes, by width/depth/heads: `small` is the bundled model. */
export const transformerSizes = {
  tiny: { width: 64, depth: 2, heads: 2 },
  small: { width: 256, depth: 6, heads: 4 },
  medium: { width: 320, depth: 9, heads: 5 },
} as const
