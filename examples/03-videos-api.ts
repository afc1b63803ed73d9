// Code written for Sora, unchanged: start `npx aozora serve`, then node --import tsx examples/03-videos-api.ts
import { writeFileSync } from 'node:fs'
import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: process.env.OPENAI_BASE_URL ?? 'http://127.0.0.1:4000/v1',
  apiKey: process.env.OPENAI_API_KEY ?? 'none',
})

let video = await client.videos.create({
  model: 'sora-2',
  prompt: 'a large red ball bounces on a plain grey floor',
  seconds: '4',
  size: '1280x720',
})
while (video.status === 'queued' || video.status === 'in_progress') {
  process.stdout.write(`\r${video.status} ${video.progress} %  `)
  await new Promise(resolve => setTimeout(resolve, 500))
  video = await client.videos.retrieve(video.id)
}
if (video.status === 'failed') throw new Error(video.error?.message)
const content = await client.videos.downloadContent(video.id)
writeFileSync('sora.mp4', Buffer.from(await content.arrayBuffer()))
console.log(`\nsora.mp4: ${video.seconds} s, ${video.size}`)
