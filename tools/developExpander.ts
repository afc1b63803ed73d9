import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { drawChineseDevelopment, drawDevelopmentPrompts, scoreExpander } from '../src/evaluate/index.ts'
import { loadExpander, openExpander, readLexicon } from '../src/words/index.ts'

// Shows what an expander loses of prompts in words that were set aside for this (src/train/expanderWords.ts); never of
// those of the evaluation. The lexicon is one made without those words (tools/learnLexicon.ts ... development).
//
//   node --import tsx tools/developExpander.ts expander.safetensors lexicon.txt.gz [prompts] [losses shown]

const [file, lexicon, prompts = '200', shown = '40'] = process.argv.slice(2)
if (!lexicon)
  throw new Error('usage: developExpander.ts <expander.safetensors> <lexicon.txt.gz> [prompts] [shown]')

const parts = loadExpander(file)
const expander = await openExpander({
  ...parts,
  lexicon: readLexicon(gunzipSync(readFileSync(lexicon)).toString()),
})
for (const draw of [drawDevelopmentPrompts, drawChineseDevelopment]) {
  const { losses, ...score } = await scoreExpander(expander, draw(Number(prompts), 3))
  for (const { prompt, caption, lost } of losses.slice(0, Number(shown)))
    console.log(`${prompt}\n  -> ${caption}\n  lost: ${lost.join(', ')}`)
  console.log(score)
}
await expander.close()
