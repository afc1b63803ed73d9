// One network, five tasks: node --import tsx examples/02-every-task.ts
import { writeFileSync } from 'node:fs'
import sharp from 'sharp'
import { edit, extend, imageToVideo, inpaint, open, textToVideo } from '../src/index.ts'

const model = await open()
const { width, height } = model.size

// Words alone.
const ball = await textToVideo(model, 'a large blue ball rolls slowly to the left on a plain grey floor', {
  seed: 3,
})
await ball.save('1-text.png')

// A picture, and words: here the last picture of the first video.
const picture = [...ball.frames()].pop()!
writeFileSync(
  'last.png',
  await sharp(picture, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer(),
)
const onwards = await imageToVideo(
  model,
  'last.png',
  'a large blue ball rolls slowly to the right on a plain grey floor',
)
await onwards.save('2-image.png')

// A video, and what happens next.
const longer = await extend(model, ball, {
  prompt: 'a large blue ball rests on a plain grey floor',
  seconds: 4,
})
await longer.save('3-extend.png')

// A video in other words.
const edited = await edit(model, ball, {
  prompt: 'a large green ball rolls slowly to the left on a plain grey floor',
})
await edited.save('4-edit.png')

// A part of it: the right half, from its second second on.
const changed = await inpaint(model, ball, {
  prompt: 'a large yellow cube rests on a plain grey floor',
  box: { x: width / 2, y: 0, width: width / 2, height },
  from: 1,
})
await changed.save('5-inpaint.png')

console.log(`1-text.png, 2-image.png, 3-extend.png (${longer.seconds} s), 4-edit.png, 5-inpaint.png`)
await model.close()
