import { parentPort } from 'node:worker_threads'
import { filmSplit, loadPhysics } from '../world/index.ts'
import type { ClipTruth, ShardRequest } from './shards.ts'

/** Films one shard: seeds in order from `firstSeed`, those of the other split left out, until it is full. */
function filmShard({ family, clips, firstSeed, heldOut, scene }: ShardRequest) {
  const truths: ClipTruth[] = []
  const parts: Uint8Array[] = []
  for (const { seed, caption, shortCaption, attributes, frames, masks } of filmSplit(
    family,
    firstSeed,
    heldOut,
    scene,
  )) {
    truths.push({ seed, caption, shortCaption, attributes })
    parts.push(frames, masks)
    if (truths.length === clips) break
  }
  return { truths, bytes: Buffer.concat(parts) }
}

const port = parentPort!
await loadPhysics()
port.on('message', (request: ShardRequest) => {
  const { truths, bytes } = filmShard(request)
  port.postMessage({ shard: request.shard, truths, bytes })
})
