import { type Network, runNetwork, softmax, unpackNetwork } from './network.ts'
import { findPatches, type Patch } from './patches.ts'
import { type Frames, namePixels, PIXEL_FEATURES } from './pixels.ts'
import { describeSilhouette, SILHOUETTE_FEATURES } from './silhouette.ts'
import { pixelNetwork, silhouetteNetwork } from './visionTable.ts'

/** A film with its time: frames a second. */
export interface TimedFootage extends Frames {
  readonly fps: number
}

/** A body as one frame shows it; a patch without its pixels. */
export interface Sighting extends Omit<Patch, 'pixels'> {
  readonly area: number
  /** Probabilities of `silhouetteNames`. */
  readonly silhouette: Float32Array
}

/** Whether a body is seen whole: within the picture, and no other patch may hide a part of it. */
export const isWhole = (sighting: Sighting | undefined): sighting is Sighting =>
  sighting !== undefined && !sighting.isCut && !sighting.touches

/** One body over a film. */
export interface Track {
  /** 1 + the number of its colour. */
  readonly name: number
  /** By frame; `undefined` where it is not seen. */
  readonly sightings: readonly (Sighting | undefined)[]
}

let networks: { readonly pixels: Network; readonly silhouettes: Network } | undefined

function openNetworks() {
  if (networks) return networks
  const [pixels, silhouettes] = [unpackNetwork(pixelNetwork), unpackNetwork(silhouetteNetwork)]
  if (pixels.inputs !== PIXEL_FEATURES || silhouettes.inputs !== SILHOUETTE_FEATURES) {
    throw new RangeError('the table of the parser does not fit what it is given: run tools/learnVision.ts')
  }
  networks = { pixels, silhouettes }
  return networks
}

/** Everything in a frame (H x W x 3, sRGB) that may be a body. */
export function findBodies(frame: Uint8Array, width: number, height: number): Sighting[] {
  const { pixels, silhouettes } = openNetworks()
  const hidden = new Float32Array(silhouettes.hidden)
  return findPatches(namePixels(pixels, frame, width, height), width, height).map(patch => {
    const features = describeSilhouette(patch, frame, width)
    const silhouette = new Float32Array(silhouettes.outputs)
    runNetwork(silhouettes, features, 0, hidden, silhouette)
    const { pixels: inside, ...rest } = patch
    return { ...rest, area: inside.length, silhouette: softmax(silhouette) }
  })
}

/** Share of the picture's side that a body may cross between two frames. */
const LONGEST_STEP = 0.11
/** Seconds for which a body may be out of sight and still be followed: behind another for a while. */
const LONGEST_GAP_SECONDS = 2.5

interface OpenTrack {
  readonly name: number
  readonly sightings: (Sighting | undefined)[]
  last: number
}

/** How far a sighting is from where a track would be, in shares of what is allowed; above 1 it is another body. */
function distanceTo(track: OpenTrack, sighting: Sighting, frame: number, side: number): number {
  const last = track.sightings[track.last]!
  const gap = frame - track.last
  const before = track.sightings[track.last - 1]
  const [vx, vy] = before ? [last.x - before.x, last.y - before.y] : [0, 0]
  const ahead = Math.min(gap, 6)
  const miss = Math.hypot(sighting.x - last.x - vx * ahead, sighting.y - last.y - vy * ahead)
  const still = Math.hypot(sighting.x - last.x, sighting.y - last.y)
  return Math.min(miss, still) / (LONGEST_STEP * side * Math.min(4, gap))
}

/** Follows bodies from frame to frame, by colour and place. */
function followBodies(frames: readonly (readonly Sighting[])[], footage: TimedFootage): Track[] {
  const { width, height, fps } = footage
  const side = Math.min(width, height)
  const tracks: OpenTrack[] = []
  for (const [frame, sightings] of frames.entries()) {
    const pairs = sightings.flatMap(sighting =>
      tracks
        .filter(track => track.name === sighting.name && frame - track.last <= LONGEST_GAP_SECONDS * fps)
        .map(track => ({ track, sighting, distance: distanceTo(track, sighting, frame, side) })),
    )
    const taken = new Set<Sighting>()
    for (const { track, sighting, distance } of pairs.sort((a, b) => a.distance - b.distance)) {
      if (distance > 1 || taken.has(sighting) || track.last === frame) continue
      track.sightings[frame] = sighting
      track.last = frame
      taken.add(sighting)
    }
    for (const sighting of sightings) {
      if (taken.has(sighting)) continue
      const opened: (Sighting | undefined)[] = new Array(frames.length).fill(undefined)
      opened[frame] = sighting
      tracks.push({ name: sighting.name, sightings: opened, last: frame })
    }
  }
  return tracks.map(({ name, sightings }) => ({ name, sightings }))
}

/** Finds and follows everything that may be a body in a film. */
export function trackFilm(footage: TimedFootage): Track[] {
  const { frames, width, height } = footage
  const bytes = width * height * 3
  const found: Sighting[][] = []
  for (let start = 0; start < frames.length; start += bytes) {
    const frame = frames.subarray(start, start + bytes)
    // A film stands still for long: what is the same need not be looked at again.
    const before = start > 0 ? frames.subarray(start - bytes, start) : undefined
    const same = before && Buffer.compare(frame, before) === 0
    found.push(same ? found[found.length - 1] : findBodies(frame, width, height))
  }
  return followBodies(found, footage)
}
