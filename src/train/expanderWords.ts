/** Words of one concept, with commas between. */
const split = (rows: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(rows).map(([concept, words]) => [concept, words.split(', ')]))

/**
 * English words of the expander's training prompts by the concept they stand for, the usual ones first: common
 * knowledge, none of it among the held-out words of the evaluation (a test checks it).
 */
export const trainingWords = split({
  'colour:red':
    'red, red, crimson, scarlet, reddish, blood-red, wine, blood, claret, garnet, raspberry, fire-engine red, lipstick, ketchup, lobster, candy apple red, ladybug, chili, rosewood, paprika, sangria, fiery red, bright red, deep red, dark red',
  'colour:orange':
    'orange, orange, amber, orange-coloured, peach, salmon, copper-coloured, mango, papaya, melon, ginger, ochre, marmalade, persimmon, clementine, mandarin, rusty orange, bright orange, fox, cheddar, yam, nectarine, sienna, sweet potato',
  'colour:yellow':
    'yellow, yellow, yellowish, blond, buttery, sunflower, corn, flaxen, sulphur, daffodil, dandelion, honey, custard, maize, primrose, citrine, bright yellow, pale yellow, sandy, cream, blonde, duckling, goldenrod, pineapple, cheese',
  'colour:green':
    'green, green, greenish, lime, forest green, pea-green, fern, kiwi, pistachio, grass green, pine, clover, apple green, bottle green, pickle, cucumber, cabbage, spinach, parsley, lettuce, dark green, bright green, sage, myrtle, celery, malachite, asparagus, grassy green, sea green, hunter green, verdant',
  'colour:cyan':
    'cyan, cyan, turquoise, blue-green, bluish green, blue green, turquoise green, cyan blue, ice blue, pool blue, opal, sea blue green, light cyan, bright cyan, greenish-blue, blueish green, turquoise blue, verdigris, tiffany blue, lagoon',
  'colour:blue':
    'blue, blue, azure, bluish, sky-blue, sky blue, royal blue, ink blue, ocean blue, bluebell, steel blue, midnight blue, lapis, deep blue, dark blue, light blue, bright blue, electric blue, hyacinth, prussian blue, baby blue, electric-blue, delft, slate blue, sea blue',
  'colour:purple':
    'purple, purple, lavender, purplish, aubergine, heliotrope, mulberry, eggplant, heather, royal purple, iris, magenta purple, deep purple, dark purple, light purple, beet, thistle, pansy, petunia, raisin, fig',
  'colour:pink':
    'pink, pink, magenta, pinkish, salmon pink, rosy, hot pink, candy pink, peony, watermelon, blossom, light pink, bright pink, pale pink, ballet pink, piggy pink, petal, cotton candy, hibiscus, azalea, sakura, guava',
  'colour:white': 'white, snowy, ivory, pale white',
  'colour:black': 'black, jet-black, ebony, inky',
  'colour:grey': 'grey, gray, silver, ashen, charcoal',
  'colour:brown': 'brown, chocolate, tan, hazel, chestnut',
  'size:large':
    'large, big, huge, giant, great, monstrous, towering, jumbo, grand, hulking, elephantine, extensive, considerable, king-size, mammoth, titanic, prodigious, substantial, whopping, gargantuan, outsize, humongous, whale-sized, full-size, extra large, bigger, largest, sizeable, strapping, stupendous, mountainous, spacious, high, tall',
  'size:small':
    'small, little, tiny, diminutive, undersized, dwarf, pocket-sized, dainty, bantam, infinitesimal, minimal, dinky, baby, lilliputian, teensy, minor, micro, tiniest, small-sized, smaller, bite-sized, toy, pint-sized, pygmy, measly, short, scanty, thin, narrow, meager',
  'material:matte':
    'matte, matt, rubber, plastic, clay, flat-painted, wooden, mat, cloth, paper, cardboard, chalky, earthen, terracotta, leather, foam, velvet, flat, lackluster, opaque, plaster, ceramic, papery, wool, fabric, painted, chalk, suede, dusty, canvas, stone-like, sponge, styrofoam, linen, silicone, porcelain, vinyl, woolen, nylon, cotton, stone',
  'material:metal':
    'metal, metallic, steel, shiny metal, brass, lead, alloy, made of steel, silvery, zinc, tungsten, pewter, steely, galvanized, steel-made, stainless steel, tinny, armored, metal-plated, chromium, mercury, gold, silver-plated, polished steel, ferrous',
  'material:glass':
    'glass, glassy, crystal, transparent, clear glass, see-through, limpid, glazed, crystal clear, diaphanous, clear, pane-like, clear as water, clear plastic, quartz, diamond, glass-like, lucent, hyaline, gauzy, see through, made of crystal, ice, transparent plastic',
  'shape:ball':
    'ball, ball, sphere, marble, round thing, balls, bullet, bubble, shot, football, snowball, golf ball, round ball, spherical object, drop, soccer ball, tennis ball, beach ball, baseball, round object, bowling ball, ping-pong ball, round body, planet, moon, berry, pea, eyeball, spherule, round stone',
  'shape:cube':
    'cube, cube, box, block, square block, square, cuboid, case, slab, package, parcel, coffer, hexahedron, cardboard box, ice cube, square box, square thing, square object, toy block, wooden block, building block, gift box, suitcase, safe, cupboard, boxy thing, present, shoebox, cubical object, briefcase, basket, hutch',
  'shape:cylinder':
    'cylinder, cylinder, tube, barrel, can, roller, cask, rod, post, log, bottle, jar, spool, tubing, piston, candle, shaft, mast, vat, stick, cylindrical object, bucket, pot, soda can, beer can, cup, mug, glass tube, rolling pin, flask, pencil, bobbin, reel, stack, bolt',
  'shape:cone':
    'cone, cone, pyramid, traffic cone, wedge, peak, spike, ice cream cone, party hat, conical hat, obelisk, turret, pine cone, volcano, horn, pinnacle, conical object, pointed hat, witch hat, cone shape, pointy thing, wigwam, fir tree, stalagmite, pointed object, christmas tree, megaphone, teepee, spearpoint, fang, tusk, icicle',
  'shape:any':
    'thing, object, shape, something, body, item, figure, article, piece, gadget, toy, contraption, device, gizmo',
  'verb:rolls':
    'roll, roll, roll along, go rolling, turn over and over, roll on, roll away, roll around, tumble along, roll over and over, keep rolling, roll across, roll forward, roll about, turn over again and again, roll past, go rolling along, roll down',
  'verb:slides':
    'slide, slide, glide, slip, glide along, creep, slide along, flow, snake, toboggan, scoot, shift, slide across, slide on, glide across, glide over, glide smoothly, ooze, sled, slide away, slip across, cruise, surf, ease along, push along',
  'verb:moves':
    'move, go, travel, run, rush, head, advance, speed, drift, dash, hurry, walk, fly, travel along, go along, pass along, make its way, come, go on, get going, keep going, step, roam, tread, ramble, march, trek, pace, gallop, jog, sprint',
  'verb:drops':
    'drop, fall, fall down, tumble down, come down, descend, tumble, come falling down, crash down, go down, slump, tumble to the ground, rain down, cascade, lower, drop down, fall from above, drop from the sky, fall out of the sky, hurtle down, topple down, descend from above, come tumbling down, slip down, dip, flop down, drop to the floor, alight, land',
  'verb:bounces':
    'bounce, bounce, rebound, leap, bounce up and down, bob, skip, leap up, hurdle, caper, bounce off, bounce back, prance, bounce around, bounce again, leap about, boing, trampoline, bounce high, jolt up and down, jounce, somersault',
  'verb:topples':
    'topple, fall over, tip over, overturn, topple over, tumble over, tip, go over, lose balance, fall on its side, flip over, fall flat, tilt over, flop over, get overturned, turn turtle, sway and fall, crash over, slump over, turn upside down, stagger, heel over, tilt, invert, lean over and fall, fall on its face',
  'verb:spins':
    'spin, spin around, rotate, whirl, turn around itself, turn, turn round and round, reel, circle around, twist, pivot, whirl around, circle, turn on its axis, go round, spin round, go round in circles, go round and round, turn about its axis, rotate on the spot, spin like a top, turn in place, spin on the spot, birl',
  'verb:rests':
    'rest, stand still, stay still, sit, lie there, not move, do nothing, remain in place, stay, remain, stay put, sleep, be motionless, settle, lean, abide, hang around, stand motionless, stay where it is, loiter, keep still, be at rest, lie still, hold still, stand, lie, stand there, lie on the floor, sit still, sit there, is still, is at rest, rest there, stand around, stay there, sit quietly, lie quietly, relax, laze, hover in place, lie motionless, remain still, remain motionless, is located, is found, loaf, doze, sprawl, persist',
  'verb:stops':
    'stop, come to rest, halt, come to a stop, stand still at last, end, settle down, come to a halt, stall, stop moving, discontinue, let up, pull up, come to an end, give up, stop dead, stop short, stop completely, slow to a stop, stop in its tracks, grind to a halt, desist, wind up, end up still, abort, interrupt',
  'verb:splashes':
    'splash into the water, make waves, make a splash, splash, splash about, make ripples, plop, splash down, sprinkle, splatter, make water fly, slosh, splash around, spray water, send up water, spray, spurt, squirt, dunk, douse, wade, paddle, spill',
  'verb:enters':
    'come into view, enter the picture, appear, enter, come in, turn up, move into the frame, come out, come along, come up, step in, drop in, appear on the scene, break in, come on screen, come into the picture, come into the frame, come on, get into the frame, walk in, get in, come into sight, step into the picture, go in, enter the scene, enter the frame, get here, reach, turn out, arrive',
  'verb:leaves':
    'leave the view, leave the picture, go out of view, exit, leave, get out of the frame, go away, quit, move off, get away, exit the frame, vacate, clear out, run away, take off, get out, go off, slip away, disappear from sight, go out, leave the scene, leave the frame, step out, run off, walk away, walk off, go away for good, split, exit the picture, leave the screen, pull out, bolt, abscond, run out, withdraw',
  'verb:pushed':
    'is pushed, is knocked, gets pushed, is shoved, is moved, is nudged, gets knocked away, is pushed away, is kicked, is hit, is knocked away, gets shoved, gets moved, gets nudged, gets hit, is pressed, is flung, is thrown, is prodded, is jostled, is pushed along, is forced, gets kicked, is dragged, is pulled',
  'verb:hits':
    'hit, bump into, strike, collide with, crash into, run into, butt, touch, beat, collide into, bump, whack, crash against, rush into, hammer, punch, thump, jolt, run against, hit against, come up against, impact, pound, clash with, collide against, slap, bounce against, kick, push against, press against, encounter, meet, clip, rap, swat, clout, batter, clobber, tap, bop, clash against',
  'verb:passes':
    'pass behind, go behind, roll behind, move behind, travel behind, pass in back of, run behind, slip behind, walk behind, slide behind, cross behind, drift behind, travel in back of, pass along behind, march behind, make its way behind, pass round the back of',
  'verb:hides':
    'hide behind, disappear behind, vanish behind, conceal itself behind, take cover behind, shelter behind, get behind, duck behind, go and hide behind, take shelter behind, be hidden behind, lurk behind, cover itself behind, skulk behind, seek cover behind, stay hidden behind, slip out of sight behind, go out of sight behind',
  'way:left':
    'to the left, left, towards the left, to the left side, from right to left, to the left of the picture, on the left, over to the left, toward the left, off to the left, on the left side, to left, over on the left, in the left direction, going left, heading left, to its left, to our left, at left, from the right, left across the screen, to the left of the screen',
  'way:right':
    'to the right, right, towards the right, to the right side, from left to right, to the right of the picture, on the right, over to the right, toward the right, off to the right, on the right side, to right, over on the right, in the right direction, going right, heading right, to its right, to our right, at right, from the left, right across the screen, to the right of the screen',
  'way:towards':
    'towards the camera, forward, towards me, to the front, closer, up to the camera, towards us, forwards, near, in our direction, at the camera, to the foreground, up close, to us, right at us, in front, toward the camera, toward me, toward us, towards you, closer to us, closer to the camera, toward the front, into the foreground, at us, at me, in the direction of the camera, this way, up front, to the camera, into our face',
  'way:away':
    'away from the camera, away, into the distance, to the back, backwards, away from us, further away, backward, off into the distance, out of reach, farther off, farther away, to the horizon, afar, at a distance, towards the back, toward the back, toward the horizon, towards the horizon, off toward the horizon, farther, further, further off, out, back, receding from us, away from me, that way, aside, backwards into the distance, farther back, beyond, abroad',
  'speed:slowly':
    'slowly, gently, at a slow speed, slow, at a snails pace, softly, at a low speed, languidly, lingeringly, ploddingly, lethargically, at a crawl, at walking pace, little by little, step by step, cautiously, steadily, taking its time, in no hurry, at a slow pace, with no haste, without haste, without hurry, at a low pace, very slowly, so slowly, ever so slowly, slow as a snail, like a snail, like a turtle, in slow motion, at a gentle pace, bit by bit, by degrees, quietly, smoothly, peacefully, patiently, wearily, heavily, lightly, slackly, tenderly, mildly, casually, at half speed, dreamily, relaxedly, at ease, with ease, placidly, tiredly, sleepily, reluctantly',
  'speed:quickly':
    'quickly, fast, at high speed, very fast, in a hurry, at full speed, at a high pace, like lightning, nimbly, at a gallop, at top speed, at breakneck speed, headlong, apace, in a flash, suddenly, abruptly, furiously, energetically, like the wind, fast as lightning, at great speed, with great speed, at a fast pace, at a quick pace, in no time, with haste, in haste, as fast as it can, in a rush, on the double, posthaste, at once, immediately, instantly, at a run, full tilt, hell for leather, at full throttle, violently, vigorously, wildly, frantically, hectically, like a bullet, like a flash, as quick as a flash, zippily, flat out, double-quick, lickety-split, presto, powerfully, very quickly, really fast, super fast, pronto, quick, snappily, feverishly, urgently, impetuously, precipitously, dynamically, with a rush, sharply',
  'times:1': 'once, one time, a single time, one single time, 1 time',
  'times:2':
    'twice, two times, 2 times, a couple of times, two more times, a second time, two times over, double',
  'times:3':
    'three times, thrice, 3 times, three times over, a few times, three more times, a third time, triple',
  'times:4':
    'many times, several times, four times, 4 times, again and again, over and over, repeatedly, a lot of times, four times over, lots of times, time after time, five times, often, frequently, numerous times, 5 times',
  'floor:plain':
    'on a plain grey floor, on a grey floor, on a plain floor, on the ground, on sand, on a stone floor, in the desert, on a rock floor, on gravel, on clay, on rock, on the beach, on a carpet, on snow, on the floor, on a gray floor, on a marble floor, on marble, on mud, on soil, on the soil, on dust, on a rug, in the sand, in the snow, on ice, on a mat, on a plateau, on slate, on bedrock, on limestone, on granite, on pebbles, on a wasteland, on a tundra, on chalk, on shingle',
  'floor:checkered':
    'on a checkered floor, on checkered tiles, on a checked floor, on tiles, on a checked pattern, on a plaid floor, on squares, on black and white tiles, on a patchwork, on a gingham floor, on a chess board, on checks, on a checker pattern, on a grid, on a black and white floor, on a checked cloth, on a quilt, on ceramic tiles, on a tessellated floor, on kitchen tiles, on a lattice, on a checked tablecloth, on a diamond pattern, on a crossword',
  'floor:wood':
    'on a wooden floor, on wood, on wooden boards, on a wooden table, on boards, on a wooden deck, on floorboards, on an oak floor, on plywood, on a deck, on pine boards, on a log, on a wooden bench, on a desk, on a wooden stage, on laminate, on walnut, on bamboo, on a wood floor, on a wood table, on a counter, on a countertop, on a board, on the tabletop, on a workbench, on a bench, on a pier, on a wooden bridge, on a pallet, on a wooden porch, on maple, on mahogany, on veneer, on a bookcase, on spruce, on ebony, on teak, on a table',
  'floor:grass':
    'on grass, on a lawn, in the grass, on a green lawn, on the green, in the garden, in the park, on a grassy hill, on the village green, on a grassy plain, in the clover, on a savanna, on hay, in a grassland, on green grass, on the lawn, in the backyard, in the yard, on the grassland, in tall grass, on a hillside, on a steppe, on a paddock, in the weeds, in the reeds, on a farm, in a vineyard, on the plains, on a green hill, on the greenery',
  'floor:asphalt':
    'on wet asphalt, on a wet road, on asphalt, on the road, on a street, on the roadway, on a wet street, on a driveway, on a paved road, on a lane, on a boulevard, on a motorway, on a thoroughfare, on a turnpike, on a tar road, on a parking lot, on a sidewalk, on a runway, in an alley, on the asphalt, on a road, on the street, on an alley, on a rainy street, on a wet lane, on a car park, on a crossroads, on a racetrack, on a track, on a pathway, on a path, on an expressway, on a parkway, on a bridge, on a curb, on a footpath, on a slick road, on a crossing, on an intersection, on a causeway, on a walkway, on a cul-de-sac, on the main road',
  'floor:water':
    'in shallow water, in a shallow pool, in water, in a lake, in the sea, in a pool, in the ocean, in a stream, in a basin, in a bathtub, in a brook, in a creek, in a swamp, in the surf, in the waves, in a canal, in a reservoir, in a tub, on the water, in a tank, in the shallows, in puddles, on water, on a lake, on the sea, in a wading pool, in deep water, in low water, in a harbour, in a harbor, in a marsh, in a ditch, in a flood, in rainwater, on a flooded floor, in a waterhole, in the tide, in a gulf, in a strait, in a rivulet, in an estuary, in the shoals, in the bayou, in an aquarium, in a waterfall, in a paddling pool, in a lagoon',
  'light:noon':
    'at noon, in the midday sun, in daylight, by day, in bright sunlight, at midday, in the daytime, in full sun, in the middle of the day, at high noon, around noon, in the early afternoon, at twelve oclock, under the blazing sun, in the heat of the day, in the afternoon, in sunlight, in the sun, on a bright day, at twelve, in the hot sun, when the sun is high, in the light of day, in bright light, in the morning sun, under a high sun, under the sun, during the day, in the heat, at one oclock, mid-afternoon',
  'light:sunset':
    'at sunset, in the light of sunset, at dusk, in the evening, at sunrise, at twilight, at dawn, in the twilight, at eventide, as the sun goes down, at the end of the day, in the late afternoon, in the evening light, as evening falls, in the early morning, at first light, in the dusk, in the last light, in the sunset, in the sunrise, in the early evening, in the dawn, at break of day, at day break, in the glow of sunset, in the setting sun, in the low sun, when the sun sets, as the sun sets, when the sun goes down, as night falls, in the half light, at the close of day, in the red light of evening, at supper time, before dark, toward evening, in the rosy light, in the late evening',
  'light:night':
    'at night, under a lamp at night, at midnight, in the dark, during the night, in darkness, late at night, under the stars, in the dead of night, in the night, in pitch darkness, by starlight, when it is dark, at bedtime, by night, under the moon, under a street lamp, under a lamp, under a lantern, by lantern light, in the dark of night, in the middle of the night, on a dark night, on a starry night, in the black of night, in the gloom, past midnight, after midnight, in the blackness, in a dark place, by candlelight, in the shadows, when all are asleep, when the moon is up, at two in the morning, in the night time, by the light of the moon',
  'sky:clear':
    'under a clear sky, under an open sky, with a cloudless sky, under a blue sky, under a bright sky, with no clouds, under an unclouded sky, under a pure sky, under a starry sky, in clear weather, in bright weather, with a clear sky, under clear skies, under blue skies, with blue skies, in good weather, in nice weather, in cloudless weather, beneath a clear sky, below a clear sky, the sky is clear, the sky is blue, in the open air, under a limpid sky, in calm weather, in mild weather, under an azure sky, without a cloud, without a single cloud, without clouds, in bright and clear weather, under a calm sky',
  'sky:cloudy':
    'under a cloudy sky, under clouds, under an overcast sky, on a cloudy day, in the rain, under a grey sky, on a rainy day, under a dark sky, in hazy weather, in stormy weather, under grey clouds, in drizzle, on an overcast day, in a storm, with a cloudy sky, under cloudy skies, under grey skies, under gray skies, with clouds above, with many clouds, under dark clouds, the sky is cloudy, the sky is overcast, in fog, in the fog, in cloudy weather, in rainy weather, under a stormy sky, under a rainy sky, in snowfall, in a shower, under a thundery sky, in thunder, with an overcast sky, in dreary weather, in wet weather, on a grey day, under a hazy sky, in a drizzle, in a blizzard, under a threatening sky, in a thunderstorm, under a black sky, in gray weather, beneath clouds',
  'camera:still':
    'the camera stands still, the camera stays still, with a static camera, fixed camera, the camera does not move, with a motionless camera, the camera remains where it is, locked camera, static shot, the camera is fixed, without camera movement, the camera holds still, tripod shot, the camera does nothing, the camera rests, the camera is still, the camera is static, the camera is stationary, static camera, stationary camera, still camera, steady camera, with a still camera, with a fixed camera, the camera keeps still, the camera stays put, the camera stays where it is, no camera movement, no camera motion, fixed shot, still shot, steady shot, the camera never moves, camera on a tripod, the camera sits still, the shot is static, the camera waits, the camera stays fixed, unmoving camera',
  'camera:orbit':
    'the camera orbits, the camera circles, the camera goes around, with an orbiting camera, the camera travels round it, orbit shot, the camera moves in a circle, the camera goes round, circular shot, the camera flies around, the camera moves around it, the camera moves around, the camera flies in a circle, the camera goes in circles, the camera turns around it, orbiting camera, circling camera, orbiting shot, the camera travels in a circle, the camera walks around it, the camera runs in a circle, the camera encircles it, the camera loops around it, the camera wheels around, the camera drives around it, the shot circles around it',
  'camera:orbit left':
    'the camera orbits to the left, the camera circles left, orbit left, the camera goes around to the left, the camera orbits left, the camera moves around to the left, the camera circles to the left, the camera goes round to the left',
  'camera:orbit right':
    'the camera orbits to the right, the camera circles right, orbit right, the camera goes around to the right, the camera orbits right, the camera moves around to the right, the camera circles to the right, the camera goes round to the right',
  'camera:pan':
    'the camera pans, the camera turns, with a panning camera, pan shot, the camera looks around, the camera moves from left to right, the camera rotates on the spot, panorama shot, the camera follows, panning camera, panning shot, the camera moves across, the camera pans across, the camera turns its head, the camera swings around, the camera tracks',
  'camera:pan left':
    'the camera pans left, the camera turns to the left, the camera swings to the left, pan left, the camera looks left, the camera turns left, the camera pans to the left',
  'camera:pan right':
    'the camera pans right, the camera turns to the right, the camera swings to the right, pan right, the camera looks right, the camera turns right, the camera pans to the right',
  'camera:dolly in':
    'the camera moves in, the camera moves closer, the camera comes near, the camera approaches, the camera gets closer, dolly in, the camera goes forward, the camera comes closer, push in, the camera closes in, the camera glides closer, close-up, the camera comes in, the camera moves forward, the camera moves forwards, the camera goes in, the camera goes closer, the camera creeps closer, the camera travels forward, the camera rolls in, the camera comes up, the camera inches forward, the camera steps closer, the camera moves up to it, the camera moves toward it, the camera closes the distance, the camera runs up to it, dolly forward, the camera slides in, the camera steps forward',
  'camera:dolly out':
    'the camera moves back, the camera moves out, the camera goes back, the camera moves away, dolly out, the camera gets farther, the camera backs away, the camera backs off, the camera moves off, the camera glides back, pull out, the camera goes farther away, the camera moves backward, the camera moves backwards, the camera goes backward, the camera goes backwards, the camera steps back, the camera comes away, the camera travels back, the camera travels backwards, the camera rolls back, the camera gets further away, the camera flies away, the camera flies back, the camera walks back, dolly back, the camera slides back, the camera creeps back, the camera moves farther away, the camera goes out, the camera inches back, the camera runs away, the camera falls back',
})

/**
 * Words set aside from the tables above: no training prompt has them, and the lexicon of a development run is made
 * without them, so that the expander can be looked at in words that it does not know while the evaluation's own stay unseen.
 */
export const developmentWords = split({
  'colour:red': 'cardinal, tomato, cranberry, rust, pomegranate, strawberry, poppy',
  'colour:orange': 'coral, cantaloupe, flame, burnt orange, terra cotta orange, butterscotch orange',
  'colour:yellow': 'straw, banana, buttercup, wheat, vanilla, chick yellow, butter',
  'colour:green': 'moss, avocado, seaweed, ivy, shamrock, leaf green, basil, broccoli',
  'colour:cyan': 'greenish blue, robin egg blue, peacock, arctic blue',
  'colour:blue': 'indigo, denim, periwinkle, cornflower, blueberry, powder blue',
  'colour:purple': 'orchid, grape, byzantium, wisteria, blackberry, boysenberry',
  'colour:pink': 'cerise, flamingo, rosebud, rouge, shell pink, carnation',
  'size:large': 'mighty, tremendous, vast, thick, bulky, fat, sizable, ample',
  'size:small': 'puny, minute, microscopic, midget, compact, shrunken, slight',
  'material:matte': 'lusterless, cork, felt, silk, cloth-covered, woollen, non-reflective',
  'material:metal': 'bronze, copper, magnesium, platinum, aluminum, nickel, tinfoil',
  'material:glass': 'pellucid, vitreous, cut glass, lucid, icy, window glass, sheer',
  'shape:ball': 'globule, pearl, basketball, billiard ball, roundel, spheroid, cannonball',
  'shape:cube': 'casket, trunk, cabinet, toolbox, container, bin, die, locker',
  'shape:cylinder': 'keg, pole, hose, baton, tankard, battery, stump, cartridge',
  'shape:cone': 'pylon, cornet, spearhead, tent, tipi, arrowhead, thorn, tepee',
  'verb:rolls': 'bowl, coil',
  'verb:slides': 'sail, slip along, sidle, ski, drag along, slink, float',
  'verb:moves': 'wander, proceed, wend its way, race, hike, journey, trot, stroll',
  'verb:drops': 'dive, swoop down, sag, drip, parachute, droop, go downward',
  'verb:bounces': 'recoil, bound, vault, frolic, cavort, dance',
  'verb:topples': 'pitch over, turn over, cave in, crumple, lurch over, upend, upset',
  'verb:spins': 'gyrate, swirl, screw, whirligig, swing around, eddy',
  'verb:rests': 'lounge, wait, await, dwell, squat, nestle, languish, slumber',
  'verb:stops': 'freeze, finish, stand still finally, suspend, conclude, come to a standstill, terminate',
  'verb:splashes': 'spatter, ripple, swash, gush, splosh, send water flying',
  'verb:enters': 'show up, pop up, materialize, burst in, loom',
  'verb:leaves': 'vanish, abandon the scene, sneak away, scram, get lost, retire, check out',
  'verb:pushed': 'is thrust, is propelled, is rammed, is tossed, is poked, is driven, is bumped',
  'verb:hits': 'smack into, dash against, pummel, wallop, bash into, contact, drive into, thwack',
  'way:left': 'leftmost, towards the left edge, to the west, westward, sinistral',
  'way:right': 'rightmost, towards the right edge, eastward, to the east, dextral',
  'way:towards': 'nearer, toward the lens, onwards, ahead, frontward, approaching us, onward',
  'way:away':
    'off, into the depth, outward, rearward, to the rear, in the opposite direction of the camera, astern, aft',
  'speed:slowly': 'tardily, calmly, inchmeal, inch by inch, carefully, dawdlingly, hesitantly, easily',
  'speed:quickly':
    'hurriedly, promptly, dashingly, forcefully, expeditiously, speedy, fleetly, like a rocket',
  'floor:plain':
    'on dirt, on the earth, on the dunes, on dry land, on a smooth floor, on stones, on linoleum, on rubble',
  'floor:checkered':
    'on a mosaic, on a draughtboard, on a tartan carpet, on tiling, on a tiled floor, on a squared floor, on a bathroom floor',
  'floor:wood': 'on lumber, on a panel, on a shelf, on a dining table, on cedar, on beech, on a desktop',
  'floor:grass':
    'on the sward, on a prairie, among the flowers, on alfalfa, in the orchard, on a golf course, on herbage, on foliage',
  'floor:asphalt':
    'on an avenue, on the freeway, on a bypass, on a country road, on a racecourse, on a trail, on a city street, on bitumen',
  'floor:water': 'in a river, in a bay, in liquid, in a fjord, in a whirlpool, in a moat, in a fountain',
  'light:noon':
    'in sunshine, at noontime, in summer light, at the height of the day, with the sun overhead, in the glare of the sun, in the noonday sun, in strong sun',
  'light:sunset':
    'in the gloaming, at daybreak, at cockcrow, in the afterglow, in the crepuscule, at vespers, as the sun rises, when day breaks',
  'light:night':
    'after dark, in the murk, overnight, by lamplight, by torchlight, in dim light, in nocturnal light, in the small hours',
  'sky:clear':
    'in fine weather, under a fair sky, under a perfect sky, under a serene sky, with good visibility, under a radiant sky, under a brilliant sky, under an empty sky',
  'sky:cloudy':
    'under a murky sky, in the mist, under heavy clouds, in bad weather, in a downpour, in haze, under a misty sky, under a leaden sky',
  'camera:orbit':
    'the camera rotates around the scene, 360 degree shot, the camera spins around it, the camera rounds it, the camera describes a circle, the camera makes a circle, the camera swirls around it',
  'camera:pan':
    'the camera swings, the camera surveys the scene, the camera scans the scene, the camera wanders across the scene, the camera pivots',
  'camera:dolly in':
    'the camera nears, the camera edges closer, the camera pushes in, the camera sneaks closer, the camera proceeds forward, the camera advances, the camera presses in',
  'camera:dolly out':
    'the camera recedes, the camera leaves, the camera drops back, the camera withdraws, the camera retires, the camera pulls back, the camera sinks back, the camera reverses',
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
