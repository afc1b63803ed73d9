/** A form of a verb. */
export type Form = 's' | 'ing' | 'is ing' | 'ed' | 'base'

const past: Readonly<Record<string, string>> = {
  ...{ fall: 'fell', spin: 'spun', hit: 'hit', strike: 'struck', go: 'went', run: 'ran', come: 'came' },
  ...{ slide: 'slid', sit: 'sat', stand: 'stood', leave: 'left', hide: 'hid', lie: 'lay', get: 'got' },
  ...{
    make: 'made',
    fly: 'flew',
    creep: 'crept',
    sleep: 'slept',
    freeze: 'froze',
    beat: 'beat',
    quit: 'quit',
  },
}

/** A verb with what follows it, in one of the forms of English. */
export function inflect(phrase: string, form: Form): string {
  const [verb, ...rest] = phrase.split(' ')
  const tail = rest.length > 0 ? ` ${rest.join(' ')}` : ''
  if (verb === 'not') return `${form === 'base' ? 'not' : 'does not'}${tail}`
  if (verb === 'is' || verb === 'gets') return form === 'ing' || form === 'is ing' ? `being${tail}` : phrase
  if (verb === 'be') return `${{ s: 'is', ing: 'being', 'is ing': 'is', ed: 'was', base: 'be' }[form]}${tail}`
  if (form === 'base') return phrase
  const doubles = /[^aeiou][aeiou][bdgmnprt]$/.test(verb) && verb.length < 5
  if (form === 's')
    return `${/(?:s|sh|ch|x|z|o)$/.test(verb) ? `${verb}es` : `${verb.replace(/([^aeiou])y$/, '$1ie')}s`}${tail}`
  const stem =
    verb === 'lie' ? 'ly' : /[^e]e$/.test(verb) ? verb.slice(0, -1) : doubles ? verb + verb.at(-1) : verb
  if (form === 'ing') return `${stem}ing${tail}`
  if (form === 'is ing') return `is ${stem}ing${tail}`
  const regular = `${stem.replace(/([^aeiou])y$/, '$1i')}ed`
  return `${past[verb] ?? regular}${tail}`
}
