import { z } from 'zod'
import { FRAMES_PER_LATENT, PIXELS_PER_LATENT } from '../model/index.ts'
import { colours, materials, shapes } from '../world/index.ts'

/** What can be told of a body at a glance. */
export interface BodyLooks {
  readonly shape: string
  readonly colour: string
  readonly material: string
}

/** The bodies of a clip's scene in the order of its masks; none when nobody knows them (imported clips). */
export function readLooks(truth: unknown): BodyLooks[] {
  const parsed = truthSchema.safeParse(truth)
  if (!parsed.success) return []
  return parsed.data.scene.bodies.map(({ shape, colour, material = 'matte' }) => ({
    shape,
    colour,
    material,
  }))
}

// Shapes: F frames, H W pixels, f h w latent grid, M bodies at most.

/** Bodies that a map of truth has room for. */
export const MOST_BODIES = 4

const truthSchema = z.object({
  scene: z.object({
    bodies: z.array(z.object({ shape: z.string(), colour: z.string(), material: z.string().optional() })),
  }),
})

/** What is true of the latents of a clip, or of a window of it. */
export interface TruthWindow {
  /** How much of each latent's pixels each body covers, 0 to 1: f x h x w x M. */
  readonly coverage: Float32Array
  /** Widths of the picture that the centre of a body's pixels goes in a latent frame, right and down: f x M x 2. */
  readonly velocity: Float32Array
}

/** Where the pixels of each body are in one frame: count, mean column and row, by body number from 1. */
function findCentres(masks: Uint8Array, start: number, width: number, pixels: number): Float64Array {
  const sums = new Float64Array((MOST_BODIES + 1) * 3)
  for (let i = 0; i < pixels; i++) {
    const at = masks[start + i] * 3
    sums[at]++
    sums[at + 1] += i % width
    sums[at + 2] += Math.floor(i / width)
  }
  for (let at = 0; at < sums.length; at += 3) {
    sums[at + 1] /= Math.max(1, sums[at])
    sums[at + 2] /= Math.max(1, sums[at])
  }
  return sums
}

/**
 * Maps the bodies of a clip onto its latents.
 * @param masks F x H x W body numbers, F a multiple of 4 (the first picture repeated 4 times)
 */
export function mapTruth(masks: Uint8Array, width: number, height: number): TruthWindow {
  const pixels = width * height
  const [h, w] = [height / PIXELS_PER_LATENT, width / PIXELS_PER_LATENT]
  const f = masks.length / pixels / FRAMES_PER_LATENT
  const counts = new Float32Array(f * h * w * MOST_BODIES)
  const velocity = new Float32Array(f * MOST_BODIES * 2)
  for (let i = 0; i < masks.length; i++) {
    const body = masks[i]
    if (body === 0 || body > MOST_BODIES) continue
    const frame = Math.floor(i / pixels / FRAMES_PER_LATENT)
    const row = Math.floor((i % pixels) / width / PIXELS_PER_LATENT)
    const column = Math.floor((i % width) / PIXELS_PER_LATENT)
    counts[((frame * h + row) * w + column) * MOST_BODIES + body - 1]++
  }
  for (let frame = 0; frame < f; frame++) {
    const first = frame * FRAMES_PER_LATENT * pixels
    const last = first + (FRAMES_PER_LATENT - 1) * pixels
    const [from, to] = [first, last].map(start => findCentres(masks, start, width, pixels))
    for (let body = 1; body <= MOST_BODIES; body++) {
      if (from[body * 3] === 0 || to[body * 3] === 0) continue
      const scale = FRAMES_PER_LATENT / (FRAMES_PER_LATENT - 1) / width
      for (const axis of [0, 1]) {
        const way = to[body * 3 + 1 + axis] - from[body * 3 + 1 + axis]
        velocity[(frame * MOST_BODIES + body - 1) * 2 + axis] = way * scale
      }
    }
  }
  const full = PIXELS_PER_LATENT ** 2 * FRAMES_PER_LATENT
  return { coverage: counts.map(count => count / full), velocity }
}

const looks = [...shapes, ...Object.keys(colours), ...Object.keys(materials)]
/** What is told of a token: how much of it each shape, colour and material covers, and where that goes. */
export const TRUTH_FEATURES = looks.length + 2

/** How much of every latent any body covers, from coverage (f, h, w, M) to (f, h, w). */
export function sumBodies(coverage: Float32Array): Float32Array {
  const total = new Float32Array(coverage.length / MOST_BODIES)
  coverage.forEach((value, i) => {
    total[Math.floor(i / MOST_BODIES)] += value
  })
  return total
}

/**
 * Spreads what bodies cover to the latents around, (f, h, w): the greatest of each latent and its neighbours. An error just
 * beside a body then costs as much as one inside; otherwise what is uncertain is best guessed too large.
 */
export function spreadBodies(bodies: Float32Array, height: number, width: number): Float32Array {
  return bodies.map((_, i) => {
    const [column, row] = [i % width, Math.floor(i / width) % height]
    let most = 0
    for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++)
        most = Math.max(most, bodies[i + (y - row) * width + x - column])
    }
    return most
  })
}

/** Velocities are told in tenths of the width a latent frame. */
const VELOCITY_UNIT = 0.1

/**
 * What is true of every token of a window, f x n x TRUTH_FEATURES.
 * @param width latents along a row
 * @param patch latents along the side of a token
 */
export function truthOfTokens(
  { coverage, velocity }: TruthWindow,
  bodies: readonly BodyLooks[],
  width: number,
  patch: number,
): Float32Array {
  const latents = coverage.length / MOST_BODIES
  const frameLatents = (latents * MOST_BODIES * 2) / velocity.length
  const columns = width / patch
  const told = new Float32Array((latents / patch ** 2) * TRUTH_FEATURES)
  const featuresOfBodies = bodies
    .slice(0, MOST_BODIES)
    .map(({ shape, colour, material }) =>
      [shape, colour, material].map(look => looks.indexOf(look)).filter(feature => feature >= 0),
    )
  for (let i = 0; i < latents; i++) {
    const frame = Math.floor(i / frameLatents)
    const row = Math.floor((i % frameLatents) / width / patch)
    const token = (frame * frameLatents) / patch ** 2 + row * columns + Math.floor((i % width) / patch)
    for (const [body, features] of featuresOfBodies.entries()) {
      const share = coverage[i * MOST_BODIES + body] / patch ** 2
      if (share === 0) continue
      const at = token * TRUTH_FEATURES
      for (const feature of features) told[at + feature] += share
      for (const axis of [0, 1]) {
        const way = velocity[(frame * MOST_BODIES + body) * 2 + axis] / VELOCITY_UNIT
        told[at + looks.length + axis] += share * way
      }
    }
  }
  return told
}
