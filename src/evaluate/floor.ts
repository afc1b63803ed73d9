import { cameraPath, type Lens, openLens, type Scene } from '../world/index.ts'

// From pictures to metres, for the camera that stands still (where every moving camera is half way, too).

/** The lens of the camera that stands still. */
export function stillLens(width: number, height: number): Lens {
  const scene: Pick<Scene, 'camera' | 'frameCount'> = { camera: { move: 'still' }, frameCount: 1 }
  const [camera] = cameraPath(scene as Scene)
  return openLens(camera, width, height)
}

/** Direction of the ray through a point of the picture; its length is 1 along the view. */
function rayThrough(lens: Lens, column: number, row: number): [number, number, number] {
  const [x, y] = [(column - lens.width / 2) * lens.pixel, (lens.height / 2 - row) * lens.pixel]
  return [0, 1, 2].map(axis => lens.forward[axis] + x * lens.right[axis] + y * lens.up[axis]) as [
    number,
    number,
    number,
  ]
}

/** A place in metres, and how far it is along the view. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly z: number
  readonly depth: number
}

/** Metres beyond which nothing is told apart. */
const FARTHEST = 60

/** What a point of the picture shows at a height above the floor; at most 60 m away. */
export function placeAtHeight(lens: Lens, column: number, row: number, height: number): Place {
  const ray = rayThrough(lens, column, row)
  const depth = ray[1] < 0 ? Math.min(FARTHEST, (height - lens.position[1]) / ray[1]) : FARTHEST
  return placeAtDepth(lens, ray, depth)
}

function placeAtDepth(lens: Lens, ray: readonly number[], depth: number): Place {
  const [x, y, z] = lens.position.map((p, axis) => p + ray[axis] * depth)
  return { x, y, z, depth }
}

/** What a point of the picture shows in the upright plane at z, which faces the camera. */
export function placeInPlane(lens: Lens, column: number, row: number, z: number): Place {
  const ray = rayThrough(lens, column, row)
  return placeAtDepth(lens, ray, (z - lens.position[2]) / ray[2])
}
