import { parentPort } from 'node:worker_threads'
import { filmScene, isHeldOut, loadPhysics, sampleScene } from '../world/index.ts'
import type { ClipTruth, ShardRequest } from './shards.ts'

/** Films one shard: seeds in order from `firstSeed`, those of the other split left out, until it is full. */
function filmShard({ family, clips, firstSeed, heldOut, scene }: ShardRequest) {
  const truths: ClipTruth[] = []
  const parts: Uint8Array[] = []
  for (let seed = firstSeed; truths.length < clips; seed++) {
    const film = filmScene(sampleScene(family, seed, scene))
    if (isHeldOut(film.attributes) !== heldOut) continue
    const { caption, shortCaption, attributes } = film
    truths.push({ seed, caption, shortCaption, attributes })
    parts.push(film.frames, film.masks)
  }
  return { truths, bytes: Buffer.concat(parts) }
}

const port = parentPort!
await loadPhysics()
port.on('message', (request: ShardRequest) => {
  const { truths, bytes } = filmShard(request)
  port.postMessage({ shard: request.shard, truths, bytes })
})
