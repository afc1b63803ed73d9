import { distance, PLANE_EXTENT, PLANE_STEP, type PlaneScene, STEPS_PER_FRAME } from './planeScene.ts'

/** Where a ball is in one frame. */
export interface PlaneState {
  readonly position: readonly [number, number]
  /** Units a second. */
  readonly velocity: readonly [number, number]
}

/** Two things that touched: a ball's index, the other's or -1 for a wall, and the first frame that shows it. */
export interface PlaneContact {
  readonly body: number
  readonly other: number
  readonly frame: number
}

/** What happened in a scene. */
export interface PlaneMotion {
  /** States by frame, then ball. */
  readonly frames: readonly (readonly PlaneState[])[]
  readonly contacts: readonly PlaneContact[]
}

interface Ball {
  x: number
  y: number
  vx: number
  vy: number
  readonly radius: number
  readonly mass: number
}

/** Sweeps over all pairs, at most: one is enough unless three balls meet in the same step. */
const MOST_SWEEPS = 15

/**
 * Moves a scene. Frames are taken as PhyWorld takes them: after step 1, and after every tenth step from there on.
 * The same scene gives the same numbers on every machine.
 */
export function simulatePlane(scene: PlaneScene): PlaneMotion {
  const balls = scene.bodies.map(({ position: [x, y], velocity: [vx, vy], radius }): Ball => {
    return { x, y, vx, vy, radius, mass: radius * radius }
  })
  const step = scene.pivot ? swing(balls[0], scene.pivot, scene.gravity) : undefined
  const frames: PlaneState[][] = []
  const contacts: PlaneContact[] = []
  for (let frame = 0; frame < scene.frameCount; frame++) {
    for (let i = frame === 0 ? STEPS_PER_FRAME - 1 : 0; i < STEPS_PER_FRAME; i++) {
      if (step) step()
      else stepBalls(scene, balls, (body, other) => contacts.push({ body, other, frame }))
    }
    frames.push(balls.map(({ x, y, vx, vy }) => ({ position: [x, y], velocity: [vx, vy] })))
  }
  return { frames, contacts }
}

/** One step as Box2D takes it: what touches is found first, then velocities change, then positions (semi-implicit Euler). */
function stepBalls(
  { gravity, walls }: PlaneScene,
  balls: readonly Ball[],
  onContact: (body: number, other: number) => void,
): void {
  for (const ball of balls) ball.vy -= gravity * PLANE_STEP
  if (balls.length > 1) collide(balls, onContact)
  for (let i = 0; walls && i < balls.length; i++) {
    if (bounceOffWalls(balls[i])) onContact(i, -1)
  }
  for (const ball of balls) {
    ball.x += ball.vx * PLANE_STEP
    ball.y += ball.vy * PLANE_STEP
  }
}

/** Elastic impacts, without friction, of all balls that touch and approach; repeated until none does. */
function collide(balls: readonly Ball[], onContact: (body: number, other: number) => void): void {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let impacts = 0
    for (let i = 0; i < balls.length; i++) {
      for (let j = i + 1; j < balls.length; j++) {
        if (!exchangeMomentum(balls[i], balls[j])) continue
        impacts++
        onContact(i, j)
      }
    }
    if (impacts === 0 || balls.length === 2) return
  }
}

/** Reverses the speed at which two touching balls approach; returns whether they did. */
function exchangeMomentum(a: Ball, b: Ball): boolean {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const square = dx * dx + dy * dy
  if (square > (a.radius + b.radius) ** 2) return false
  // Times the distance: the line of centres is not normalised, which the square below makes good for.
  const approach = (a.vx - b.vx) * dx + (a.vy - b.vy) * dy
  if (approach <= 0) return false
  const impulse = (2 * approach) / (square * (1 / a.mass + 1 / b.mass))
  a.vx -= (impulse / a.mass) * dx
  a.vy -= (impulse / a.mass) * dy
  b.vx += (impulse / b.mass) * dx
  b.vy += (impulse / b.mass) * dy
  return true
}

/** Reverses the speed at which a ball leaves the picture; returns whether it did. */
function bounceOffWalls(ball: Ball): boolean {
  const { x, y, vx, vy, radius } = ball
  const far = PLANE_EXTENT - radius
  if ((x <= radius && vx < 0) || (x >= far && vx > 0)) ball.vx = -vx
  if ((y <= radius && vy < 0) || (y >= far && vy > 0)) ball.vy = -vy
  return ball.vx !== vx || ball.vy !== vy
}

/** A pendulum's step: the angle from the vertical by velocity Verlet, whose energy stays where it is for minutes. */
function swing(ball: Ball, [px, py]: readonly [number, number], gravity: number): () => void {
  const length = distance([ball.x, ball.y], [px, py])
  let angle = Math.atan2(ball.x - px, py - ball.y)
  // Along the rod nothing can move: only the speed across it counts.
  let speed = (ball.vx * Math.cos(angle) + ball.vy * Math.sin(angle)) / length
  const pull = () => (-gravity / length) * Math.sin(angle)
  return () => {
    speed += (pull() * PLANE_STEP) / 2
    angle += speed * PLANE_STEP
    speed += (pull() * PLANE_STEP) / 2
    const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
    ball.x = px + length * sine
    ball.y = py - length * cosine
    ball.vx = speed * length * cosine
    ball.vy = speed * length * sine
  }
}
