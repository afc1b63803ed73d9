import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Attributes } from './attributes.ts'
import { parseCaption, readCaption, writeCaptions } from './caption.ts'
import { captionGrammar } from './captionGrammar.ts'
import type { Phrase, Tree } from './grammar.ts'
import { captionWords } from './vocabulary.ts'

// docs/captions.md shows what the code writes and reads. After a change of the grammar:
// UPDATE_PAGE=1 node --import tsx --test src/world/captionPage.test.ts

const page = 'docs/captions.md'

const films: readonly { readonly title: string; readonly attributes: Attributes }[] = [
  {
    title: 'One ball',
    attributes: {
      bodies: [
        {
          colour: 'red',
          shape: 'ball',
          size: 'large',
          material: 'metal',
          events: [{ verb: 'drops' }, { verb: 'bounces', times: 3 }],
        },
      ],
      floor: 'asphalt',
      light: 'sunset',
      sky: 'cloudy',
      camera: { move: 'orbit', direction: 'left' },
    },
  },
  {
    title: 'Three bodies',
    attributes: {
      bodies: [
        {
          colour: 'green',
          shape: 'ball',
          size: 'small',
          material: 'glass',
          events: [
            { verb: 'rolls', direction: 'right' },
            { verb: 'passes', other: 1 },
          ],
        },
        { colour: 'blue', shape: 'cube', size: 'large', material: 'matte', events: [{ verb: 'rests' }] },
        {
          colour: 'pink',
          shape: 'cone',
          size: 'small',
          material: 'metal',
          events: [{ verb: 'rests', beside: 1 }],
        },
      ],
      floor: 'wood',
      light: 'night',
      sky: 'clear',
      camera: { move: 'still' },
    },
  },
]

const prompts = [
  'a red ball bounces on a grey floor',
  'a red metal ball bounces on wet asphalt at sunset',
  'an orange ball',
  'a large orange ball rolls slowly to the left and stops on a checkered floor',
  'A blue box slides to the right and hits a small yellow cone, which falls over.',
  'at night, a purple cone falls over while the camera moves in',
  'a red ball flies over the moon',
  'the red ball rolls behind a blue cube, which stands still',
]

type Table = Extract<Phrase, { readonly kind: 'table' }>

/** All phrases inside a phrase, and itself. */
function phrasesIn(phrase: Phrase): Phrase[] {
  if (typeof phrase === 'string') return []
  if (phrase.kind === 'all' || phrase.kind === 'any') return [phrase, ...phrase.phrases.flatMap(phrasesIn)]
  return phrase.kind === 'maybe' ? [phrase, ...phrasesIn(phrase.phrase)] : [phrase]
}

/** Phrases that stand in several places: rules, and tables, which are named after their field. */
const { mention: _, ...distinct } = captionGrammar
const all = Object.values(distinct).flatMap(phrasesIn)
const shared = new Map<Phrase, string>(Object.entries(captionGrammar).map(([rule, phrase]) => [phrase, rule]))
const tables = [...new Set(all)].filter(
  (phrase): phrase is Table =>
    typeof phrase !== 'string' && phrase.kind === 'table' && all.filter(other => other === phrase).length > 1,
)
for (const table of tables) {
  const isTaken = [...shared.values()].includes(table.key)
  shared.set(table, isTaken ? `camera ${table.key}` : table.key)
}

/** A phrase as one line of the usual notation: [ ] may be left out, ( | ) one of, { } once or more. */
function print(phrase: Phrase, isTop = false): string {
  const choice = (options: readonly string[]) =>
    options.length === 1 || isTop ? options.join(isTop ? '\n  | ' : ' | ') : `( ${options.join(' | ')} )`
  const name = shared.get(phrase)
  if (name && !isTop) return `<${name}>`
  if (typeof phrase === 'string') return phrase
  switch (phrase.kind) {
    case 'says':
      return choice(phrase.wordings)
    case 'table':
      return choice(phrase.rows.flatMap(([, ...wordings]) => wordings))
    case 'part':
      return `<${phrase.rule}>`
    case 'list': {
      const joins = [...new Set([...phrase.between, ...phrase.last])].filter(words => words !== '')
      return joins.length === 0 ? `{ <${phrase.rule}> }` : `{ <${phrase.rule}> : ${joins.join(' | ')} }`
    }
    case 'all':
      return phrase.phrases.map(one => print(one)).join(' ')
    case 'any':
      return choice(phrase.phrases.map(one => print(one)))
    case 'maybe':
      return `[ ${print(phrase.phrase).replace(/^\( (.*) \)$/, (whole, inner) => (/[()]/.test(inner) ? whole : inner))} ]`
  }
}

const printTable = (table: Table) =>
  `${shared.get(table)}:\n${table.rows.map(([value, ...wordings]) => `  ${value} = ${wordings.join(' | ')}`).join('\n')}`

/** A tree with one rule a line. */
function draw(tree: Tree, depth = 0): string {
  const [rule, ...parts] = tree
  const lines = [`${'  '.repeat(depth)}${rule}`]
  let words: string[] = []
  const flush = () => {
    if (words.length > 0) lines.push(`${'  '.repeat(depth + 1)}"${words.join(' ')}"`)
    words = []
  }
  for (const child of parts) {
    if (typeof child === 'string') words.push(child)
    else {
      flush()
      lines.push(draw(child, depth + 1))
    }
  }
  flush()
  return lines.join('\n')
}

function tryReading(prompt: string): string {
  try {
    return JSON.stringify(parseCaption(prompt))
  } catch (error) {
    return `SyntaxError: ${(error as Error).message}`
  }
}

/** One line for each body, one for what is around them. */
function printJson({ bodies, ...around }: Attributes): string {
  const rows = bodies.map(body => `    ${JSON.stringify(body)}`).join(',\n')
  return `{ "bodies": [\n${rows}\n  ],\n  ${JSON.stringify(around).slice(1)}`
}

const fence = (text: string, kind = '') => `\`\`\`${kind}\n${text}\n\`\`\``

function printFilm({ title, attributes }: (typeof films)[number]): string {
  const seeds = [1, 2, 3]
  const written = seeds.map(seed => writeCaptions(attributes, seed))
  return [
    `### ${title}`,
    fence(printJson(attributes), 'json'),
    ...written.map(
      ({ caption, shortCaption }, i) => `- seed ${seeds[i]}: ${caption}\n  Short: ${shortCaption}`,
    ),
  ].join('\n\n')
}

function printPage(): string {
  const [example] = prompts.slice(-1)
  return `# Captions

Every film has two captions that are true: a short one, as a person would type it, and a detailed one, as a captioner
would write it. They are not written from the plan of a scene but from what can be seen to happen: \`describeMotion\`
reads positions, contacts and the camera's path, and leaves out what is too slight to be seen, what is out of the
picture and what is hidden. The result is data, \`Attributes\`; one grammar tells it in words, and the same grammar
reads the words back. So whatever a model makes of a caption can be scored.

    scene and motion -> describeMotion -> Attributes -> writeCaptions -> text and tree
                                          Attributes <- parseCaption  <- text

## What is written

The detailed caption tells everything that the attributes hold. The short one leaves out what people leave out. The
seed chooses the wording.

${films.map(printFilm).join('\n\n')}

## What is read

Capitals, commas, full stops and doubled spaces do not matter. What is not said is left out.

${prompts.map(prompt => `- ${prompt.trim()}\n${fence(tryReading(prompt))}`).join('\n')}

A caption comes with the tree of its sentence; here for "${example}":

${fence(draw(readCaption(example).tree))}

## The grammar

\`[ ]\` may be left out, \`( | )\` is one of, \`{ }\` once or more, with what may stand between after the colon. All of
it is one table, \`src/world/captionGrammar.ts\`; its ${captionWords.length} words are the vocabulary of the text encoder.

${fence(
  [
    ...Object.entries(captionGrammar).map(([rule, phrase]) => `${rule}:\n  ${print(phrase, true)}`),
    ...tables.map(printTable),
  ].join('\n'),
)}

## When something counts

| what | when |
| --- | --- |
| rolls, slides | at least 0.35 m along the floor (7 pixels at 128 x 128), a later way 0.6 m; by the camera's own axes at that time |
| slowly, quickly | below 0.9 and above 1.4 metres a second |
| is pushed | it stood, another body touched it, and it went 0.25 m |
| drops, bounces | 0.3 m down; each rise of 0.07 m and more counts |
| hits | two bodies meet with 0.25 m/s and more; the one that comes nearer hits the other |
| passes behind, disappears behind | half of it is covered by something nearer; nine tenths, to the end, and not by glass |
| topples | it stood upright and its axis leans by more than 60 degrees |
| leaves, comes into view | less than 12 % of it is inside the picture, and it went there by itself |
| stops | it went somewhere and is slower than 0.1 m/s to the end |

One combination of colour, shape and main action of the first body in ten is kept out of training (\`isHeldOut\`), and
so are purple metal and orange glass for the first body.
`
}

test('docs/captions.md shows what the code writes and reads', () => {
  const expected = printPage()
  if (process.env.UPDATE_PAGE) writeFileSync(page, expected)
  assert.equal(readFileSync(page, 'utf8'), expected)
})
