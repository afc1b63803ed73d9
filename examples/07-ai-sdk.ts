// A film by the AI SDK: start `npx aozora serve`, then node --import tsx examples/07-ai-sdk.ts
import { writeFileSync } from 'node:fs'
import { experimental_generateVideo as generateVideo } from 'ai'
import { aozora } from '../src/aiSdk/index.ts' // in a project of yours: 'aozora/ai-sdk'

const { video, providerMetadata } = await generateVideo({
  model: aozora.video(),
  prompt: 'a large red ball bounces on a plain grey floor',
  aspectRatio: '16:9',
  duration: 4,
  seed: 7,
  providerOptions: { aozora: { guidance: 3 } },
})
writeFileSync('ai-sdk.mp4', video.uint8Array)
console.log('ai-sdk.mp4', providerMetadata.aozora)
