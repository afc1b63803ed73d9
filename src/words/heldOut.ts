import { captionWords } from '../world/index.ts'
import { lemmasOf, smallWords } from './lexicon.ts'

/**
 * Words that no training prompt has, by the concept they stand for: the expander is tested on them
 * (`aozora evaluate --only expander`). Chosen before training; the lexicon, made of whole public lists, may know them.
 */
export const heldOutWords: Readonly<Record<string, readonly string[]>> = {
  'colour:red': ['vermilion', 'cherry', 'maroon', 'burgundy', 'carmine', 'ruby'],
  'colour:orange': ['tangerine', 'apricot', 'pumpkin', 'carrot'],
  'colour:yellow': ['lemon', 'mustard', 'canary', 'golden', 'saffron'],
  'colour:green': ['jade', 'olive', 'emerald', 'mint', 'chartreuse'],
  'colour:cyan': ['aqua', 'aquamarine', 'teal'],
  'colour:blue': ['navy', 'cobalt', 'sapphire', 'cerulean', 'ultramarine'],
  'colour:purple': ['mauve', 'plum', 'lilac', 'amethyst', 'violet'],
  'colour:pink': ['rose', 'fuchsia', 'blush', 'bubblegum'],
  'size:large': ['enormous', 'gigantic', 'massive', 'oversized', 'hefty', 'colossal', 'immense'],
  'size:small': ['minuscule', 'teeny', 'miniature', 'wee', 'petite', 'mini', 'itty-bitty'],
  'material:metal': ['iron', 'aluminium', 'chrome', 'titanium', 'tin'],
  'material:glass': ['translucent', 'crystalline'],
  'material:matte': ['dull', 'unpolished'],
  'shape:ball': ['globe', 'orb', 'bead', 'pellet', 'balloon'],
  'shape:cube': ['brick', 'crate', 'dice', 'carton', 'chest'],
  'shape:cylinder': ['pillar', 'column', 'pipe', 'drum', 'canister'],
  'shape:cone': ['funnel', 'spire', 'steeple'],
  'verb:rolls': ['trundle', 'wheel', 'trolley'],
  'verb:slides': ['skid', 'skate', 'slither', 'skim', 'coast'],
  'verb:drops': ['plummet', 'plunge', 'sink', 'nosedive'],
  'verb:bounces': ['hop', 'spring', 'ricochet', 'jump'],
  'verb:hits': ['smash into', 'ram into', 'slam into', 'bang into', 'knock into'],
  'verb:topples': ['keel over', 'capsize', 'collapse'],
  'verb:spins': ['twirl', 'revolve', 'pirouette', 'swivel'],
  'verb:rests': ['linger', 'recline', 'perch', 'idle', 'repose'],
  'verb:stops': ['pause', 'cease moving', 'brake'],
  'verb:leaves': ['depart', 'escape', 'flee'],
  'verb:enters': ['emerge', 'intrude'],
  'way:left': ['leftward', 'leftwards', 'to the left-hand side'],
  'way:right': ['rightward', 'rightwards', 'to the right-hand side'],
  'way:towards': ['closer to the viewer'],
  'way:away': ['into the background', 'far away from us'],
  'speed:slowly': ['sluggishly', 'leisurely', 'gradually', 'lazily', 'unhurriedly'],
  'speed:quickly': ['rapidly', 'swiftly', 'speedily', 'hastily', 'briskly'],
  'floor:plain': ['on bare ground', 'on concrete', 'on plain cement'],
  'floor:checkered': ['on a chessboard', 'on a chequered surface', 'on a checkerboard'],
  'floor:wood': ['on parquet', 'on timber', 'on hardwood', 'on planks'],
  'floor:grass': ['in a meadow', 'on turf', 'in a pasture', 'in a field'],
  'floor:asphalt': ['on tarmac', 'on the pavement', 'on a highway', 'on blacktop'],
  'floor:water': ['in a pond', 'in a puddle', 'in a swimming bath'],
  'light:noon': ['in broad daylight', 'at lunchtime'],
  'light:sunset': ['at sundown', 'at nightfall', 'at the golden hour'],
  'light:night': ['in the moonlight', 'at nighttime'],
  'sky:clear': ['under a spotless sky', 'under a sunny sky'],
  'sky:cloudy': ['under a gloomy sky', 'under a foggy sky'],
  'camera:orbit': ['the camera revolves around it'],
  'camera:pan': ['the camera sweeps sideways', 'the camera swivels'],
  'camera:dolly in': ['the camera zooms in', 'the camera draws near'],
  'camera:dolly out': ['the camera zooms out', 'the camera retreats'],
}

/**
 * Words of those phrases and what they are inflected from, without the grammar's own and small ones: the lexicon gives
 * none of them to training prompts. Every phrase has one that the training tables do not have either.
 */
export const heldOutContent: ReadonlySet<string> = new Set(
  Object.values(heldOutWords)
    .flat()
    .flatMap(phrase => phrase.split(/[ -]/))
    .filter(word => !captionWords.includes(word) && !smallWords.has(word))
    .flatMap(lemmasOf),
)
