import { developmentWords } from '../train/index.ts'
import {
  type AskedPrompt,
  a,
  type ChinesePieces,
  drawChineseOf,
  drawPromptsOf,
  gerund,
  last,
  rest,
  type Sentence,
  thing,
  third,
  told,
} from './expansionPrompts.ts'

// Prompts to look at while the expander is worked on: other words and sentences than those of training and than those
// of the evaluation, which nobody looks at.

/** Sentences that neither training nor the evaluation has. */
const developmentSentences: readonly Sentence[] = [
  (p, hits) =>
    `In this clip, ${a(thing(p, 0))} ${told(p, 0, third, ' and subsequently ')}${rest(p, hits, third, ', whilst ')}${last(p, ' - ')}`,
  (p, hits) =>
    `My idea: ${thing(p, 0)} ${told(p, 0, gerund, ' followed by ')}${rest(p, hits, gerund, ' alongside ')}${last(p, '; ')}`,
  (p, hits) =>
    `Do you have footage of ${a(thing(p, 0))} as it ${told(p, 0, third, ', whereupon it ')}${rest(p, hits, third, ' or perhaps ')}${last(p, ' ')}?`,
  (p, hits) =>
    `${p.looks[0].noun}: ${p.looks[0].adjectives.join(' / ')}; ${told(p, 0, gerund)}${rest(p, hits, gerund, '; ')}${last(p, '; ')}`,
  (p, hits) =>
    `${p.around.join(' ')}${p.around.length > 0 ? '... ' : ''}we find ${a(thing(p, 0))}, and you can tell it ${told(p, 0, third)}${rest(p, hits, third, '. not far from it ')}${p.shot ? `. ${p.shot}` : ''}`,
  (p, hits) =>
    `Suddenly ${a(thing(p, 0))} ${told(p, 0, third, ' just before it ')}! ${rest(p, hits, third, 'Simultaneously, ').trim()}${last(p, ', ')}`,
  (p, hits) =>
    `Hello! Please render ${a(thing(p, 0))}, which needs to ${told(p, 0, verb => verb, ' or ')}${rest(p, hits, third, ' where ')}${last(p, ' ')}`,
  (p, hits) =>
    `A story about ${a(thing(p, 0))}. At first it ${told(p, 0, third, '. Subsequently it ')}${rest(p, hits, third, '. Close by ')}${last(p, ', ')}`,
]

const chinese: Readonly<Record<string, readonly string[]>> = {
  'colour:red': ['绯红色', '酒红'],
  'colour:orange': ['橘子色', '金橙'],
  'colour:yellow': ['嫩黄', '土黄色'],
  'colour:green': ['葱绿', '油绿色'],
  'colour:cyan': ['碧青', '青蓝色'],
  'colour:blue': ['蔚蓝', '藏蓝色'],
  'colour:purple': ['紫罗兰色', '暗紫'],
  'colour:pink': ['粉嫩', '樱花粉'],
  'size:large': ['大大的', '极大'],
  'size:small': ['细小', '袖珍'],
  'shape:ball': ['小圆球', '圆珠'],
  'shape:cube': ['四方块', '木箱'],
  'shape:cylinder': ['圆柱子', '圆筒子'],
  'shape:cone': ['锥形物', '圆锥体儿'],
  'verb:rolls': ['滚啊滚', '翻滚'],
  'verb:slides': ['滑了一段', '滑走'],
  'verb:drops': ['摔落', '往下掉'],
  'verb:bounces': ['弹来弹去', '蹦起来'],
  'verb:topples': ['歪倒', '栽倒'],
  'verb:spins': ['团团转', '自转'],
  'verb:rests': ['停在那里不动', '呆着不动'],
  'way:left': ['往左方', '向左手边'],
  'way:right': ['往右方', '向右手边'],
  'floor:grass': ['绿草坪上', '草场上'],
  'floor:wood': ['木板地面上', '木头桌上'],
  'floor:water': ['池塘里', '水洼里'],
  'floor:asphalt': ['大马路上', '湿公路上'],
  'floor:checkered': ['棋盘格子上', '方格地面上'],
  'floor:plain': ['平平的地上', '灰地板上'],
  'light:noon': ['午间', '大白天'],
  'light:sunset': ['黄昏时刻', '夕阳中'],
  'light:night': ['夜色中', '深夜里'],
}

const chineseSentences = [
  ({ looks, act, place, time }: ChinesePieces) =>
    `${time}${place ? `的${place}` : ''}，某${looks}正${act}着呢`,
  ({ looks, act, place, time }: ChinesePieces) =>
    `我要一个动画，主角是${looks}，${place ? `它在${place}` : '它'}${act}${time ? `（${time}）` : ''}`,
  ({ looks, act, place, time }: ChinesePieces) =>
    `麻烦拍${looks}怎样${act}${place ? `，场景：${place}` : ''}${time ? `、${time}` : ''}`,
]

/** Draws English prompts for development. */
export const drawDevelopmentPrompts = (count: number, seed: number): AskedPrompt[] =>
  drawPromptsOf(count, seed, developmentWords, developmentSentences)

/** Draws Chinese prompts for development. */
export const drawChineseDevelopment = (count: number, seed: number): AskedPrompt[] =>
  drawChineseOf(count, seed, chinese, chineseSentences)
