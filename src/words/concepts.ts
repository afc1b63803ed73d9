import { hues } from './hue.ts'

// What the words of a prompt can mean to the worlds. A hint is a concept that the lexicon finds behind a word; the
// expander reads hints in place of words, so that it understands those that no training prompt had.

/** A kind of thing outside the worlds, by one letter: what a noun is when no concept is near. */
export type Kind = 'a' | 'p' | 'l' | 'f' | 'b' | 't' | 'n' | 'w' | 'x'

/** Lexicographer files of WordNet (lexnames(5WN)) to kinds. */
const kinds: Readonly<Record<number, Kind>> = {
  5: 'a',
  6: 't',
  8: 'b',
  13: 'f',
  15: 'w',
  17: 'n',
  18: 'p',
  20: 'l',
}

/** The kind of a noun by its lexicographer file; `x` is what cannot be seen. */
export const kindOfLexicographerFile = (file: number): Kind => kinds[file] ?? 'x'

/**
 * Synsets that are a concept, as `lemma/part of speech/ranks of its senses in WordNet 3.1`. Walks over WordNet
 * (tools/learnLexicon.ts) find what else is near.
 */
export const conceptSeeds: Readonly<Record<string, readonly string[]>> = {
  'colour:red': ['red/a/1', 'red/n/1'],
  'colour:orange': ['orange/a/1', 'orange/n/2'],
  'colour:yellow': ['yellow/a/1', 'yellow/n/1'],
  'colour:green': ['green/a/1', 'green/n/1'],
  'colour:cyan': ['cyan/n/1', 'turquoise/n/2'],
  'colour:blue': ['blue/a/1', 'blue/n/1'],
  'colour:purple': ['purple/a/1', 'purple/n/1'],
  'colour:pink': ['pink/a/1', 'pink/n/1'],
  'colour:white': ['white/a/1', 'white/n/2'],
  'colour:black': ['black/a/1', 'black/n/1'],
  'colour:grey': ['grey/a/1', 'grey/n/1'],
  'colour:brown': ['brown/a/1', 'brown/n/1'],
  'size:large': ['large/a/1', 'huge/a/1', 'big/a/1'],
  'size:small': ['small/a/1', 'tiny/a/1', 'little/a/1'],
  'material:matte': ['matte/a/1', 'plastic/n/1', 'rubber/n/1', 'stone/n/12', 'cloth/n/1', 'clay/n/1'],
  'material:metal': ['metal/n/1', 'metallic/a/1', 'steel/n/1', 'alloy/n/1'],
  'material:glass': ['glass/n/1', 'transparent/a/1', 'crystal/n/2', 'glassy/a/1'],
  'shape:ball': ['ball/n/12', 'sphere/n/5', 'spherical/a/1'],
  'shape:cube': ['cube/n/1', 'box/n/1', 'block/n/1', 'cuboid/n/1', 'cubic/a/1'],
  'shape:cylinder': ['cylinder/n/12', 'cylindrical/a/1', 'tube/n/1', 'barrel/n/2'],
  'shape:cone': ['cone/n/1', 'conic/a/1', 'pyramid/n/1'],
  // Everything is an object to WordNet: words for it come from the thesaurus alone.
  'shape:any': [],
  'verb:rolls': ['roll/v/1', 'roll/n/8'],
  'verb:slides': ['slide/v/1', 'glide/v/1', 'slide/n/5'],
  'verb:drops': ['drop/v/1', 'fall/v/1', 'descend/v/1'],
  'verb:bounces': ['bounce/v/1', 'leap/v/1', 'rebound/v/1', 'bounce/n/1'],
  'verb:hits': ['hit/v/12', 'collide/v/12', 'strike/v/1', 'crash/v/2', 'bump/v/1', 'collision/n/1'],
  'verb:passes': ['pass/v/1'],
  'verb:hides': ['hide/v/12', 'disappear/v/1'],
  'verb:pushed': ['push/v/1', 'shove/v/1'],
  'verb:topples': ['topple/v/1', 'tip/v/1', 'overturn/v/1'],
  'verb:spins': ['spin/v/1', 'rotate/v/1', 'whirl/v/1'],
  'verb:stops': ['stop/v/12', 'halt/v/1'],
  'verb:splashes': ['splash/v/1', 'splash/n/1', 'wave/n/1'],
  'verb:enters': ['enter/v/1', 'arrive/v/1', 'appear/v/3'],
  'verb:leaves': ['leave/v/1', 'exit/v/1'],
  'verb:moves': ['travel/v/1', 'move/v/2', 'run/v/1', 'rush/v/1'],
  'verb:rests': ['rest/v/12', 'stand/v/1', 'sit/v/1', 'lie/v/1', 'motionless/a/1', 'inactive/a/3'],
  'way:left': ['left/a/1', 'left/n/1', 'left/r/1'],
  'way:right': ['right/n/2', 'right/r/2'],
  'way:towards': ['forward/r/1', 'near/r/1'],
  'way:away': ['away/r/1', 'backward/r/1', 'far/r/1'],
  'speed:slowly': ['slowly/r/1', 'slow/a/1', 'gently/r/2'],
  'speed:quickly': ['quickly/r/1', 'fast/a/1', 'fast/r/1'],
  'floor:plain': ['floor/n/1', 'ground/n/1', 'sand/n/1', 'snow/n/2', 'desert/n/1'],
  'floor:checkered': ['checkered/a/1', 'tile/n/1'],
  'floor:wood': ['table/n/2', 'floorboard/n/1', 'floorboard/n/2', 'wood/n/1'],
  'floor:grass': ['grass/n/1', 'lawn/n/1', 'grassland/n/1'],
  'floor:asphalt': ['asphalt/n/1', 'road/n/1', 'street/n/1'],
  'floor:water': ['water/n/12', 'pool/n/123', 'lake/n/1', 'sea/n/1'],
  'light:noon': ['noon/n/1', 'daylight/n/1', 'sunlight/n/1', 'day/n/4'],
  'light:sunset': ['sunset/n/1', 'twilight/n/1', 'dusk/n/1', 'evening/n/1', 'sunrise/n/1'],
  'light:night': ['night/n/1', 'midnight/n/1', 'darkness/n/1', 'nocturnal/a/1'],
  'sky:clear': ['clear/a/5', 'cloudless/a/1', 'starry/a/1'],
  'sky:cloudy': ['cloudy/a/1', 'cloud/n/2', 'overcast/a/1', 'rain/n/1', 'fog/n/1'],
  'camera:orbit': ['orbit/v/1', 'circle/v/2'],
  'camera:pan': ['pan/v/1'],
  'camera:dolly in': ['approach/v/1', 'advance/v/1'],
  'camera:dolly out': ['withdraw/v/1', 'recede/v/1'],
  'camera:word': ['camera/n/1'],
  'number:1': ['one/n/1'],
  'number:2': ['two/n/1', 'twice/r/1', 'pair/n/1'],
  'number:3': ['three/n/1'],
  'number:4': ['four/n/1', 'many/a/1', 'several/a/1'],
  // Words for these come from tables alone.
  'camera:still': [],
  'shape:other': [],
}

/** Every concept, in the order of its number. */
export const concepts: readonly string[] = Object.keys(conceptSeeds)

if (hues.some(hue => !concepts.includes(`colour:${hue}`))) throw new Error('every hue is a concept')
