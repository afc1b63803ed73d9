import { filmPlaneSplit, filmSplit, loadPhysics } from '../world/index.ts'
import type { ShardReport, ShardRequest } from './make.ts'
import { serveShards } from './pool.ts'
import { type NewClip, type PackedClip, packClip, writeShard } from './shard.ts'

/** The films of a request, without end. */
function filmFamily(request: ShardRequest) {
  const { firstSeed, heldOut } = request
  return request.family === 'plane'
    ? filmPlaneSplit(firstSeed, heldOut, request.scene)
    : filmSplit(firstSeed, heldOut, request.scene)
}

type AnyFilm = ReturnType<typeof filmFamily> extends Generator<infer F> ? F : never

/** A film as a clip: what is said of it in the index, everything else that is true and no array of numbers as truth. */
function clipOfFilm(film: AnyFilm): NewClip {
  const { frames, masks, width, height, frameCount, fps, caption, shortCaption, attributes, seed } = film
  const truth = Object.fromEntries(Object.entries(film).filter(([, value]) => !ArrayBuffer.isView(value)))
  return {
    record: { width, height, frameCount, fps, caption, shortCaption, seed, attributes },
    frames,
    masks,
    truth,
  }
}

/** Films one shard: seeds in order from `firstSeed`, those of the other split left out, until it is full. */
async function filmShard(request: ShardRequest, onClip: () => void): Promise<ShardReport> {
  const { folder, shard, clips } = request
  const packed: PackedClip[] = []
  const milliseconds = { film: 0, compress: 0, write: 0 }
  let since = performance.now()
  const lap = (part: keyof typeof milliseconds) => {
    milliseconds[part] += performance.now() - since
    since = performance.now()
  }
  for (const film of filmFamily(request)) {
    lap('film')
    packed.push(await packClip(clipOfFilm(film)))
    lap('compress')
    onClip()
    if (packed.length === clips) break
  }
  writeShard(folder, shard, packed)
  lap('write')
  return { milliseconds }
}

await loadPhysics()
serveShards(filmShard)
