import type { Scene } from './scene.ts'

/** Where the camera is in one frame. */
export interface CameraFrame {
  readonly position: readonly [number, number, number]
  /** Unit vector in which it looks. */
  readonly direction: readonly [number, number, number]
  /** Field of view along the shorter side of the picture, in radians. */
  readonly fov: number
}

/** Where the still camera is, what it orbits, and how far it looks down: 6.4 metres wide at z = 0. */
const REST = { y: 2.5, z: 7.4, down: 0.17, scale: 0.44 }

/** The camera of every frame; what moves is half way in the middle of the clip, where a still camera would be. */
export function cameraPath({ camera, frameCount }: Scene): CameraFrame[] {
  return Array.from({ length: frameCount }, (_, frame) => {
    const done = frameCount > 1 ? frame / (frameCount - 1) - 0.5 : 0
    if (camera.move === 'still') return place(0, 0, 0)
    const way = (camera.direction === 'left' || camera.direction === 'out' ? -1 : 1) * camera.amount * done
    return place(
      ...((camera.move === 'orbit'
        ? [way, way, 0]
        : camera.move === 'pan'
          ? [0, -way, 0]
          : [0, 0, way]) as Way),
    )
  })
}

type Way = [orbit: number, turn: number, forward: number]

/** The rest position, carried `orbit` radians around the middle, turned left by `turn`, moved `forward` metres. */
function place(orbit: number, turn: number, forward: number): CameraFrame {
  const [cos, sin] = [Math.cos(REST.down), -Math.sin(REST.down)]
  const direction = [-Math.sin(turn) * cos, sin, -Math.cos(turn) * cos] as const
  return {
    position: [
      Math.sin(orbit) * REST.z + direction[0] * forward,
      REST.y + direction[1] * forward,
      Math.cos(orbit) * REST.z + direction[2] * forward,
    ],
    direction,
    fov: 2 * Math.atan(REST.scale),
  }
}

/** A camera ready to cast rays: 3 numbers each of position, right, up and forward, and the size of a pixel at distance 1. */
export interface Lens {
  readonly position: readonly [number, number, number]
  readonly right: readonly [number, number, number]
  readonly up: readonly [number, number, number]
  readonly forward: readonly [number, number, number]
  readonly pixel: number
  readonly width: number
  readonly height: number
}

/** Prepares a camera for a picture; the camera never rolls. */
export function openLens({ position, direction, fov }: CameraFrame, width: number, height: number): Lens {
  const [x, y, z] = direction
  const flat = Math.hypot(x, z)
  const right = [-z / flat, 0, x / flat] as const
  const up = [(-x * y) / flat, flat, (-z * y) / flat] as const
  return {
    position,
    right,
    up,
    forward: direction,
    pixel: (2 * Math.tan(fov / 2)) / Math.min(width, height),
    width,
    height,
  }
}

/** Where a point is seen: column and row in pixels (fractions kept), and its depth along the view in metres. */
export function project(
  lens: Lens,
  x: number,
  y: number,
  z: number,
): [column: number, row: number, depth: number] {
  const [dx, dy, dz] = [x - lens.position[0], y - lens.position[1], z - lens.position[2]]
  const along = (axis: readonly [number, number, number]) => dx * axis[0] + dy * axis[1] + dz * axis[2]
  const depth = along(lens.forward)
  const scale = 1 / (Math.max(depth, 1e-6) * lens.pixel)
  return [lens.width / 2 + along(lens.right) * scale, lens.height / 2 - along(lens.up) * scale, depth]
}
