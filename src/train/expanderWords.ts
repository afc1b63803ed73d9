/** Words of one concept, with commas between. */
const split = (rows: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(rows).map(([concept, words]) => [concept, words.split(', ')]))

/**
 * English words of the expander's training prompts by the concept they stand for, the usual ones first: common
 * knowledge, none of it among the held-out words of the evaluation (a test checks it).
 */
export const trainingWords = split({
  'colour:red':
    'red, red, crimson, scarlet, reddish, blood-red, strawberry, wine, blood, cranberry, poppy, claret, rust, garnet, raspberry',
  'colour:orange':
    'orange, orange, amber, orange-coloured, peach, salmon, copper-coloured, mango, papaya, melon, ginger, ochre, flame, marmalade',
  'colour:yellow':
    'yellow, yellow, yellowish, blond, buttery, sunflower, butter, corn, flaxen, sulphur, daffodil, dandelion, honey',
  'colour:green':
    'green, green, greenish, lime, forest green, pea-green, fern, kiwi, pistachio, grass green, pine, leaf green, clover, apple green, bottle green',
  'colour:cyan':
    'cyan, cyan, turquoise, blue-green, bluish green, blue green, turquoise green, peacock, cyan blue, lagoon, ice blue, pool blue, opal',
  'colour:blue':
    'blue, blue, azure, bluish, sky-blue, sky blue, royal blue, periwinkle, cornflower, ink blue, ocean blue, bluebell, steel blue, midnight blue',
  'colour:purple':
    'purple, purple, lavender, purplish, aubergine, heliotrope, mulberry, eggplant, wisteria, heather, royal purple, iris',
  'colour:pink':
    'pink, pink, magenta, pinkish, salmon pink, rosy, carnation, rouge, hot pink, candy pink, peony, watermelon, blossom',
  'colour:white': 'white, snowy, ivory, pale white',
  'colour:black': 'black, jet-black, ebony, inky',
  'colour:grey': 'grey, gray, silver, ashen, charcoal',
  'colour:brown': 'brown, chocolate, tan, hazel, chestnut',
  'size:large':
    'large, big, huge, giant, great, bulky, monstrous, towering, sizable, jumbo, grand, hulking, elephantine, extensive, considerable, king-size, mammoth, titanic, prodigious, substantial, ample, whopping',
  'size:small':
    'small, little, tiny, diminutive, compact, undersized, dwarf, pocket-sized, slight, dainty, bantam, infinitesimal, minimal, dinky, baby, lilliputian, midget, teensy, minor',
  'material:matte':
    'matte, matt, rubber, plastic, clay, flat-painted, wooden, mat, cloth, paper, cardboard, felt, chalky, earthen, terracotta, leather, foam, velvet, flat, lackluster, opaque',
  'material:metal':
    'metal, metallic, steel, shiny metal, brass, lead, alloy, nickel, made of steel, silvery, zinc, platinum, tungsten, pewter, steely, galvanized, magnesium',
  'material:glass':
    'glass, glassy, crystal, transparent, clear glass, see-through, limpid, glazed, crystal clear, diaphanous, sheer, clear, icy',
  'shape:ball':
    'ball, ball, sphere, marble, round thing, balls, spheroid, bullet, bubble, shot, football, snowball, basketball, golf ball, round ball, spherical object, drop',
  'shape:cube':
    'cube, cube, box, block, square block, square, cuboid, case, slab, container, package, parcel, coffer, hexahedron, cardboard box, ice cube, square box, bin',
  'shape:cylinder':
    'cylinder, cylinder, tube, barrel, can, roller, cask, rod, post, log, bottle, jar, spool, tubing, hose, piston, candle, shaft, mast, vat',
  'shape:cone':
    'cone, cone, pyramid, traffic cone, wedge, tepee, peak, spike, spearhead, ice cream cone, party hat, conical hat, obelisk, turret, pine cone, volcano, horn, pinnacle',
  'shape:any': 'thing, object, shape, something, body, item, figure, article, piece, gadget',
  'verb:rolls':
    'roll, roll, roll along, go rolling, turn over and over, roll on, roll away, roll around, tumble along, coil',
  'verb:slides':
    'slide, slide, glide, slip, glide along, creep, slide along, float, flow, snake, toboggan, ski, scoot, shift',
  'verb:moves': 'move, go, travel, run, rush, head, advance, speed, drift, dash, hurry, walk, fly',
  'verb:drops':
    'drop, fall, fall down, tumble down, come down, descend, tumble, come falling down, crash down, go down, parachute, slump, sag, tumble to the ground, drip, rain down, cascade, lower',
  'verb:bounces':
    'bounce, bounce, rebound, leap, bounce up and down, bob, skip, leap up, hurdle, caper, bounce off, bounce back, prance, frolic',
  'verb:topples':
    'topple, fall over, tip over, overturn, topple over, tumble over, tip, go over, lose balance, fall on its side, upset, flip over, upend, fall flat, cave in, crumple',
  'verb:spins':
    'spin, spin around, rotate, whirl, turn around itself, turn, turn round and round, reel, circle around, twist, pivot, whirl around, circle, turn on its axis, go round, swing around',
  'verb:rests':
    'rest, stand still, stay still, sit, lie there, not move, do nothing, remain in place, stay, remain, stay put, sleep, be motionless, settle, lean, nestle, squat, abide, hang around, stand motionless, stay where it is, loiter, keep still, be at rest, lie still, hold still, dwell',
  'verb:stops':
    'stop, come to rest, halt, come to a stop, stand still at last, end, settle down, come to a halt, come to a standstill, stall, stop moving, terminate, conclude, discontinue, let up',
  'verb:splashes': 'splash into the water, make waves, make a splash, splash, splash about, make ripples',
  'verb:enters':
    'come into view, enter the picture, appear, enter, arrive, come in, turn up, move into the frame, come out, materialize, come along, come up, step in, drop in, appear on the scene, break in',
  'verb:leaves':
    'leave the view, leave the picture, go out of view, exit, leave, get out of the frame, go away, quit, move off, get away, abandon the scene, exit the frame, retire, vacate, clear out, run away, take off, get out, go off, slip away, disappear from sight',
  'verb:pushed':
    'is pushed, is knocked, gets pushed, is shoved, is moved, is driven, is nudged, gets knocked away',
  'verb:hits':
    'hit, bump into, strike, collide with, crash into, run into, butt, touch, beat, collide into, bump, whack, crash against, rush into, hammer, punch, thump, jolt, run against, drive into',
  'verb:passes':
    'pass behind, go behind, roll behind, move behind, travel behind, pass in back of, run behind',
  'verb:hides':
    'hide behind, disappear behind, vanish behind, conceal itself behind, take cover behind, shelter behind',
  'way:left':
    'to the left, left, towards the left, to the left side, from right to left, to the left of the picture, on the left, over to the left, toward the left, off to the left, on the left side',
  'way:right':
    'to the right, right, towards the right, to the right side, from left to right, to the right of the picture, on the right, over to the right, toward the right, off to the right, on the right side',
  'way:towards':
    'towards the camera, forward, towards me, to the front, closer, up to the camera, towards us, forwards, near, in our direction, at the camera, to the foreground, up close, to us, right at us, in front',
  'way:away':
    'away from the camera, away, into the distance, to the back, backwards, away from us, further away, backward, off into the distance, out of reach, to the rear, rearward, farther off, farther away, to the horizon, afar, at a distance',
  'speed:slowly':
    'slowly, gently, at a slow speed, slow, at a snails pace, softly, at a low speed, languidly, lingeringly, ploddingly, lethargically, at a crawl, at walking pace, inch by inch, little by little, step by step, cautiously, steadily, carefully, taking its time, in no hurry',
  'speed:quickly':
    'quickly, fast, at high speed, very fast, speedy, in a hurry, at full speed, at a high pace, like lightning, fleetly, nimbly, at a gallop, at top speed, at breakneck speed, headlong, expeditiously, apace, in a flash, suddenly, abruptly, furiously, energetically, like a rocket, like the wind',
  'times:1': 'once, one time',
  'times:2': 'twice, two times, 2 times',
  'times:3': 'three times, thrice, 3 times',
  'times:4': 'many times, several times, four times, 4 times, again and again',
  'floor:plain':
    'on a plain grey floor, on a grey floor, on a plain floor, on the ground, on sand, on a stone floor, in the desert, on a rock floor, on gravel, on clay, on a smooth floor, on rock, on the beach, on the dunes, on linoleum, on a carpet, on snow',
  'floor:checkered':
    'on a checkered floor, on checkered tiles, on a checked floor, on tiles, on a tiled floor, on a checked pattern, on a plaid floor, on a tartan carpet, on squares, on black and white tiles, on a patchwork, on a gingham floor',
  'floor:wood':
    'on a wooden floor, on wood, on wooden boards, on a wooden table, on boards, on a wooden deck, on floorboards, on an oak floor, on plywood, on a deck, on pine boards, on a log, on a wooden bench, on a desk, on a wooden stage, on laminate, on walnut, on bamboo',
  'floor:grass':
    'on grass, on a lawn, in the grass, on a green lawn, on the green, in the garden, in the park, on a grassy hill, on the village green, on a golf course, on herbage, on a grassy plain, in the clover, on a savanna, on hay, in a grassland',
  'floor:asphalt':
    'on wet asphalt, on a wet road, on asphalt, on the road, on a street, on the roadway, on a wet street, on a driveway, on a paved road, on a lane, on a boulevard, on a motorway, on a thoroughfare, on a turnpike, on a tar road, on a parking lot, on a sidewalk, on a runway, in an alley',
  'floor:water':
    'in shallow water, in a shallow pool, in water, in a lake, in the sea, in a pool, in the ocean, in a stream, in a basin, in a fountain, in a bathtub, in a brook, in a creek, in a swamp, in a bay, in the surf, in the waves, in a canal, in a reservoir, in a tub, on the water, in a tank, in the shallows',
  'light:noon':
    'at noon, in the midday sun, in daylight, by day, in bright sunlight, at midday, in the daytime, in full sun, in the middle of the day, at high noon, around noon, in the early afternoon, at twelve oclock, under the blazing sun, in the heat of the day, in the afternoon',
  'light:sunset':
    'at sunset, in the light of sunset, at dusk, in the evening, at sunrise, at twilight, at dawn, in the twilight, at eventide, as the sun goes down, at the end of the day, in the late afternoon, in the evening light, as evening falls, in the early morning, at first light, at cockcrow',
  'light:night':
    'at night, under a lamp at night, at midnight, in the dark, during the night, in darkness, late at night, under the stars, in the dead of night, in the night, in pitch darkness, by lamplight, by starlight, when it is dark, in the small hours, at bedtime, overnight',
  'sky:clear':
    'under a clear sky, under an open sky, with a cloudless sky, under a blue sky, under a bright sky, under a fair sky, with no clouds, under an unclouded sky, under a pure sky, under a starry sky, in clear weather, in bright weather, under a serene sky',
  'sky:cloudy':
    'under a cloudy sky, under clouds, under an overcast sky, on a cloudy day, in the rain, under a grey sky, in bad weather, on a rainy day, under a dark sky, under a leaden sky, in hazy weather, in stormy weather, under grey clouds, in drizzle, under a misty sky, on an overcast day, in a storm',
  'camera:still':
    'the camera stands still, the camera stays still, with a static camera, fixed camera, the camera does not move, with a motionless camera, the camera remains where it is, locked camera, static shot, the camera is fixed, without camera movement, the camera holds still, tripod shot',
  'camera:orbit':
    'the camera orbits, the camera circles, the camera goes around, with an orbiting camera, the camera travels round it, orbit shot, the camera moves in a circle, the camera spins around it, the camera makes a circle, the camera goes round, circular shot, the camera flies around',
  'camera:orbit left':
    'the camera orbits to the left, the camera circles left, orbit left, the camera goes around to the left',
  'camera:orbit right':
    'the camera orbits to the right, the camera circles right, orbit right, the camera goes around to the right',
  'camera:pan':
    'the camera pans, the camera turns, with a panning camera, pan shot, the camera looks around, the camera moves from left to right, the camera rotates on the spot, panorama shot, the camera follows',
  'camera:pan left':
    'the camera pans left, the camera turns to the left, the camera swings to the left, pan left, the camera looks left',
  'camera:pan right':
    'the camera pans right, the camera turns to the right, the camera swings to the right, pan right, the camera looks right',
  'camera:dolly in':
    'the camera moves in, the camera moves closer, the camera comes near, the camera approaches, the camera advances, the camera gets closer, dolly in, the camera goes forward, the camera comes closer, push in, the camera pushes in, the camera closes in, the camera glides closer, close-up',
  'camera:dolly out':
    'the camera moves back, the camera moves out, the camera goes back, the camera moves away, the camera withdraws, the camera pulls back, dolly out, the camera gets farther, the camera backs away, the camera backs off, the camera moves off, the camera drops back, the camera glides back, pull out, the camera goes farther away',
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
  'camera:orbit': ['around it', 'around', 'around them', 'all around', 'about it', 'in circles'],
  'camera:pan': ['to the side', 'left and right', 'round'],
  'camera:pan left': ['to the left', 'left'],
  'camera:pan right': ['to the right', 'right'],
  'camera:dolly in': ['in', 'closer', 'forward', 'up to it', 'towards it'],
  'camera:dolly out': ['back', 'out', 'away', 'backwards', 'away from it'],
}
