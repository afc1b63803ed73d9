import type { LeftOut } from './leaveOut.ts'
import { smallWords } from './lexicon.ts'
import { isHan, type PromptWord } from './reader.ts'
import type { Request } from './request.ts'

// What is said, one line each, of a prompt that was not understood or not in full.

/** That things were left out which the prompt will not have. */
function noteLeftOut(out: readonly LeftOut[], isChinese: boolean): string[] {
  const names = out.map(({ name }) => name)
  if (names.length === 0) return []
  return [isChinese ? `按要求去掉：${names.join('、')}` : `left out, as asked: ${names.join(', ')}`]
}

/** That there are not as many bodies as the prompt counts. */
function noteCount(stated: number, made: number, isChinese: boolean): string[] {
  if (stated === made || made === 0) return []
  if (made === 4 && stated > 4) {
    return [
      isChinese
        ? `同时最多四个物体：用四个代替${stated}个`
        : `no more than four things at once yet: four instead of ${stated}`,
    ]
  }
  return [
    isChinese ? `只读懂了${made}个物体，不是${stated}个` : `${made} of ${stated} things were understood`,
  ]
}

/** Words that a prompt in another language hardly has. */
const english = /^(?:a|the|of|and|with|is|it|to|on|at)$/

/** Whether half of the words and more are neither English nor Chinese as they are written. */
function isForeign(words: readonly PromptWord[]): boolean {
  const spoken = words.filter(({ written }) => /\p{L}/u.test(written))
  const strange = spoken.filter(
    known =>
      !isHan(known.word) &&
      !smallWords.has(known.written) &&
      (known.word !== known.written || known.lemma === undefined),
  )
  const isEnglish = spoken.some(({ written }) => english.test(written))
  return strange.length > 1 && strange.length * 2 >= spoken.length && !isEnglish
}

/** That nothing was understood, or that what was is guessed. */
function noteUnread({ open: _, bodies, ...places }: Request, words: readonly PromptWord[]): string[] {
  const isEmpty = bodies.length === 0 && Object.keys(places).length === 0
  if (isEmpty && words.some(({ word }) => isHan(word)))
    return ['什么也没读懂：颜色、形状和动作由种子决定；只读中文和英文']
  if (isEmpty) {
    return [
      'nothing of it was understood: colour, shape and deed were drawn by the seed; only English and Chinese are read',
    ]
  }
  return isForeign(words)
    ? [
        'only English and Chinese are read: most of its words are neither as they stand, and what they mean was guessed',
      ]
    : []
}

/** Notes of what a prompt says that is not in its request. */
export function noteLosses(
  request: Request,
  words: readonly PromptWord[],
  out: readonly LeftOut[],
  stated: number,
): string[] {
  const isChinese = words.some(({ word }) => isHan(word))
  return [
    ...noteLeftOut(out, isChinese),
    ...noteCount(stated, request.bodies.length, isChinese),
    ...(out.length > 0 ? [] : noteUnread(request, words)),
  ]
}
