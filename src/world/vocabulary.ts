/**
 * Every word of the grammar: the vocabulary of the text encoder. Trained models keep a row for each word in this
 * order, so words are only ever added at the end. `an` is written for `a`.
 */
export const captionWords: readonly string[] = [
  'a an on floor and the to beside ball cube cylinder red green blue yellow purple orange large small',
  'plain checkered grey rolls slides drops bounces stands still rests stops hits left right slowly quickly',
  'once twice three many times',
]
  .join(' ')
  .split(' ')
