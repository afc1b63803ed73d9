// A sentence becomes a film: node --import tsx examples/01-text-to-video.ts
import { open, textToVideo } from '../src/index.ts'

const model = await open()
const video = await textToVideo(model, 'a large red ball rolls slowly to the right on a checkered floor', {
  seconds: 4,
  seed: 7,
  onProgress: ({ step, steps }) => process.stdout.write(`\r${step} of ${steps} steps`),
})
await video.save('ball.mp4')
await video.save('ball.png')
console.log(`\nball.mp4 and ball.png: ${video.frameCount} frames`)
await model.close()
