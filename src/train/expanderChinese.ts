import { pick, type Random } from '../array/index.ts'
import {
  cameraName,
  chineseWords,
  type Request,
  type RequestBody,
  type RequestEvent,
} from '../words/index.ts'
import { mark } from './expanderMarks.ts'

/** Common letters, among which those that mean something to the worlds are left out: what prompts say besides. */
const common =
  '是人有我他这为之来以们说国和也时道出而要于就得可你年生自会那后能对事其所行家用发如然作方成者多日都经法当起与好看学种将还分此心前又定见只主没公从' +
  '知全通实现把性应工此外打记直情报视频影片画段短美丽请帮让呢吧啊吗哦麻烦做给想最些什么怎样谢几新本次果场长名叫故事里讲述关于突忽先接非常真正可爱'
const idle = [...common].filter(letter => !Object.values(chineseWords).flat().join('').includes(letter))

/** What people say before what they want. */
const requestsFor = '请生成 我想看 做一个视频： 画面里 拍一段 给我看 请画出 想象一下， 视频内容：'.split(' ')

/** Writes one Chinese prompt, marked. */
class Chinese {
  readonly random: Random
  readonly request: Request
  readonly mentioned = new Set<number>()
  events = 0

  constructor(random: Random, request: Request) {
    this.random = random
    this.request = request
  }

  is = (share: number) => this.random.uniform() < share
  pick = <T>(from: readonly T[]): T => pick(this.random, from)

  say(label: string, of = '', more: { is?: string; to?: string } = {}): string {
    return mark({ label, of, ...more }, this.pick(chineseWords[label]))
  }

  /** Letters that say nothing, in a share of the prompts. */
  chatter(share: number): string {
    if (!this.is(share)) return ''
    return Array.from({ length: 1 + this.random.integer(5) }, () => this.pick(idle)).join('')
  }

  shape = ({ shape }: RequestBody, k: number) => this.say(`shape:${shape}`, '', { is: `b${k}` })

  look(body: RequestBody, k: number, count: string): string {
    const { colour, size, material } = body
    const parts = [
      size && this.say(`size:${size}`, `b${k}`),
      colour && this.say(`colour:${colour}`, `b${k}`) + (this.is(0.6) ? '的' : ''),
      material && this.say(`material:${material}`, `b${k}`),
    ].filter(part => part !== undefined)
    if (this.is(0.3)) parts.reverse()
    if (parts.length > 0 && this.is(0.06)) {
      const after = this.pick(['，', '（', '，是'])
      return `${count}${this.shape(body, k)}${after}${parts.join('')}${after === '（' ? '）' : ''}`
    }
    return `${count}${parts.join(this.is(0.2) ? '的' : '')}${this.is(0.1) ? '的' : ''}${this.shape(body, k)}`
  }

  mention(k: number): string {
    const body = this.request.bodies[k]
    if (!this.mentioned.has(k)) {
      this.mentioned.add(k)
      return this.look(body, k, this.pick(['一个', '一个', '一只', '', '一颗', '有个', '某个']))
    }
    const colour = body.colour && this.is(0.7) ? this.say(`colour:${body.colour}`, `b${k}`) : ''
    return `${this.pick(['那个', '这个', ''])}${colour}${this.shape(body, k)}`
  }

  doing(body: number, { verb, direction, speed, times, other, beside }: RequestEvent): string {
    const id = `e${this.events++}`
    const to = other ?? beside
    const front = [
      direction && this.say(`way:${direction}`, id),
      speed && this.say(`speed:${speed}`, id) + (this.is(0.2) ? '地' : ''),
    ].filter(part => part !== undefined)
    if (this.is(0.4)) front.reverse()
    const next = beside === undefined ? '' : `在${this.mention(beside)}旁边`
    const act = this.say(`verb:${verb}`, `b${body}`, { is: id, ...(to !== undefined && { to: `b${to}` }) })
    const tail = this.pick(['', '', '', '了', '着', '一下', '了一下'])
    const count = times ? (this.is(0.5) ? '了' : '') + this.say(`times:${times}`, id) : ''
    const now = this.is(0.1) ? '正在' : ''
    const end = times || other !== undefined ? '' : tail
    const object = other === undefined ? '' : (this.is(0.3) ? '了' : '') + this.mention(other)
    return `${next}${now}${front.join('')}${act}${end}${count}${object}`
  }

  /** What each body is and does. */
  clauses(): string[] {
    const { bodies } = this.request
    const number = bodies.length
    const same = JSON.stringify(bodies[0])
    const isGroup = number > 1 && bodies.every(body => JSON.stringify(body) === same)
    const clauses = (isGroup ? bodies.slice(0, 1) : bodies).map((body, k) => {
      if (this.mentioned.has(k) && body.events.length === 0) return ''
      const filler = this.chatter(0.12)
      const counted = () => mark({ label: `count:${number}`, of: 'b0' }, ['', '', '两', '三', '四'][number])
      const named = isGroup ? this.look(body, k, `${counted()}个`) : this.mention(k)
      const subject = filler + named + this.chatter(0.05)
      const join = this.pick(['，然后', '，', '并', '，接着', '再', '，它', '，又'])
      return subject + body.events.map(event => this.doing(k, event)).join(join)
    })
    return clauses.filter(Boolean)
  }

  settings(): string[] {
    const { floor, light, sky } = this.request
    const around = [
      floor && (this.is(0.7) ? this.pick(['在', '在', '周围是']) : '') + this.say(`floor:${floor}`),
      light && (this.is(0.2) ? this.pick(['当', '到了', '正是']) : '') + this.say(`light:${light}`),
      sky && this.say(`sky:${sky}`),
    ].filter(part => part !== undefined)
    return this.is(0.5) ? around.reverse() : around
  }

  write(): string {
    const clauses = this.clauses()
    const around = this.settings()
    const told = clauses.join(this.pick(['，', '。', '，同时', '，还有', '；']))
    const { camera } = this.request
    const shot = camera ? `，${this.say(`camera:${cameraName(camera)}`)}` : ''
    const ask = this.is(0.3) ? this.pick(requestsFor) : ''
    const opening = this.chatter(0.25) + (this.is(0.3) ? this.pick(['，', '：', '一个', '']) : '')
    const end = (this.is(0.5) ? this.pick(['，', '']) : '') + this.chatter(0.15)
    const between = this.pick(['，', '，', '', '。'])
    return this.is(0.6)
      ? `${opening}${ask}${around.join(between)}${around.length > 0 ? between : ''}${told}${shot}${end}`
      : `${opening}${ask}${told}${around.map(part => `${between}${part}`).join('')}${shot}${end}`
  }
}

/** Writes one Chinese prompt, marked. */
export const writeChinese = (random: Random, request: Request): string => new Chinese(random, request).write()
