import type { Direction, Event, Speed } from './attributes.ts'
import type { Track } from './describeTrack.ts'
import { halfExtents, type Scene } from './scene.ts'
import type { BodyState, Motion } from './simulate.ts'

// What counts as having happened: only what can be seen. A metre is about 20 pixels at 128 x 128.

/** Metres that a body falls before it "drops", and rises before it "bounces". */
const LEAST_FALL = 0.3
const LEAST_RISE = 0.07
/** Metres a second below which a body is still, and metres that it comes along before it "goes". */
const STILL = 0.1
const LEAST_WAY = 0.35
const LEAST_PUSH = 0.25
/** A later way in another direction must be longer to be told. */
const LEAST_TURN = 0.6
/** Mean speed of what goes slowly or quickly, in metres a second. */
const SLOW = 0.9
const QUICK = 1.4
/** Metres a second at which two bodies come together before one "hits" the other. */
const LEAST_HIT = 0.25
/** Share of a body inside the picture at which it is in view, and out of view. */
const IN_VIEW = 0.5
const OUT_OF_VIEW = 0.12
/** Share of a body that is covered when it is behind another, and when it is not. */
const COVERED = 0.5
const CLEAR = 0.2

/** An event and the frame in which it begins. */
export interface TimedEvent {
  readonly frame: number
  readonly event: Event
}

/** What the detectors look at. */
export interface Observed {
  readonly scene: Scene
  readonly motion: Motion
  readonly tracks: readonly Track[]
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

/** Falls and bounces: how often the lowest point comes up again. */
function findDrops({ scene, motion, tracks }: Observed, body: number): TimedEvent[] {
  const { clearance } = tracks[body]
  const falls = clearance[0] > LEAST_FALL && clearance[0] - Math.min(...clearance) > LEAST_FALL
  const touches = new Set(
    motion.contacts
      .filter(contact => contact.body === body && contact.other === -1)
      .map(({ frame }) => frame),
  )
  const rises = findRises(clearance, touches)
  // What is thrown up once by a hit does not bounce.
  const bounces = rises.length > (falls ? 0 : 1) && scene.frameCount > 1
  const [landing] = touches
  const splashes = falls && scene.floor === 'water' && landing !== undefined
  return [
    ...(falls ? [{ frame: 0, event: { verb: 'drops' } as const }] : []),
    ...(splashes ? [{ frame: landing, event: { verb: 'splashes' } as const }] : []),
    ...(bounces
      ? [{ frame: rises[0], event: { verb: 'bounces', times: Math.min(4, rises.length) } as const }]
      : []),
  ]
}

/** Frames in which rises begin that can be seen. A touch of the floor between two frames is a lowest point too. */
function findRises(clearance: readonly number[], touches: ReadonlySet<number>): number[] {
  const found: number[] = []
  let low = { frame: 0, height: clearance[0] }
  let high: number | undefined
  clearance.forEach((height, frame) => {
    if (touches.has(frame)) {
      low = { frame, height: 0 }
      high = undefined
    }
    if (high === undefined) {
      if (height <= low.height) low = { frame, height }
      else if (height - low.height > LEAST_RISE) {
        found.push(low.frame)
        high = height
      }
    } else if (height > high) high = height
    else if (high - height > LEAST_RISE / 2) {
      high = undefined
      low = { frame, height }
    }
  })
  return found
}

/** A stretch of frames in which a body goes one way along the floor. */
interface Way {
  readonly from: number
  readonly to: number
  readonly direction: Direction
  readonly metres: number
  readonly speed?: Speed
  readonly rolls: boolean
}

/** Cuts the frames in which a body goes along the floor into stretches, at hits and where it turns back. */
function findWays({ scene, motion, tracks }: Observed, body: number): Way[] {
  const { steps, tumbling, clearance } = tracks[body]
  const isBall = scene.bodies[body].shape === 'ball'
  const hits = new Set(
    motion.contacts.flatMap(({ body: a, other, frame }) =>
      other >= 0 && (a === body || other === body) ? [frame] : [],
    ),
  )
  const goes = (frame: number) =>
    steps[frame].flat * scene.fps > STILL &&
    (isBall || tumbling[frame] * scene.fps < 0.6) &&
    clearance[frame] < 0.5
  const ways: Way[] = []
  let from = 1
  for (let frame = 1; frame <= steps.length; frame++) {
    const ends = frame === steps.length || !goes(frame)
    const back = !ends && frame > from && turnsBack(steps[from], steps[frame])
    if (!ends && !hits.has(frame) && !back) continue
    const [first, end] = visiblePart(tracks[body], from, frame)
    if (end > first) ways.push(measureWay(scene, tracks[body], body, first, end))
    from = ends ? frame + 1 : frame
  }
  return ways
}

/** The part of some frames in which a body is seen. */
function visiblePart(track: Track, from: number, to: number): [from: number, to: number] {
  const isSeen = (frame: number) => visibleShare(track, frame) > 0.2
  let [first, end] = [from, to]
  while (first < end && !isSeen(first)) first++
  while (end > first && !isSeen(end - 1)) end--
  return [first, end]
}

function turnsBack(a: Track['steps'][number], b: Track['steps'][number]): boolean {
  return a.right * b.right + a.away * b.away < 0
}

/** Sums up the frames from `from` until before `to`. */
function measureWay(scene: Scene, track: Track, body: number, from: number, to: number): Way {
  const steps = track.steps.slice(from, to)
  const right = sum(steps.map(step => step.right))
  const away = sum(steps.map(step => step.away))
  const metres = Math.hypot(right, away)
  const speed = metres / ((to - from) / scene.fps)
  const direction =
    Math.abs(right) >= Math.abs(away) ? (right < 0 ? 'left' : 'right') : away < 0 ? 'towards' : 'away'
  const turning = sum(track.turning.slice(from, to)) * halfExtents(scene.bodies[body])[0]
  const lies =
    scene.bodies[body].shape === 'ball' || Math.abs(track.upright[Math.floor((from + to) / 2)]) < 0.5
  return {
    from,
    to,
    direction,
    metres,
    ...(speed < SLOW ? { speed: 'slowly' } : speed > QUICK ? { speed: 'quickly' } : {}),
    rolls: lies && scene.bodies[body].shape !== 'cube' && turning > 0.5 * metres,
  }
}

/** Whether another body touches this one shortly before a frame, and it did not move until then. */
function isPushed({ scene, motion, tracks }: Observed, body: number, from: number): boolean {
  const moved = sum(tracks[body].steps.slice(0, from).map(({ flat }) => flat))
  const window = Math.ceil(scene.fps * 0.2)
  const touch = motion.contacts.find(({ body: a, other, frame }) => {
    return (
      other >= 0 && (a === body || other === body) && frame > 0 && frame <= from + 1 && frame >= from - window
    )
  })
  return (
    touch !== undefined && moved < 0.1 && Math.hypot(...motion.frames[touch.frame - 1][body].velocity) < 0.3
  )
}

/** Rolling, sliding, being pushed, and coming to rest. */
function findTravel(observed: Observed, body: number): TimedEvent[] {
  const { scene, tracks } = observed
  const { steps, inView, seen } = tracks[body]
  const found: TimedEvent[] = []
  let end = 0
  let told: Direction | undefined
  for (const way of findWays(observed, body)) {
    const pushed = found.length === 0 && isPushed(observed, body, way.from)
    const visible = inView.slice(way.from, way.to).some(share => share > IN_VIEW)
    const least = pushed ? LEAST_PUSH : found.length > 0 ? LEAST_TURN : LEAST_WAY
    if (!visible || way.metres < least || !isSeenMoving(tracks[body], way)) continue
    end = way.to
    if (way.direction === told) continue
    told = way.direction
    const { direction, speed } = way
    const event: Event = pushed
      ? { verb: 'pushed', direction }
      : { verb: way.rolls ? 'rolls' : 'slides', direction, ...(speed && found.length === 0 && { speed }) }
    found.push({ frame: way.from, event })
  }
  const rest = steps.length - Math.max(2, Math.round(scene.fps / 3))
  const isStill = steps.slice(rest).every(({ flat }) => flat * scene.fps < STILL)
  const visible = seen.length > 0 && inView[steps.length - 1] > IN_VIEW
  if (found.length > 0 && isStill && visible && end <= rest + 1)
    found.push({ frame: end + 1, event: { verb: 'stops' } })
  return found
}

/** Whether a way covers enough of the picture: a twentieth of its side, or a tenth more or less in size. */
function isSeenMoving({ seen }: Track, { from, to, direction }: Way): boolean {
  const [a, b] = [seen[from - 1], seen[to - 1]]
  if (direction === 'left' || direction === 'right') return to - from > 1
  return Math.hypot(a.x - b.x, a.y - b.y) > 0.03 || Math.abs(a.radius / b.radius - 1) > 0.1
}

/** Whom a body hits: of two that touch for the first time, the quicker one hits the other. */
function findHits({ scene, motion, tracks }: Observed, body: number): TimedEvent[] {
  return scene.bodies.flatMap((_, other): TimedEvent[] => {
    const meets = motion.contacts.filter(contact => {
      const [a, b] = [contact.body, contact.other]
      return contact.frame > 0 && ((a === body && b === other) || (a === other && b === body))
    })
    const hit = meets.find(({ frame }) => {
      const [mine, its] = approach(motion.frames[frame - 1][body], motion.frames[frame - 1][other])
      return mine + its > LEAST_HIT && (mine > its || (mine === its && body < other))
    })
    // What was touching before has not hit; what nobody sees is not told.
    const isFirst = hit && meets.every(({ frame }) => hit.frame - frame > scene.fps || frame >= hit.frame)
    const visible = hit && [body, other].every(i => visibleShare(tracks[i], hit.frame) > 0.3)
    return hit && isFirst && visible ? [{ frame: hit.frame, event: { verb: 'hits', other } }] : []
  })
}

/** Share of a body that is inside the picture and not covered. */
export function visibleShare({ inView, hiddenBy }: Track, frame: number): number {
  return inView[frame] - Math.max(...hiddenBy.map(shares => shares[frame]))
}

/** Metres a second at which each of two bodies goes towards the other. */
function approach(a: BodyState, b: BodyState): [mine: number, its: number] {
  const line = a.position.map((p, axis) => b.position[axis] - p)
  const length = Math.hypot(...line) || 1
  const along = ({ velocity }: BodyState) => sum(velocity.map((v, axis) => (v * line[axis]) / length))
  return [along(a), -along(b)]
}

/** A body that stood on the floor and lies. */
function findTopple({ scene, tracks }: Observed, body: number): TimedEvent[] {
  if (scene.bodies[body].shape === 'ball') return []
  const { upright, clearance, inView } = tracks[body]
  let stood = -1
  for (let frame = 0; frame < upright.length; frame++) {
    if (upright[frame] > 0.95 && clearance[frame] < 0.05) stood = frame
    if (stood >= 0 && upright[frame] < 0.5 && inView[frame] > IN_VIEW) {
      return [{ frame: stood + 1, event: { verb: 'topples' } }]
    }
  }
  return []
}

/** A cube that turns around the vertical axis by a quarter and more; on round bodies that cannot be seen. */
function findSpin({ scene, tracks }: Observed, body: number): TimedEvent[] {
  if (scene.bodies[body].shape !== 'cube') return []
  const { yaw, tumbling } = tracks[body]
  const turns = yaw.map((angle, frame) => (tumbling[frame] * scene.fps < 0.6 ? angle : 0))
  if (Math.abs(sum(turns)) < Math.PI / 2) return []
  return [{ frame: turns.findIndex(angle => Math.abs(angle) * scene.fps > 0.3), event: { verb: 'spins' } }]
}

/** Coming into view and leaving it by itself, not because the camera turns away. */
function findEdges({ scene, tracks }: Observed, body: number): TimedEvent[] {
  const { inView, steps } = tracks[body]
  if (sum(steps.map(({ flat }) => flat)) < LEAST_WAY) return []
  const last = inView.length - 1
  const found: TimedEvent[] = []
  if (last === 0 || !inView.some(share => share > IN_VIEW)) return []
  if (inView[0] < OUT_OF_VIEW) {
    found.push({ frame: inView.findIndex(share => share >= OUT_OF_VIEW), event: { verb: 'enters' } })
  }
  if (inView[last] < OUT_OF_VIEW) {
    const gone = inView.findLastIndex(share => share > IN_VIEW)
    // One frame is too short to see that it goes.
    if (gone > scene.fps / 6) found.push({ frame: gone, event: { verb: 'leaves' } })
  }
  return found
}

/** Going behind another body by itself, and coming out again or not. What is behind glass is still seen. */
function findHiding({ scene, tracks }: Observed, body: number): TimedEvent[] {
  const { hiddenBy, inView, steps } = tracks[body]
  return hiddenBy.flatMap((shares, other): TimedEvent[] => {
    const covered = shares.findIndex((share, frame) => share > COVERED && inView[frame] > IN_VIEW)
    const clear = shares.findLastIndex((share, frame) => frame < covered && share < CLEAR)
    if (covered < 0 || clear < 0) return []
    const between = (of: Track['steps']) => sum(of.slice(clear, covered + 1).map(({ flat }) => flat))
    const own = between(steps)
    if (own < 0.15 || own < between(tracks[other].steps)) return []
    const last = shares.length - 1
    const isGone = shares[last] > 0.9 && inView[last] > IN_VIEW && scene.bodies[other].material !== 'glass'
    return [{ frame: covered, event: { verb: isGone ? 'hides' : 'passes', other } }]
  })
}

/** Whether the beginning of an event is seen, for events that are not about being seen. */
function isVisible({ frame, event: { verb } }: TimedEvent, track: Track): boolean {
  if (verb === 'leaves' || verb === 'enters' || verb === 'passes' || verb === 'hides') return true
  const near = [frame, Math.min(frame + 2, track.inView.length - 1)]
  return near.some(at => visibleShare(track, at) > 0.2)
}

/** Everything that one body does and that is seen, in the order of time. */
export function findEvents(observed: Observed, body: number): TimedEvent[] {
  return [findEdges, findDrops, findHits, findTravel, findTopple, findSpin, findHiding]
    .flatMap(find => find(observed, body))
    .filter(timed => isVisible(timed, observed.tracks[body]))
    .sort((a, b) => a.frame - b.frame)
}
