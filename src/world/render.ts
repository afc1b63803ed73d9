import { hitNormal, intersect, type Placed, placeBody } from './intersect.ts'
import { colours, type Scene } from './scene.ts'
import type { BodyState, Motion } from './simulate.ts'

/** Pictures of a scene and whose body is where. */
export interface Pictures {
  /** F x H x W x 3, sRGB. */
  readonly frames: Uint8Array
  /** F x H x W: 0 is background, else the number of the body counted from 1. */
  readonly masks: Uint8Array
}

/** A still camera at (0, 2.3, 7.2) that looks a little down; 6.4 metres wide at z = 0 when the picture is square. */
const CAMERA = { x: 0, y: 2.5, z: 7.4, down: 0.17, scale: 0.44 }
const SUN = normalize([-0.5, 0.85, 0.45])
const SUN_COLOUR = [2.25, 2.1, 1.85]
const SKY_LIGHT = [0.42, 0.5, 0.62]
const HORIZON = [0.62, 0.72, 0.82]
const ZENITH = [0.16, 0.36, 0.72]

// Each of a pixel's four rays has its own place in the pixel and its own point of the sun's disc.
const RAYS = [
  { x: -0.25, y: -0.25, sun: normalize([SUN[0] + 0.05, SUN[1], SUN[2] + 0.02]) },
  { x: 0.25, y: -0.25, sun: normalize([SUN[0] - 0.02, SUN[1], SUN[2] + 0.05]) },
  { x: -0.25, y: 0.25, sun: normalize([SUN[0] + 0.02, SUN[1], SUN[2] - 0.05]) },
  { x: 0.25, y: 0.25, sun: normalize([SUN[0] - 0.05, SUN[1], SUN[2] - 0.02]) },
]

function normalize(v: readonly number[]): readonly [number, number, number] {
  const length = Math.hypot(...v)
  return [v[0] / length, v[1] / length, v[2] / length]
}

const SRGB = Uint8Array.from({ length: 4097 }, (_, i) => {
  const linear = i / 4096
  return Math.round(255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055))
})

/** Linear light to sRGB (IEC 61966-2-1) after a soft shoulder that keeps highlights from clipping. */
function toSrgb(light: number): number {
  const exposed = light * 0.9
  const mapped = exposed < 0.7 ? exposed : 1 - 0.09 / (exposed - 0.4)
  return SRGB[Math.min(4096, Math.max(0, Math.round(mapped * 4096)))]
}

const cosDown = Math.cos(CAMERA.down)
const sinDown = Math.sin(CAMERA.down)

/** What four rays a pixel of the still camera meet when no body is there; 7 numbers a ray. */
interface View {
  /** Unit direction (3), where it meets the floor x and z (2), the floor's reflectance, how far it fades into the horizon. */
  readonly rays: Float64Array
  /** The empty scene, H x W x 3. */
  readonly background: Uint8Array
}

const RAY_SIZE = 7
const views = new Map<string, View>()

/** Casts the camera's rays once for each size of picture and floor. */
function viewOf(scene: Scene): View {
  const { width, height, floor } = scene
  const key = `${width}x${height} ${floor}`
  const known = views.get(key)
  if (known) return known
  const rays = new Float64Array(width * height * RAYS.length * RAY_SIZE)
  const unit = (2 * CAMERA.scale) / Math.min(width, height)
  for (let pixel = 0; pixel < width * height; pixel++) {
    RAYS.forEach((ray, i) => {
      const x = ((pixel % width) + 0.5 + ray.x - width / 2) * unit
      const y = (height / 2 - Math.floor(pixel / width) - 0.5 - ray.y) * unit
      const length = Math.sqrt(x * x + y * y + 1)
      const dy = (y * cosDown - sinDown) / length
      const dz = (-cosDown - y * sinDown) / length
      const t = -CAMERA.y / dy
      const [floorX, floorZ] = [CAMERA.x + (t * x) / length, CAMERA.z + t * dz]
      const fade = 1 - Math.exp(-Math.max(0, t - 8) / 14)
      rays.set(
        [x / length, dy, dz, floorX, floorZ, floorAlbedo(floor, floorX, floorZ, t), fade],
        (pixel * RAYS.length + i) * RAY_SIZE,
      )
    })
  }
  const background = new Uint8Array(width * height * 3)
  const view = { rays, background }
  for (let pixel = 0; pixel < width * height; pixel++) {
    tracePixel(scene, view, [], pixel)
    for (let c = 0; c < 3; c++) background[pixel * 3 + c] = toSrgb(light[c])
  }
  views.set(key, view)
  return view
}

/** The floor's reflectance; far squares melt into their mean before they could shimmer. */
function floorAlbedo(floor: Scene['floor'], x: number, z: number, t: number): number {
  if (floor === 'plain') return 0.27
  const dark = ((Math.floor(x / 2) + Math.floor(z / 2)) & 1) === 1
  const contrast = Math.min(1, Math.max(0, (18 - t) / 9))
  return 0.26 + (dark ? -0.12 : 0.14) * contrast
}

const light = new Float64Array(3)

function addSky(dy: number): void {
  const height = Math.sqrt(Math.max(0, dy))
  for (let c = 0; c < 3; c++) light[c] += HORIZON[c] + (ZENITH[c] - HORIZON[c]) * Math.min(1, height * 1.3)
}

/** Adds the light of the floor that a ray of the view meets; farther floor fades into the horizon. */
function addFloor(rays: Float64Array, at: number, bodies: readonly Placed[], sun: readonly number[]): void {
  const x = rays[at + 3]
  const z = rays[at + 4]
  const albedo = rays[at + 5]
  const fade = rays[at + 6]
  let shade = sun[1]
  let openness = 1
  for (let i = 0; i < bodies.length; i++) {
    const { centre, half } = bodies[i]
    if (shade > 0 && intersect(bodies[i], x, 1e-4, z, sun[0], sun[1], sun[2]) < Infinity) shade = 0
    // Occlusion by a sphere over a plane: r^2 h / d^3; what is below 0.09 is cut, so that it ends inside a box.
    const dx = centre[0] - x
    const dz = centre[2] - z
    const square = dx * dx + dz * dz + centre[1] * centre[1]
    const occlusion = (half[1] * half[1] * centre[1]) / (square * Math.sqrt(square))
    openness *= 1 - Math.min(0.9, Math.max(0, occlusion - 0.09))
  }
  for (let c = 0; c < 3; c++) {
    const lit = albedo * (SUN_COLOUR[c] * shade + SKY_LIGHT[c] * openness)
    light[c] += lit + (HORIZON[c] - lit) * fade
  }
}

/** Adds the light of a body's surface: sun, sky from above, light from the floor, and a highlight. */
function addSurface(
  bodies: readonly Placed[],
  index: number,
  albedo: readonly number[],
  t: number,
  rays: Float64Array,
  at: number,
  nx: number,
  ny: number,
  nz: number,
  sun: readonly number[],
): void {
  const x = CAMERA.x + t * rays[at + 0] + nx * 1e-4
  const y = CAMERA.y + t * rays[at + 1] + ny * 1e-4
  const z = CAMERA.z + t * rays[at + 2] + nz * 1e-4
  let diffuse = Math.max(0, nx * sun[0] + ny * sun[1] + nz * sun[2])
  for (let other = 0; other < bodies.length && diffuse > 0; other++) {
    if (other !== index && intersect(bodies[other], x, y, z, sun[0], sun[1], sun[2]) < Infinity) diffuse = 0
  }
  const up = 0.5 + 0.5 * ny
  const hx = sun[0] - rays[at + 0],
    hy = sun[1] - rays[at + 1],
    hz = sun[2] - rays[at + 2]
  const half = (nx * hx + ny * hy + nz * hz) / Math.sqrt(hx * hx + hy * hy + hz * hz)
  const highlight = diffuse > 0 ? 0.28 * Math.max(0, half) ** 40 : 0
  for (let c = 0; c < 3; c++) {
    const ambient = SKY_LIGHT[c] * up + 0.22 * (1 - up)
    light[c] += albedo[c] * (SUN_COLOUR[c] * diffuse + ambient) + highlight * SUN_COLOUR[c]
  }
}

/** Traces a pixel's four rays into `light`; returns the body that most of them hit, counted from 1, or 0. */
function tracePixel(scene: Scene, { rays }: View, bodies: readonly Placed[], pixel: number): number {
  light[0] = light[1] = light[2] = 0
  let hits = 0
  let owner = 0
  for (let ray = 0; ray < RAYS.length; ray++) {
    const at = (pixel * RAYS.length + ray) * RAY_SIZE
    let nearest = Infinity
    let index = -1
    let nx = 0
    let ny = 0
    let nz = 0
    for (let i = 0; i < bodies.length; i++) {
      const t = intersect(bodies[i], CAMERA.x, CAMERA.y, CAMERA.z, rays[at], rays[at + 1], rays[at + 2])
      if (t >= nearest) continue
      nearest = t
      index = i
      nx = hitNormal[0]
      ny = hitNormal[1]
      nz = hitNormal[2]
    }
    const { sun } = RAYS[ray]
    if (index >= 0) {
      hits++
      owner = index + 1
      addSurface(bodies, index, colours[scene.bodies[index].colour], nearest, rays, at, nx, ny, nz, sun)
    } else if (rays[at + 1] < -1e-3) addFloor(rays, at, bodies, sun)
    else addSky(rays[at + 1])
  }
  for (let c = 0; c < 3; c++) light[c] /= RAYS.length
  return hits >= 2 ? owner : 0
}

/** The box of pixels that a sphere covers, one pixel of margin added: [left, top, right, bottom], ends excluded. */
function boxOf(x: number, y: number, z: number, r: number, width: number, height: number): number[] {
  const depth = (CAMERA.z - z) * cosDown + (CAMERA.y - y) * sinDown
  const unit = (2 * CAMERA.scale) / Math.min(width, height)
  const across = (x - CAMERA.x) / depth / unit + width / 2
  const along = height / 2 - ((y - CAMERA.y) * cosDown + (CAMERA.z - z) * sinDown) / depth / unit
  const reach = r / (depth - r) / unit + 1
  const clamp = (value: number, size: number) => Math.max(0, Math.min(size, Math.ceil(value)))
  return [
    clamp(across - reach - 1, width),
    clamp(along - reach - 1, height),
    clamp(across + reach, width),
    clamp(along + reach, height),
  ]
}

/** The boxes outside of which a body changes nothing: itself, its shadow, the darker floor around its foot. */
function boxesOf({ centre: [x, y, z], half, reach }: Placed, width: number, height: number): number[][] {
  const [sx, sy, sz] = SUN
  const shadow = (h: number) => boxOf(x - (sx / sy) * h, 0, z - (sz / sy) * h, reach * 1.45, width, height)
  const foot = boxOf(x, 0, z, half[1] * 2.1, width, height)
  const top = shadow(y + reach),
    bottom = shadow(Math.max(0, y - reach))
  const hull = [0, 1, 2, 3].map(i => (i < 2 ? Math.min(top[i], bottom[i]) : Math.max(top[i], bottom[i])))
  return [boxOf(x, y, z, reach, width, height), hull, foot]
}

/** Whether no body has moved by more than a hundredth of a pixel between two frames. */
function standStill(before: readonly BodyState[], now: readonly BodyState[]): boolean {
  return now.every(({ position, orientation }, i) => {
    const moved = position.some((p, axis) => Math.abs(p - before[i].position[axis]) > 4e-4)
    return !moved && orientation.every((q, axis) => Math.abs(q - before[i].orientation[axis]) < 4e-4)
  })
}

/** Films a scene that has been simulated. The still background is traced once; rays are cast only around bodies. */
export function renderMotion(scene: Scene, motion: Motion): Pictures {
  const { width, height } = scene
  const pixels = width * height
  const view = viewOf(scene)
  const frames = new Uint8Array(motion.frames.length * pixels * 3)
  const masks = new Uint8Array(motion.frames.length * pixels)
  const done = new Int32Array(pixels).fill(-1)
  motion.frames.forEach((states, frame) => {
    if (frame > 0 && standStill(motion.frames[frame - 1], states)) {
      frames.copyWithin(frame * pixels * 3, (frame - 1) * pixels * 3, frame * pixels * 3)
      masks.copyWithin(frame * pixels, (frame - 1) * pixels, frame * pixels)
      return
    }
    frames.set(view.background, frame * pixels * 3)
    const bodies = scene.bodies.map((body, i) => placeBody(body, states[i]))
    for (const body of bodies) {
      for (const [left, top, right, bottom] of boxesOf(body, width, height)) {
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) {
            const pixel = row * width + column
            if (done[pixel] === frame) continue
            done[pixel] = frame
            const at = frame * pixels + pixel
            masks[at] = tracePixel(scene, view, bodies, pixel)
            for (let c = 0; c < 3; c++) frames[at * 3 + c] = toSrgb(light[c])
          }
        }
      }
    }
  })
  return { frames, masks }
}
