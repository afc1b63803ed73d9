import {
  add,
  broadcast,
  concatenate,
  constant,
  cos,
  gather,
  gelu,
  layerNorm,
  mul,
  reshape,
  silu,
  sin,
  slice,
  transpose,
  type Value,
} from '../array/index.ts'
import { type Affine, affine, attend, project, transposeHeads } from './layers.ts'
import { matrix, type Traced } from './parameters.ts'

// Shapes: B batch, C H W latent channels, height, width, L tokens, D width, N heads, p side of a patch.

/**
 * The class-conditional DiT (Peebles and Xie 2023, 2212.09748), as published: latents of a 256 x 256 picture,
 * 1000 classes and "no class", learned variance. The film model descends from it (transformer.ts); it stands
 * here so that the builder can be checked against the published sizes (`ditSizes`, dit.test.ts).
 */
export interface DitConfig {
  readonly width: number
  readonly depth: number
  readonly heads: number
  readonly patch: number
}

/** What all published DiTs share: 32 x 32 latents of 4 channels, 1000 classes. */
export const ditInput = { side: 32, channels: 4, classes: 1000 } as const

const TIME_FEATURES = 256

/** The parameters of a DiT, its table of positions (frozen in training) included. */
export function ditSpecs({ width, depth, patch }: DitConfig) {
  const { side, channels, classes } = ditInput
  // adaLN-zero: every block begins as the identity (section 3.2).
  const block = () => ({
    modulation: affine(width, 6 * width, 0),
    queryKeyValue: affine(width, 3 * width),
    out: affine(width, width),
    up: affine(width, 4 * width),
    down: affine(4 * width, width),
  })
  return {
    embed: affine(channels * patch ** 2, width),
    positions: matrix((side / patch) ** 2, width),
    time: { hidden: affine(TIME_FEATURES, width), out: affine(width, width) },
    classes: matrix(classes + 1, width),
    blocks: Array.from({ length: depth }, block),
    last: { modulation: affine(width, 2 * width, 0), out: affine(width, 2 * channels * patch ** 2, 0) },
  }
}

/** The traced parameters of a DiT. */
export type DitParams = Traced<ReturnType<typeof ditSpecs>>

/** Sines and cosines of a time step from 0 to 1000 at periods up to 10000 (1706.03762): (B) to (B, 256). */
function embedTime(times_B: Value): Value {
  const half = TIME_FEATURES / 2
  const frequencies = Array.from({ length: half }, (_, i) => 10000 ** (-i / half))
  const angles = mul(reshape(times_B, [times_B.shape[0], 1]), constant(frequencies))
  return concatenate([cos(angles), sin(angles)], 1)
}

/** `count` vectors of width D for every picture, each (B, 1, D). */
function modulationOf(condition_BD: Value, layer: Affine, count: number): Value[] {
  const [batch, width] = condition_BD.shape
  const all = project(silu(condition_BD), layer) // (B, count D)
  return Array.from({ length: count }, (_, i) =>
    reshape(slice(all, 1, i * width, (i + 1) * width), [batch, 1, width]),
  )
}

const modulate = (x: Value, shift: Value, scale: Value) =>
  add(mul(layerNorm(x, { epsilon: 1e-6 }), add(scale, 1)), shift)

function ditBlock(block: DitParams['blocks'][number], x: Value, condition_BD: Value, heads: number): Value {
  const width = x.shape[2]
  const [shift1, scale1, gate1, shift2, scale2, gate2] = modulationOf(condition_BD, block.modulation, 6)
  const joint = project(modulate(x, shift1, scale1), block.queryKeyValue) // (B, L, 3 D)
  const [query, key, value] = [0, 1, 2].map(i =>
    transposeHeads(slice(joint, 2, i * width, (i + 1) * width), heads),
  )
  const attended = add(x, mul(project(attend(query, key, value), block.out), gate1))
  const hidden = gelu(project(modulate(attended, shift2, scale2), block.up))
  return add(attended, mul(project(hidden, block.down), gate2))
}

/**
 * Traces one pass.
 * @param latents_BCHW noisy latents (B, 4, 32, 32)
 * @param times_B time steps from 0 to 1000
 * @param classes_B int32 class numbers; 1000 is "no class"
 * @returns noise and variance as predicted, (B, 8, 32, 32)
 */
export function dit(
  params: DitParams,
  latents_BCHW: Value,
  times_B: Value,
  classes_B: Value,
  { width, heads, patch }: DitConfig,
): Value {
  const [batch, channels, height] = latents_BCHW.shape
  const rows = height / patch
  const blocks = reshape(latents_BCHW, [batch, channels, rows, patch, rows, patch])
  const patches = reshape(transpose(blocks, [0, 2, 4, 1, 3, 5]), [
    batch,
    rows * rows,
    channels * patch * patch,
  ]) // (B, L, C p p)
  let x = add(
    project(patches, params.embed),
    broadcast(reshape(params.positions, [1, rows * rows, width]), [batch, rows * rows, width]),
  )
  const time = project(silu(project(embedTime(times_B), params.time.hidden)), params.time.out)
  const condition = add(time, gather(params.classes, classes_B)) // (B, D)
  for (const block of params.blocks) x = ditBlock(block, x, condition, heads)
  const [shift, scale] = modulationOf(condition, params.last.modulation, 2)
  const last = project(modulate(x, shift, scale), params.last.out) // (B, L, 2 C p p)
  const grid = reshape(last, [batch, rows, rows, patch, patch, 2 * channels])
  return reshape(transpose(grid, [0, 5, 1, 3, 2, 4]), [batch, 2 * channels, height, height])
}

/** The published sizes (table 1 of the paper); each comes with patches of 8, 4 and 2. */
export const ditSizes = {
  S: { width: 384, depth: 12, heads: 6 },
  B: { width: 768, depth: 12, heads: 12 },
  L: { width: 1024, depth: 24, heads: 16 },
  XL: { width: 1152, depth: 28, heads: 16 },
} as const
