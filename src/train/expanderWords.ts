/** Words of one concept, with commas between. */
const split = (rows: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(rows).map(([concept, words]) => [concept, words.split(', ')]))

/**
 * English words of the expander's training prompts by the concept they stand for, the usual ones first: common
 * knowledge, none of it among the held-out words of the evaluation (a test checks it).
 */
export const trainingWords = split({
  'colour:red': 'red, red, crimson, scarlet, reddish, blood-red, strawberry',
  'colour:orange': 'orange, orange, amber, orange-coloured, peach, salmon, copper-coloured',
  'colour:yellow': 'yellow, yellow, yellowish, blond, buttery, sunflower',
  'colour:green': 'green, green, greenish, lime, forest green, pea-green',
  'colour:cyan': 'cyan, cyan, turquoise, blue-green, bluish green, blue green, turquoise green, peacock',
  'colour:blue': 'blue, blue, azure, bluish, sky-blue, sky blue, royal blue',
  'colour:purple': 'purple, purple, lavender, purplish, aubergine, heliotrope',
  'colour:pink': 'pink, pink, magenta, pinkish, salmon pink, rosy',
  'colour:white': 'white, snowy, ivory, pale white',
  'colour:black': 'black, jet-black, ebony, inky',
  'colour:grey': 'grey, gray, silver, ashen, charcoal',
  'colour:brown': 'brown, chocolate, tan, hazel, chestnut',
  'size:large': 'large, big, huge, giant, great, bulky, monstrous, towering, sizable',
  'size:small': 'small, little, tiny, diminutive, compact, undersized, dwarf, pocket-sized',
  'material:matte': 'matte, matt, rubber, plastic, clay, flat-painted, wooden, mat, cloth',
  'material:metal': 'metal, metallic, steel, shiny metal, brass, lead, alloy, nickel, made of steel',
  'material:glass': 'glass, glassy, crystal, transparent, clear glass, see-through, limpid',
  'shape:ball': 'ball, ball, sphere, marble, round thing, balls, spheroid, bullet',
  'shape:cube': 'cube, cube, box, block, square block, square, cuboid, case, slab',
  'shape:cylinder': 'cylinder, cylinder, tube, barrel, can, roller, cask, rod, post',
  'shape:cone': 'cone, cone, pyramid, traffic cone, wedge, tepee, peak',
  'shape:any': 'thing, object, shape, something, body, item, figure, article, piece, gadget',
  'verb:rolls': 'roll, roll, roll along, go rolling, turn over and over',
  'verb:slides': 'slide, slide, glide, slip, glide along, creep',
  'verb:moves': 'move, go, travel, run, rush, head, advance, speed, drift, dash, hurry, walk, fly',
  'verb:drops':
    'drop, fall, fall down, tumble down, come down, descend, tumble, come falling down, crash down, go down',
  'verb:bounces': 'bounce, bounce, rebound, leap, bounce up and down, bob, skip',
  'verb:topples':
    'topple, fall over, tip over, overturn, topple over, tumble over, tip, go over, lose balance',
  'verb:spins':
    'spin, spin around, rotate, whirl, turn around itself, turn, turn round and round, reel, circle around',
  'verb:rests':
    'rest, stand still, stay still, sit, lie there, not move, do nothing, remain in place, stay, remain, stay put, sleep, be motionless, settle',
  'verb:stops': 'stop, come to rest, halt, come to a stop, stand still at last, end, settle down',
  'verb:splashes': 'splash into the water, make waves, make a splash, splash, splash about, make ripples',
  'verb:enters':
    'come into view, enter the picture, appear, enter, arrive, come in, turn up, move into the frame, come out',
  'verb:leaves':
    'leave the view, leave the picture, go out of view, exit, leave, get out of the frame, go away, quit, move off, get away, abandon the scene',
  'verb:pushed':
    'is pushed, is knocked, gets pushed, is shoved, is moved, is driven, is nudged, gets knocked away',
  'verb:hits': 'hit, bump into, strike, collide with, crash into, run into, butt, touch, beat, collide into',
  'verb:passes':
    'pass behind, go behind, roll behind, move behind, travel behind, pass in back of, run behind',
  'verb:hides':
    'hide behind, disappear behind, vanish behind, conceal itself behind, take cover behind, shelter behind',
  'way:left':
    'to the left, left, towards the left, to the left side, from right to left, to the left of the picture, on the left',
  'way:right':
    'to the right, right, towards the right, to the right side, from left to right, to the right of the picture, on the right',
  'way:towards':
    'towards the camera, forward, towards me, to the front, closer, up to the camera, towards us, forwards',
  'way:away':
    'away from the camera, away, into the distance, to the back, backwards, away from us, further away, backward',
  'speed:slowly': 'slowly, gently, at a slow speed, slow, at a snails pace, softly, at a low speed',
  'speed:quickly':
    'quickly, fast, at high speed, very fast, speedy, in a hurry, at full speed, at a high pace, like lightning',
  'times:1': 'once, one time',
  'times:2': 'twice, two times, 2 times',
  'times:3': 'three times, thrice, 3 times',
  'times:4': 'many times, several times, four times, 4 times, again and again',
  'floor:plain':
    'on a plain grey floor, on a grey floor, on a plain floor, on the ground, on sand, on a stone floor, in the desert, on a rock floor',
  'floor:checkered':
    'on a checkered floor, on checkered tiles, on a checked floor, on tiles, on a tiled floor, on a checked pattern',
  'floor:wood':
    'on a wooden floor, on wood, on wooden boards, on a wooden table, on boards, on a wooden deck, on floorboards, on an oak floor',
  'floor:grass':
    'on grass, on a lawn, in the grass, on a green lawn, on the green, in the garden, in the park, on a grassy hill',
  'floor:asphalt':
    'on wet asphalt, on a wet road, on asphalt, on the road, on a street, on the roadway, on a wet street, on a driveway, on a paved road',
  'floor:water':
    'in shallow water, in a shallow pool, in water, in a lake, in the sea, in a pool, in the ocean, in a stream, in a basin, in a fountain, in a bathtub',
  'light:noon':
    'at noon, in the midday sun, in daylight, by day, in bright sunlight, at midday, in the daytime, in full sun, in the middle of the day',
  'light:sunset':
    'at sunset, in the light of sunset, at dusk, in the evening, at sunrise, at twilight, at dawn, in the twilight, at eventide, as the sun goes down',
  'light:night':
    'at night, under a lamp at night, at midnight, in the dark, during the night, in darkness, late at night, under the stars, in the dead of night',
  'sky:clear':
    'under a clear sky, under an open sky, with a cloudless sky, under a blue sky, under a bright sky, under a fair sky, with no clouds',
  'sky:cloudy':
    'under a cloudy sky, under clouds, under an overcast sky, on a cloudy day, in the rain, under a grey sky, in bad weather, on a rainy day',
  'camera:still':
    'the camera stands still, the camera stays still, with a static camera, fixed camera, the camera does not move, with a motionless camera, the camera remains where it is, locked camera',
  'camera:orbit':
    'the camera orbits, the camera circles, the camera goes around, with an orbiting camera, the camera travels round it, orbit shot, the camera moves in a circle',
  'camera:orbit left':
    'the camera orbits to the left, the camera circles left, orbit left, the camera goes around to the left',
  'camera:orbit right':
    'the camera orbits to the right, the camera circles right, orbit right, the camera goes around to the right',
  'camera:pan': 'the camera pans, the camera turns, with a panning camera, pan shot, the camera looks around',
  'camera:pan left':
    'the camera pans left, the camera turns to the left, the camera swings to the left, pan left, the camera looks left',
  'camera:pan right':
    'the camera pans right, the camera turns to the right, the camera swings to the right, pan right, the camera looks right',
  'camera:dolly in':
    'the camera moves in, the camera moves closer, the camera comes near, the camera approaches, the camera advances, the camera gets closer, dolly in, the camera goes forward',
  'camera:dolly out':
    'the camera moves back, the camera moves out, the camera goes back, the camera moves away, the camera withdraws, the camera pulls back, dolly out, the camera gets farther',
})

/**
 * Words set aside from the tables above: no training prompt has them, and the lexicon of a development run is made
 * without them, so that the expander can be looked at in words that it does not know while the evaluation's own stay unseen.
 */
export const developmentWords = split({
  'colour:red': 'cardinal, tomato',
  'colour:orange': 'coral',
  'colour:yellow': 'straw, banana',
  'colour:green': 'moss, avocado',
  'colour:cyan': 'greenish blue',
  'colour:blue': 'indigo, denim',
  'colour:purple': 'orchid, grape',
  'colour:pink': 'cerise, flamingo',
  'size:large': 'mighty, tremendous, vast',
  'size:small': 'puny, minute, microscopic',
  'material:matte': 'stone, lusterless',
  'material:metal': 'bronze, copper',
  'material:glass': 'pellucid, vitreous',
  'shape:ball': 'globule, pearl',
  'shape:cube': 'casket, trunk',
  'shape:cylinder': 'keg, pole',
  'shape:cone': 'pylon, cornet',
  'verb:rolls': 'bowl',
  'verb:slides': 'sail, slip along',
  'verb:moves': 'wander, proceed',
  'verb:drops': 'dive, swoop down',
  'verb:bounces': 'recoil, bound, vault',
  'verb:topples': 'pitch over, turn over',
  'verb:spins': 'gyrate, swirl',
  'verb:rests': 'lounge, wait',
  'verb:stops': 'freeze, finish',
  'verb:splashes': 'spatter',
  'verb:enters': 'show up, pop up',
  'verb:leaves': 'withdraw, vanish',
  'verb:pushed': 'is thrust',
  'verb:hits': 'smack into, dash against',
  'way:left': 'leftmost, towards the left edge',
  'way:right': 'rightmost, towards the right edge',
  'way:towards': 'nearer, toward the lens',
  'way:away': 'off, into the depth',
  'speed:slowly': 'tardily, calmly',
  'speed:quickly': 'hurriedly, promptly',
  'floor:plain': 'on dirt, on the earth',
  'floor:checkered': 'on a mosaic, on a draughtboard',
  'floor:wood': 'on lumber, on a table',
  'floor:grass': 'on the sward, on a prairie',
  'floor:asphalt': 'on an avenue, on the freeway',
  'floor:water': 'in a river, in a lagoon',
  'light:noon': 'in sunshine',
  'light:sunset': 'in the gloaming, at daybreak',
  'light:night': 'after dark',
  'sky:clear': 'in fine weather',
  'sky:cloudy': 'under a murky sky, in the mist',
  'camera:orbit': 'the camera rotates around the scene',
  'camera:pan': 'the camera swings',
  'camera:dolly in': 'the camera nears',
  'camera:dolly out': 'the camera recedes',
})

/** Words around what matters: how people ask, and praise that no model can film. */
export const requestsFor: readonly string[] = [
  'a video of',
  'show me',
  'make a film of',
  'i want to see',
  'please generate',
  'can you make a clip of',
  'film',
  'create a video with',
  'animation of',
  'there is',
  'imagine',
]

/** Praise and noise that goes with prompts. */
export const noise: readonly string[] = [
  'cinematic',
  'high quality',
  '4k',
  'beautiful',
  'realistic',
  'please',
  'in slow motion',
  'masterpiece',
  'very detailed',
  'for my daughter',
  'so cool',
  'nice lighting',
]

/** What stands between two things that a body does. */
export const chains: readonly string[] = [
  ...[
    ' and ',
    ' and ',
    ', then ',
    ' and then ',
    ', ',
    ' before it ',
    ', after that ',
    ', later ',
    ' , and ',
    ' then ',
  ],
  ...['; then ', ' and at last ', ', which then ', ' and in the end ', ' but then ', ', next '],
]

/** What stands between two things that bodies do. */
export const joins: readonly string[] = [
  ...[
    ' and ',
    '. ',
    ' while ',
    ', ',
    '; ',
    ', then ',
    ' as ',
    ', and ',
    '. then ',
    ' when ',
    ', but ',
    ' . ',
  ],
  ...[
    ', there is ',
    '. next to it ',
    ', and there ',
    '. also ',
    ' , ',
    ' and also ',
    ' along with ',
    '. behind that ',
    ', now ',
  ],
]

/** What stands before a verb: with "ing" at the end where that form follows. */
export const tries: readonly string[] = [
  ...[
    'begins to',
    'wants to',
    'is about to',
    'tries to',
    'will',
    'has to',
    'should',
    'to',
    'can',
    'is going to',
  ],
  ...['can be seen ing', 'is seen ing', 'keeps ing', 'goes on ing', 'is busy ing', 'continues to', 'would'],
]

/** What makes another event of a verb that moves or falls. */
export const ways: Readonly<Record<string, readonly string[]>> = {
  'verb:hits': ['into', 'against', 'right into'],
  'verb:topples': ['over', 'over on its side'],
  'verb:enters': ['into view', 'into the picture', 'into the frame', 'in', 'in from the side'],
  'verb:leaves': ['away', 'out of view', 'out of the picture', 'out of the frame', 'off'],
  'verb:passes': ['behind', 'along behind'],
}
