/** A connected patch of one colour: what may be a body in one frame. Units: pixels of the picture. */
export interface Patch {
  /** 1 + the number of its colour. */
  readonly name: number
  /** Numbers of its pixels, row after row. */
  readonly pixels: readonly number[]
  /** Centre of its pixels. */
  readonly x: number
  readonly y: number
  /** The box around it: first and last column and row. */
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** Whether it touches the edge of the picture. */
  readonly isCut: boolean
  /** Whether it touches a patch of another colour: one of them may hide a part of the other. */
  readonly touches: boolean
}

/** Pixels between two parts of one colour that still count as one: highlights cut bodies apart. */
const GAP = 2

/** All pixels of one name that hang together with `start`, over gaps of up to `GAP` pixels; they are marked. */
function grow(names: Uint8Array, width: number, height: number, start: number, seen: Uint8Array): number[] {
  const pixels = [start]
  seen[start] = 1
  for (let i = 0; i < pixels.length; i++) {
    const [x, y] = [pixels[i] % width, Math.floor(pixels[i] / width)]
    for (let dy = -GAP; dy <= GAP; dy++) {
      if (y + dy < 0 || y + dy >= height) continue
      for (let dx = -GAP; dx <= GAP; dx++) {
        if (x + dx < 0 || x + dx >= width) continue
        const at = (y + dy) * width + x + dx
        if (seen[at] || names[at] !== names[start]) continue
        seen[at] = 1
        pixels.push(at)
      }
    }
  }
  return pixels
}

/** Pixels of another patch of this many times its border at least, for them to touch. */
const LEAST_TOUCH = 0.04

/** Whether pixels of other colours lie along the border of a patch. */
function touchesOthers(names: Uint8Array, pixels: readonly number[], width: number, height: number): boolean {
  let [border, foreign] = [0, 0]
  const name = names[pixels[0]]
  for (const pixel of pixels) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    for (const [dx, dy] of [
      [-2, 0],
      [2, 0],
      [0, -2],
      [0, 2],
    ] as const) {
      if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue
      const other = names[(y + dy) * width + x + dx]
      if (other === name) continue
      border++
      if (other !== 0) foreign++
    }
  }
  return foreign > LEAST_TOUCH * border && foreign > 3
}

/** The box and centre of a patch. */
export function measurePatch(
  name: number,
  pixels: readonly number[],
  width: number,
  height: number,
  touches = false,
): Patch {
  let [x, y, left, right, top, bottom] = [0, 0, width, 0, height, 0]
  for (const pixel of pixels) {
    const [column, row] = [pixel % width, Math.floor(pixel / width)]
    x += column
    y += row
    left = Math.min(left, column)
    right = Math.max(right, column)
    top = Math.min(top, row)
    bottom = Math.max(bottom, row)
  }
  const isCut = left <= 1 || top <= 1 || right >= width - 2 || bottom >= height - 2
  return {
    name,
    pixels,
    x: x / pixels.length + 0.5,
    y: y / pixels.length + 0.5,
    left,
    right,
    top,
    bottom,
    isCut,
    touches,
  }
}

/** Replaces every pixel by the name that most of the nine around it have, where five agree: specks go, edges stay. */
function removeSpecks(names: Uint8Array, width: number, height: number): Uint8Array {
  const clean = Uint8Array.from(names)
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x
      let same = 0
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) if (names[at + dy * width + dx] === names[at]) same++
      }
      if (same >= 4) continue
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const other = names[at + dy * width + dx]
          let count = 0
          for (let ey = -1; ey <= 1; ey++) {
            for (let ex = -1; ex <= 1; ex++) if (names[at + ey * width + ex] === other) count++
          }
          if (count >= 5) clean[at] = other
        }
      }
    }
  }
  return clean
}

/** Share of a square on the shorter side below which a patch is no body: about 60 pixels at 128 x 128. */
const LEAST_AREA = 0.0035

/** Patches that touch and of which one is a fringe of the other: a wrong name along its edge or in its shade. */
function isFringe(patch: Patch, patches: readonly Patch[]): boolean {
  return patches.some(other => {
    if (other === patch || other.pixels.length < 1.5 * patch.pixels.length) return false
    const inside =
      patch.x > other.left - 2 &&
      patch.x < other.right + 2 &&
      patch.y > other.top - 2 &&
      patch.y < other.bottom + 2
    const box = (patch.right - patch.left + 1) * (patch.bottom - patch.top + 1)
    const thin = Math.min(patch.right - patch.left, patch.bottom - patch.top) < 5
    return (
      inside && (thin || patch.pixels.length < 0.4 * box || patch.pixels.length < 0.15 * other.pixels.length)
    )
  })
}

/**
 * Finds what may be bodies in a frame whose pixels are named (H x W, see `namePixels`).
 * @returns patches that are large enough for a body, the largest first
 */
export function findPatches(named: Uint8Array, width: number, height: number): Patch[] {
  const names = removeSpecks(named, width, height)
  const seen = new Uint8Array(names.length)
  const found: Patch[] = []
  for (let start = 0; start < names.length; start++) {
    if (names[start] === 0 || seen[start]) continue
    const pixels = grow(names, width, height, start, seen)
    if (pixels.length < LEAST_AREA * Math.min(width, height) ** 2) continue
    const touches = touchesOthers(names, pixels, width, height)
    found.push(measurePatch(names[start], pixels, width, height, touches))
  }
  found.sort((a, b) => b.pixels.length - a.pixels.length)
  return found.filter(patch => !isFringe(patch, found))
}
