import type { Random } from '../array/index.ts'
import {
  cameraName,
  chineseWords,
  type Request,
  type RequestBody,
  type RequestEvent,
} from '../words/index.ts'
import { mark } from './expanderMarks.ts'
import { pick } from './expanderRequests.ts'

/** Common letters, among which those that mean something to the worlds are left out: what prompts say besides. */
const common =
  '是人有我他这为之来以们说国和也时道出而要于就得可你年生自会那后能对事其所行家用发如然作方成者多日都经法当起与好看学种将还分此心前又定见只主没公从' +
  '知全通实现把性应工此外打记直情报视频影片画段短美丽请帮让呢吧啊吗哦麻烦做给想最些什么怎样谢几新本次果场长名叫故事里讲述关于突忽先接非常真正可爱'
const idle = [...common].filter(letter => !Object.values(chineseWords).flat().join('').includes(letter))

/** Writes one Chinese prompt, marked. */
export function writeChinese(random: Random, request: Request): string {
  const is = (share: number) => random.uniform() < share
  const say = (label: string, of = '', more: { is?: string; to?: string } = {}) =>
    mark({ label, of, ...more }, pick(random, chineseWords[label]))
  const chatter = (share: number) =>
    is(share) ? Array.from({ length: 1 + random.integer(5) }, () => pick(random, idle)).join('') : ''
  const mentioned = new Set<number>()
  let events = 0
  const shapeOf = ({ shape }: RequestBody, k: number) => say(`shape:${shape}`, '', { is: `b${k}` })
  const look = (body: RequestBody, k: number, count: string) => {
    const { colour, size, material } = body
    const parts = [
      size && say(`size:${size}`, `b${k}`),
      colour && say(`colour:${colour}`, `b${k}`) + (is(0.6) ? '的' : ''),
      material && say(`material:${material}`, `b${k}`),
    ].filter(part => part !== undefined)
    if (is(0.3)) parts.reverse()
    if (parts.length > 0 && is(0.06)) {
      const after = pick(random, ['，', '（', '，是'])
      return `${count}${shapeOf(body, k)}${after}${parts.join('')}${after === '（' ? '）' : ''}`
    }
    return `${count}${parts.join(is(0.2) ? '的' : '')}${is(0.1) ? '的' : ''}${shapeOf(body, k)}`
  }
  const mention = (k: number) => {
    const body = request.bodies[k]
    if (!mentioned.has(k)) {
      mentioned.add(k)
      return look(body, k, pick(random, ['一个', '一个', '一只', '', '一颗', '有个', '某个']))
    }
    const colour = body.colour && is(0.7) ? say(`colour:${body.colour}`, `b${k}`) : ''
    return `${pick(random, ['那个', '这个', ''])}${colour}${shapeOf(body, k)}`
  }
  const doing = (body: number, { verb, direction, speed, times, other, beside }: RequestEvent) => {
    const id = `e${events++}`
    const to = other ?? beside
    const front = [
      direction && say(`way:${direction}`, id),
      speed && say(`speed:${speed}`, id) + (is(0.2) ? '地' : ''),
    ].filter(part => part !== undefined)
    if (is(0.4)) front.reverse()
    const next = beside === undefined ? '' : `在${mention(beside)}旁边`
    const act = say(`verb:${verb}`, `b${body}`, { is: id, ...(to !== undefined && { to: `b${to}` }) })
    const tail = pick(random, ['', '', '', '了', '着', '一下', '了一下'])
    const count = times ? (is(0.5) ? '了' : '') + say(`times:${times}`, id) : ''
    return `${next}${is(0.1) ? '正在' : ''}${front.join('')}${act}${times || other !== undefined ? '' : tail}${count}${other === undefined ? '' : (is(0.3) ? '了' : '') + mention(other)}`
  }
  const same = JSON.stringify(request.bodies[0])
  const isGroup = request.bodies.length > 1 && request.bodies.every(body => JSON.stringify(body) === same)
  const clauses = (isGroup ? request.bodies.slice(0, 1) : request.bodies).map((body, k) => {
    const known = mentioned.has(k)
    if (known && body.events.length === 0) return ''
    const number = request.bodies.length
    const count = isGroup
      ? mark({ label: `count:${number}`, of: 'b0' }, ['', '', '两', '三', '四'][number])
      : ''
    const filler = chatter(0.12)
    const subject = filler + (isGroup ? look(body, k, `${count}个`) : mention(k)) + chatter(0.05)
    const join = pick(random, ['，然后', '，', '并', '，接着', '再', '，它', '，又'])
    return subject + body.events.map(event => doing(k, event)).join(join)
  })
  const { floor, light, sky, camera } = request
  const around = [
    floor && (is(0.7) ? pick(random, ['在', '在', '周围是']) : '') + say(`floor:${floor}`),
    light && (is(0.2) ? pick(random, ['当', '到了', '正是']) : '') + say(`light:${light}`),
    sky && say(`sky:${sky}`),
  ].filter(part => part !== undefined)
  if (is(0.5)) around.reverse()
  const told = clauses.filter(Boolean).join(pick(random, ['，', '。', '，同时', '，还有', '；']))
  const shot = camera ? `，${say(`camera:${cameraName(camera)}`)}` : ''
  const ask = is(0.3)
    ? pick(random, [
        '请生成',
        '我想看',
        '做一个视频：',
        '画面里',
        '拍一段',
        '给我看',
        '请画出',
        '想象一下，',
        '视频内容：',
      ])
    : ''
  const opening = chatter(0.25) + (is(0.3) ? pick(random, ['，', '：', '一个', '']) : '')
  const end = (is(0.5) ? pick(random, ['，', '']) : '') + chatter(0.15)
  const sep = pick(random, ['，', '，', '', '。'])
  return is(0.6)
    ? `${opening}${ask}${around.join(sep)}${around.length > 0 ? sep : ''}${told}${shot}${end}`
    : `${opening}${ask}${told}${around.map(part => `${sep}${part}`).join('')}${shot}${end}`
}
