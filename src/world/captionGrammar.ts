import { all, any, type Grammar, list, maybe, part, says, table } from './grammar.ts'

// The words of captions: the one table that both the writer and the parser use. In each list of wordings the
// usual one stands first and is drawn most often.

const size = table('size', ['large', 'large', 'big'], ['small', 'small', 'little'])
const colour = table(
  'colour',
  ['red', 'red'],
  ['orange', 'orange'],
  ['yellow', 'yellow'],
  ['green', 'green'],
  ['cyan', 'cyan'],
  ['blue', 'blue'],
  ['purple', 'purple'],
  ['pink', 'pink'],
)
const material = table('material', ['matte', 'matte'], ['metal', 'metal'], ['glass', 'glass'])
const shape = table(
  'shape',
  ['ball', 'ball', 'sphere'],
  ['cube', 'cube', 'box'],
  ['cylinder', 'cylinder'],
  ['cone', 'cone'],
)
const looks = any(
  all(maybe(size), colour, maybe(material), shape),
  all(
    maybe(size),
    shape,
    any('of', 'made of'),
    colour,
    table('material', ['metal', 'metal'], ['glass', 'glass']),
  ),
  all(maybe(size), says({ material: 'matte' }, 'matte'), colour, shape),
)
const introduction = all(table('article', ['a', 'a'], ['another', 'another']), looks)
const ordinal = table('ordinal', [1, 'first'], [2, 'second'], [3, 'third'], [4, 'fourth'])
const reference = all(
  says({ article: 'the' }, 'the'),
  maybe(ordinal),
  maybe(size),
  maybe(colour),
  maybe(material),
  shape,
)

const direction = table(
  'direction',
  ['left', 'to the left', 'left'],
  ['right', 'to the right', 'right'],
  ['towards', 'towards the camera', 'forward'],
  ['away', 'away from the camera', 'away', 'into the distance'],
)
const speed = table('speed', ['slowly', 'slowly'], ['quickly', 'quickly', 'fast'])
const beside = any('beside', 'next to')

/** What a body does, all that a clause can say of it. `place` tells the floor in the middle of a sentence. */
const event = all(
  any(
    all(
      table('verb', ['rolls', 'rolls'], ['slides', 'slides', 'glides']),
      any(all(maybe(speed), maybe(direction)), all(direction, speed)),
      // Two events in one breath: goes and passes, goes and leaves.
      maybe(any(all('behind', part('behind', 'mention')), says({ leaves: 'yes' }, 'out of view'))),
    ),
    all(
      says({ verb: 'rests' }, 'rests', 'stands still', 'stays still'),
      maybe(all(beside, part('beside', 'reference'))),
    ),
    all(
      says({ verb: 'bounces' }, 'bounces'),
      maybe(
        table('times', [1, 'once'], [2, 'twice'], [3, 'three times'], [4, 'many times', 'several times']),
      ),
    ),
    all(says({ verb: 'pushed' }, 'is pushed', 'is knocked'), maybe(direction)),
    all(
      table(
        'verb',
        ['hits', 'hits', 'bumps into', 'strikes', 'collides with'],
        ['passes', 'passes behind', 'goes behind'],
        ['hides', 'disappears behind', 'hides behind'],
      ),
      part('other', 'mention'),
    ),
    table(
      'verb',
      ['drops', 'drops', 'falls', 'falls down'],
      ['stops', 'stops', 'comes to rest'],
      ['topples', 'topples', 'falls over', 'tips over'],
      ['spins', 'spins', 'spins around'],
      ['splashes', 'splashes into the water', 'makes waves', 'makes a splash'],
      ['enters', 'comes into view', 'enters the picture'],
      ['leaves', 'leaves the view', 'leaves the picture', 'goes out of view'],
    ),
  ),
  maybe(part('place', 'setting')),
)

/** A body and what it does; then what the body does that was mentioned last, or a body that rests beside it. */
const clause = all(
  part('subject', 'mention'),
  maybe(list('events', 'event', [','], ['and', 'and then', ', then'])),
  maybe(
    any(
      all(any(', which', 'that'), list('which', 'event', [','], ['and'])),
      all(beside, part('neighbour', 'introduction')),
    ),
  ),
)

const setting = any(
  table(
    'floor',
    ['plain', 'on a plain grey floor', 'on a grey floor', 'on a plain floor'],
    ['checkered', 'on a checkered floor', 'on checkered tiles'],
    ['wood', 'on a wooden floor', 'on wood', 'on wooden boards'],
    ['grass', 'on grass', 'on a lawn'],
    ['asphalt', 'on wet asphalt', 'on a wet road', 'on asphalt'],
    ['water', 'in shallow water', 'in a shallow pool', 'in water'],
  ),
  table(
    'light',
    ['noon', 'at noon', 'in the midday sun'],
    ['sunset', 'at sunset', 'in the light of sunset'],
    ['night', 'at night', 'under a lamp at night', 'at night under a lamp'],
  ),
  table(
    'sky',
    ['clear', 'under a clear sky', 'under an open sky'],
    ['cloudy', 'under a cloudy sky', 'under clouds'],
  ),
)

const sideways = table('direction', ['left', 'to the left', 'left'], ['right', 'to the right', 'right'])
const camera = all(
  'the camera',
  any(
    says({ move: 'still' }, 'stands still', 'stays still', 'is still'),
    all(says({ move: 'orbit' }, 'orbits', 'circles'), maybe(sideways)),
    all(says({ move: 'pan' }, 'pans', 'turns'), maybe(sideways)),
    all(says({ move: 'dolly' }, 'moves'), table('direction', ['in', 'in', 'closer'], ['out', 'back', 'out'])),
  ),
)

const settings = (key: string) => list(key, 'setting', [''], [''])

/** Clauses; the place, light and sky before or after them; the camera before or after them, with one `while` at most. */
const caption = any(
  all(
    maybe(all(settings('front'), ',')),
    any(list('clauses', 'clause', ['.', ', and'], [', and', '.']), 'a empty scene'),
    maybe(settings('back')),
    maybe(all(any('while', '.', 'as', ', and'), part('camera', 'camera'))),
  ),
  all(
    maybe(all(settings('front'), ',')),
    list('clauses', 'clause', ['.', ', and'], ['while']),
    maybe(settings('back')),
    maybe(all('.', part('camera', 'camera'))),
  ),
  all(
    part('lead', 'camera'),
    any('while', '.', 'as'),
    list('clauses', 'clause', ['.', ', and'], [', and', '.']),
    maybe(settings('back')),
  ),
)

/** The grammar of captions. */
export const captionGrammar: Grammar = {
  caption,
  clause,
  introduction,
  reference,
  mention: any(introduction, reference),
  event,
  setting,
  camera,
}
