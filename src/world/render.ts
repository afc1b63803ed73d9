import { type CameraFrame, openLens } from './camera.ts'
import { packBodies } from './intersect.ts'
import { expose, toSrgb } from './light.ts'
import { candidatesOf, markPixels, shadowsOf } from './renderBoxes.ts'
import { aim, type Canvas, castRow } from './renderRow.ts'
import { type Stage, setStage } from './renderStage.ts'
import { bodyOfTag, FLOOR, trace } from './renderTrace.ts'
import { flow } from './renderWater.ts'
import type { Scene } from './scene.ts'
import type { BodyState, Motion } from './simulate.ts'

/** Pictures of a scene, and what is true of their pixels. */
export interface Pictures {
  /** F x H x W x 3, sRGB. */
  readonly frames: Uint8Array
  /** F x H x W: 0 is background, else the number of the body counted from 1. */
  readonly masks: Uint8Array
  /** F x H x W, when asked for: metres along the view to what is seen; Infinity where it is the sky. */
  readonly depth?: Float32Array
  /** How many frames were drawn; the others are copies of frames in which nothing moved. */
  readonly drawn: number
}

/** What is rendered besides colours and masks. */
export interface RenderOptions {
  readonly depth?: boolean
}

/**
 * Where more rays go through a pixel at an edge, in pixels from its middle: a rotated grid. Each and the next are
 * nearest to one of its sides: above, right, below, left.
 */
const EDGE_RAYS = [
  [-0.2, -0.4],
  [0.4, -0.2],
  [0.2, 0.4],
  [-0.4, 0.2],
] as const
/** Difference in exposed light up to which rays have seen the same. */
const ALIKE = 0.02
/** Difference in exposed light between neighbours from which a pixel gets more rays. */
const CONTRAST = 0.16

/** On which side of a pixel an edge is (0 above, 1 right, 2 below, 3 left), or -1 when its neighbours look alike. */
function edgeSide(canvas: Canvas, pixel: number): number {
  const { width, height } = canvas.lens
  const column = pixel % width
  if (pixel >= width && differ(canvas, pixel, pixel - width)) return 0
  if (column < width - 1 && differ(canvas, pixel, pixel + 1)) return 1
  if (pixel < width * (height - 1) && differ(canvas, pixel, pixel + width)) return 2
  return column > 0 && differ(canvas, pixel, pixel - 1) ? 3 : -1
}

/** Whether a neighbour shows something else than a pixel, or, on bodies and mirrors, is much lighter or darker. */
function differ({ light, tags }: Canvas, pixel: number, other: number): boolean {
  const tag = tags[pixel]
  if (tags[other] !== tag && (tag > FLOOR || tags[other] > FLOOR)) return true
  if (tag <= FLOOR) return false
  const a = pixel * 3
  const b = other * 3
  return (
    Math.abs(light[a] - light[b]) > CONTRAST ||
    Math.abs(light[a + 1] - light[b + 1]) > CONTRAST ||
    Math.abs(light[a + 2] - light[b + 2]) > CONTRAST
  )
}

const owners = new Uint8Array(16)

/**
 * Casts more rays through a pixel: two at the side where its edge is, and two more when they see anything new there.
 * @returns the body that most of them meet; the pixel's bytes are written
 */
function castEdge(stage: Stage, canvas: Canvas, pixel: number, side: number, bytes: Uint8Array): number {
  const { lens, light, tags, marks } = canvas
  const at = pixel * 3
  const column = (pixel % lens.width) + 0.5
  const row = Math.floor(pixel / lens.width) + 0.5
  const [candidates, shadows] = [candidatesOf(marks[pixel]), shadowsOf(marks[pixel])]
  let red = light[at]
  let green = light[at + 1]
  let blue = light[at + 2]
  owners.fill(0)
  owners[bodyOfTag(tags[pixel])]++
  let rays = 0
  for (let most = 2; rays < most; rays++) {
    const [right, down] = EDGE_RAYS[(side + rays) & 3]
    aim(stage, lens, column + right, row + down)
    const tag = trace(stage, 0, candidates, shadows)
    owners[bodyOfTag(tag)]++
    const r = expose(stage.light[0])
    const g = expose(stage.light[1])
    const b = expose(stage.light[2])
    const difference = Math.abs(r - light[at]) + Math.abs(g - light[at + 1]) + Math.abs(b - light[at + 2])
    if (tag !== tags[pixel] || difference > 3 * ALIKE) most = EDGE_RAYS.length
    red += r
    green += g
    blue += b
  }
  bytes[at] = toSrgb(red / (rays + 1))
  bytes[at + 1] = toSrgb(green / (rays + 1))
  bytes[at + 2] = toSrgb(blue / (rays + 1))
  let owner = 0
  for (let body = 1; body < 5; body++) if (owners[body] > owners[owner]) owner = body
  return owner
}

/** The empty scene as one camera sees it. */
interface Backdrop {
  readonly bytes: Uint8Array
  readonly light: Float32Array
  readonly tags: Uint16Array
  readonly depth: Float32Array
}

const backdrops = new Map<string, Backdrop>()
/** How many pixels of empty scenes are kept, over all sizes and places: about 100 MB. */
const MOST_PIXELS = 1 << 21

/** Films the empty scene once for each place, camera and size. */
function backdropOf(scene: Scene, camera: CameraFrame): Backdrop {
  const { width, height, floor, light, sky } = scene
  const key = JSON.stringify([width, height, floor, light, sky, camera])
  const known = backdrops.get(key)
  if (known) return known
  const stage = setStage({ ...scene, bodies: [] })
  const pixels = width * height
  const backdrop = {
    bytes: new Uint8Array(pixels * 3),
    light: new Float32Array(pixels * 3),
    tags: new Uint16Array(pixels),
    depth: new Float32Array(pixels),
  }
  const marks = new Uint16Array(pixels)
  const canvas = { ...backdrop, lens: openLens(camera, width, height), marks, before: marks }
  for (let row = 0; row < height; row++) castRow(stage, canvas, row, false)
  for (let at = 0; at < pixels * 3; at++) backdrop.bytes[at] = toSrgb(backdrop.light[at])
  let kept = pixels
  for (const { tags } of backdrops.values()) kept += tags.length
  for (const [old, { tags }] of backdrops) {
    if (kept <= MOST_PIXELS) break
    backdrops.delete(old)
    kept -= tags.length
  }
  backdrops.set(key, backdrop)
  return backdrop
}

/** Puts the empty scene back where the frame before showed something and this one does not. */
function restore({ light, tags, marks, before }: Canvas, backdrop: Backdrop): void {
  for (let pixel = 0; pixel < marks.length; pixel++) {
    if (before[pixel] === 0) continue
    tags[pixel] = backdrop.tags[pixel]
    if (marks[pixel] !== 0) continue
    for (let at = pixel * 3; at < pixel * 3 + 3; at++) light[at] = backdrop.light[at]
  }
}

/** Renders one frame whose bodies are packed into the stage. */
function renderFrame(
  stage: Stage,
  canvas: Canvas,
  backdrop: Backdrop | undefined,
  bytes: Uint8Array,
  masks: Uint8Array,
): void {
  const { lens, light, tags, marks, before, depth } = canvas
  before.set(marks)
  markPixels(stage, lens, marks)
  const pixels = lens.width * lens.height
  if (backdrop) {
    bytes.set(backdrop.bytes)
    depth?.set(backdrop.depth)
    restore(canvas, backdrop)
  }
  for (let row = 0; row < lens.height; row++) castRow(stage, canvas, row, backdrop !== undefined)
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (backdrop && marks[pixel] === 0) continue
    const at = pixel * 3
    const side = marks[pixel] === 0 ? -1 : edgeSide(canvas, pixel)
    if (side >= 0) {
      masks[pixel] = castEdge(stage, canvas, pixel, side, bytes)
      continue
    }
    masks[pixel] = bodyOfTag(tags[pixel])
    bytes[at] = toSrgb(light[at])
    bytes[at + 1] = toSrgb(light[at + 1])
    bytes[at + 2] = toSrgb(light[at + 2])
  }
}

/** Whether no body has moved by more than a hundredth of a pixel between two frames. */
function standStill(before: readonly BodyState[], now: readonly BodyState[]): boolean {
  return now.every(({ position, orientation }, i) => {
    const moved = position.some((p, axis) => Math.abs(p - before[i].position[axis]) > 4e-4)
    return !moved && orientation.every((q, axis) => Math.abs(q - before[i].orientation[axis]) < 4e-4)
  })
}

/**
 * Films a scene that has been simulated. The empty scene of a still camera is filmed once; rays are cast only where
 * bodies, their shadows and mirror images can be, one a pixel, and four where that shows an edge.
 */
export function renderMotion(scene: Scene, motion: Motion, { depth = false }: RenderOptions = {}): Pictures {
  const { width, height, camera, floor } = scene
  const pixels = width * height
  const frameCount = motion.frames.length
  const stage = setStage(scene)
  const pictures = {
    frames: new Uint8Array(frameCount * pixels * 3),
    masks: new Uint8Array(frameCount * pixels),
    ...(depth ? { depth: new Float32Array(frameCount * pixels) } : {}),
  }
  const backdrop = camera.move === 'still' && frameCount > 1 ? backdropOf(scene, motion.camera[0]) : undefined
  const canvas = {
    light: backdrop?.light.slice() ?? new Float32Array(pixels * 3),
    tags: backdrop?.tags.slice() ?? new Uint16Array(pixels),
    marks: new Uint16Array(pixels),
    before: new Uint16Array(pixels),
  }
  let shown = 0
  let drawn = 0
  for (let frame = 0; frame < frameCount; frame++) {
    const wasCalm = stage.water.calm
    if (floor === 'water') flow(stage.water, scene, motion, frame)
    // Compared with what was last drawn, so that slow motion adds up.
    const same = frame > 0 && camera.move === 'still' && wasCalm && stage.water.calm
    if (same && standStill(motion.frames[shown], motion.frames[frame])) {
      pictures.frames.copyWithin(frame * pixels * 3, (frame - 1) * pixels * 3, frame * pixels * 3)
      pictures.masks.copyWithin(frame * pixels, (frame - 1) * pixels, frame * pixels)
      pictures.depth?.copyWithin(frame * pixels, (frame - 1) * pixels, frame * pixels)
      continue
    }
    shown = frame
    drawn++
    packBodies(scene, motion.frames[frame], stage.bodies)
    renderFrame(
      stage,
      {
        ...canvas,
        lens: openLens(motion.camera[frame], width, height),
        depth: pictures.depth?.subarray(frame * pixels, (frame + 1) * pixels),
      },
      backdrop,
      pictures.frames.subarray(frame * pixels * 3, (frame + 1) * pixels * 3),
      pictures.masks.subarray(frame * pixels, (frame + 1) * pixels),
    )
  }
  return { ...pictures, drawn }
}
