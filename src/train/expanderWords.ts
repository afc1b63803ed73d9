/** Words of one concept, with commas between. */
const split = (rows: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(rows).map(([concept, words]) => [concept, words.split(', ')]))

/**
 * English words of the expander's training prompts by the concept they stand for, the usual ones first: common
 * knowledge, none of it among the held-out words of the evaluation (a test checks it).
 */
export const trainingWords = split({
  'colour:red':
    'red, red, crimson, scarlet, reddish, blood-red, strawberry, wine, blood, cranberry, poppy, claret, rust, garnet, raspberry, fire-engine red, lipstick, ketchup, lobster, candy apple red, ladybug, chili, rosewood, paprika, sangria, fiery red, bright red, deep red, dark red, pomegranate',
  'colour:orange':
    'orange, orange, amber, orange-coloured, peach, salmon, copper-coloured, mango, papaya, melon, ginger, ochre, flame, marmalade, persimmon, cantaloupe, clementine, mandarin, rusty orange, bright orange, fox, cheddar, yam, nectarine, butterscotch orange, burnt orange, sienna, terra cotta orange, sweet potato',
  'colour:yellow':
    'yellow, yellow, yellowish, blond, buttery, sunflower, butter, corn, flaxen, sulphur, daffodil, dandelion, honey, custard, maize, primrose, buttercup, citrine, bright yellow, pale yellow, sandy, cream, vanilla, wheat, blonde, duckling, goldenrod, pineapple, cheese, chick yellow',
  'colour:green':
    'green, green, greenish, lime, forest green, pea-green, fern, kiwi, pistachio, grass green, pine, leaf green, clover, apple green, bottle green, shamrock, pickle, cucumber, cabbage, spinach, ivy, basil, parsley, lettuce, dark green, bright green, sage, myrtle, celery, broccoli, malachite, seaweed, asparagus, grassy green, sea green, hunter green, verdant',
  'colour:cyan':
    'cyan, cyan, turquoise, blue-green, bluish green, blue green, turquoise green, peacock, cyan blue, lagoon, ice blue, pool blue, opal, robin egg blue, sea blue green, light cyan, bright cyan, greenish-blue, blueish green, turquoise blue, verdigris, tiffany blue, arctic blue',
  'colour:blue':
    'blue, blue, azure, bluish, sky-blue, sky blue, royal blue, periwinkle, cornflower, ink blue, ocean blue, bluebell, steel blue, midnight blue, lapis, deep blue, dark blue, light blue, bright blue, electric blue, blueberry, hyacinth, prussian blue, baby blue, powder blue, electric-blue, delft, slate blue, sea blue',
  'colour:purple':
    'purple, purple, lavender, purplish, aubergine, heliotrope, mulberry, eggplant, wisteria, heather, royal purple, iris, magenta purple, deep purple, dark purple, light purple, beet, boysenberry, blackberry, thistle, pansy, petunia, raisin, byzantium, fig',
  'colour:pink':
    'pink, pink, magenta, pinkish, salmon pink, rosy, carnation, rouge, hot pink, candy pink, peony, watermelon, blossom, light pink, bright pink, pale pink, ballet pink, piggy pink, petal, rosebud, cotton candy, hibiscus, shell pink, azalea, sakura, guava',
  'colour:white': 'white, snowy, ivory, pale white',
  'colour:black': 'black, jet-black, ebony, inky',
  'colour:grey': 'grey, gray, silver, ashen, charcoal',
  'colour:brown': 'brown, chocolate, tan, hazel, chestnut',
  'size:large':
    'large, big, huge, giant, great, bulky, monstrous, towering, sizable, jumbo, grand, hulking, elephantine, extensive, considerable, king-size, mammoth, titanic, prodigious, substantial, ample, whopping, gargantuan, outsize, humongous, whale-sized, full-size, extra large, bigger, largest, sizeable, strapping, stupendous, mountainous, spacious, high, fat, thick, tall',
  'size:small':
    'small, little, tiny, diminutive, compact, undersized, dwarf, pocket-sized, slight, dainty, bantam, infinitesimal, minimal, dinky, baby, lilliputian, midget, teensy, minor, micro, tiniest, small-sized, smaller, bite-sized, toy, pint-sized, pygmy, shrunken, measly, short, scanty, thin, narrow, meager',
  'material:matte':
    'matte, matt, rubber, plastic, clay, flat-painted, wooden, mat, cloth, paper, cardboard, felt, chalky, earthen, terracotta, leather, foam, velvet, flat, lackluster, opaque, plaster, ceramic, papery, woollen, wool, fabric, cloth-covered, painted, chalk, cork, suede, dusty, canvas, stone-like, sponge, styrofoam, linen, silicone, porcelain, non-reflective, vinyl, woolen, silk, nylon, cotton',
  'material:metal':
    'metal, metallic, steel, shiny metal, brass, lead, alloy, nickel, made of steel, silvery, zinc, platinum, tungsten, pewter, steely, galvanized, magnesium, aluminum, steel-made, stainless steel, tinny, armored, metal-plated, chromium, mercury, gold, silver-plated, tinfoil, polished steel, ferrous',
  'material:glass':
    'glass, glassy, crystal, transparent, clear glass, see-through, limpid, glazed, crystal clear, diaphanous, sheer, clear, icy, pane-like, clear as water, clear plastic, lucid, quartz, diamond, glass-like, lucent, window glass, hyaline, gauzy, see through, made of crystal, cut glass, ice, transparent plastic',
  'shape:ball':
    'ball, ball, sphere, marble, round thing, balls, spheroid, bullet, bubble, shot, football, snowball, basketball, golf ball, round ball, spherical object, drop, soccer ball, tennis ball, beach ball, baseball, cannonball, round object, bowling ball, ping-pong ball, billiard ball, round body, planet, moon, berry, pea, roundel, eyeball, spherule, round stone',
  'shape:cube':
    'cube, cube, box, block, square block, square, cuboid, case, slab, container, package, parcel, coffer, hexahedron, cardboard box, ice cube, square box, bin, die, square thing, square object, cabinet, toy block, wooden block, building block, gift box, toolbox, suitcase, safe, locker, cupboard, boxy thing, present, shoebox, cubical object, briefcase, basket, hutch',
  'shape:cylinder':
    'cylinder, cylinder, tube, barrel, can, roller, cask, rod, post, log, bottle, jar, spool, tubing, hose, piston, candle, shaft, mast, vat, stick, cylindrical object, bucket, pot, soda can, beer can, cup, mug, glass tube, rolling pin, flask, cartridge, pencil, stump, bobbin, reel, battery, baton, tankard, stack, bolt',
  'shape:cone':
    'cone, cone, pyramid, traffic cone, wedge, tepee, peak, spike, spearhead, ice cream cone, party hat, conical hat, obelisk, turret, pine cone, volcano, horn, pinnacle, tent, conical object, pointed hat, witch hat, cone shape, pointy thing, wigwam, tipi, fir tree, stalagmite, pointed object, christmas tree, megaphone, teepee, spearpoint, thorn, fang, tusk, arrowhead, icicle',
  'shape:any':
    'thing, object, shape, something, body, item, figure, article, piece, gadget, toy, contraption, device, gizmo',
  'verb:rolls':
    'roll, roll, roll along, go rolling, turn over and over, roll on, roll away, roll around, tumble along, coil, roll over and over, keep rolling, roll across, roll forward, roll about, turn over again and again, roll past, go rolling along, roll down',
  'verb:slides':
    'slide, slide, glide, slip, glide along, creep, slide along, float, flow, snake, toboggan, ski, scoot, shift, slide across, slide on, glide across, glide over, glide smoothly, ooze, sled, slide away, slip across, cruise, drag along, sidle, surf, slink, ease along, push along',
  'verb:moves':
    'move, go, travel, run, rush, head, advance, speed, drift, dash, hurry, walk, fly, journey, travel along, go along, pass along, make its way, come, go on, get going, wend its way, keep going, step, roam, stroll, tread, ramble, march, trek, pace, race, gallop, trot, jog, sprint, hike',
  'verb:drops':
    'drop, fall, fall down, tumble down, come down, descend, tumble, come falling down, crash down, go down, parachute, slump, sag, tumble to the ground, drip, rain down, cascade, lower, drop down, fall from above, go downward, drop from the sky, fall out of the sky, hurtle down, topple down, descend from above, come tumbling down, slip down, dip, flop down, droop, drop to the floor, alight, land',
  'verb:bounces':
    'bounce, bounce, rebound, leap, bounce up and down, bob, skip, leap up, hurdle, caper, bounce off, bounce back, prance, frolic, bounce around, bounce again, leap about, boing, trampoline, bounce high, jolt up and down, dance, jounce, cavort, somersault',
  'verb:topples':
    'topple, fall over, tip over, overturn, topple over, tumble over, tip, go over, lose balance, fall on its side, upset, flip over, upend, fall flat, cave in, crumple, tilt over, flop over, get overturned, turn turtle, lurch over, sway and fall, crash over, slump over, turn upside down, stagger, heel over, tilt, invert, lean over and fall, fall on its face',
  'verb:spins':
    'spin, spin around, rotate, whirl, turn around itself, turn, turn round and round, reel, circle around, twist, pivot, whirl around, circle, turn on its axis, go round, swing around, spin round, go round in circles, go round and round, turn about its axis, rotate on the spot, whirligig, spin like a top, turn in place, spin on the spot, screw, eddy, birl',
  'verb:rests':
    'rest, stand still, stay still, sit, lie there, not move, do nothing, remain in place, stay, remain, stay put, sleep, be motionless, settle, lean, nestle, squat, abide, hang around, stand motionless, stay where it is, loiter, keep still, be at rest, lie still, hold still, dwell, stand, lie, stand there, lie on the floor, sit still, sit there, is still, is at rest, rest there, stand around, stay there, sit quietly, lie quietly, relax, laze, hover in place, lie motionless, remain still, remain motionless, is located, is found, loaf, doze, slumber, sprawl, languish, await, persist',
  'verb:stops':
    'stop, come to rest, halt, come to a stop, stand still at last, end, settle down, come to a halt, come to a standstill, stall, stop moving, terminate, conclude, discontinue, let up, pull up, come to an end, give up, stop dead, stop short, stop completely, slow to a stop, stop in its tracks, grind to a halt, desist, wind up, stand still finally, end up still, abort, suspend, interrupt',
  'verb:splashes':
    'splash into the water, make waves, make a splash, splash, splash about, make ripples, plop, splash down, sprinkle, splatter, make water fly, slosh, splosh, splash around, spray water, send up water, spray, spurt, squirt, send water flying, dunk, douse, wade, paddle, swash, spill, ripple, gush',
  'verb:enters':
    'come into view, enter the picture, appear, enter, arrive, come in, turn up, move into the frame, come out, materialize, come along, come up, step in, drop in, appear on the scene, break in, come on screen, come into the picture, come into the frame, come on, get into the frame, walk in, get in, come into sight, step into the picture, loom, go in, enter the scene, enter the frame, get here, reach, burst in, turn out',
  'verb:leaves':
    'leave the view, leave the picture, go out of view, exit, leave, get out of the frame, go away, quit, move off, get away, abandon the scene, exit the frame, retire, vacate, clear out, run away, take off, get out, go off, slip away, disappear from sight, go out, get lost, leave the scene, leave the frame, step out, run off, walk away, walk off, scram, go away for good, split, check out, exit the picture, leave the screen, pull out, sneak away, bolt, abscond, run out',
  'verb:pushed':
    'is pushed, is knocked, gets pushed, is shoved, is moved, is driven, is nudged, gets knocked away, is pushed away, is kicked, is hit, is knocked away, is propelled, is rammed, gets shoved, gets moved, gets nudged, is bumped, gets hit, is pressed, is poked, is tossed, is flung, is thrown, is prodded, is jostled, is pushed along, is forced, gets kicked, is dragged, is pulled',
  'verb:hits':
    'hit, bump into, strike, collide with, crash into, run into, butt, touch, beat, collide into, bump, whack, crash against, rush into, hammer, punch, thump, jolt, run against, drive into, bash into, hit against, come up against, impact, pound, clash with, collide against, slap, bounce against, kick, push against, press against, encounter, meet, contact, clip, rap, wallop, swat, clout, batter, pummel, clobber, tap, bop, thwack, clash against',
  'verb:passes':
    'pass behind, go behind, roll behind, move behind, travel behind, pass in back of, run behind, slip behind, walk behind, slide behind, cross behind, drift behind, travel in back of, pass along behind, march behind, make its way behind, pass round the back of',
  'verb:hides':
    'hide behind, disappear behind, vanish behind, conceal itself behind, take cover behind, shelter behind, get behind, duck behind, go and hide behind, take shelter behind, be hidden behind, lurk behind, cover itself behind, skulk behind, seek cover behind, stay hidden behind, slip out of sight behind, go out of sight behind',
  'way:left':
    'to the left, left, towards the left, to the left side, from right to left, to the left of the picture, on the left, over to the left, toward the left, off to the left, on the left side, to left, to the west, over on the left, in the left direction, going left, heading left, to its left, to our left, at left, from the right, left across the screen, to the left of the screen, sinistral, westward',
  'way:right':
    'to the right, right, towards the right, to the right side, from left to right, to the right of the picture, on the right, over to the right, toward the right, off to the right, on the right side, to right, to the east, over on the right, in the right direction, going right, heading right, to its right, to our right, at right, from the left, right across the screen, to the right of the screen, dextral, eastward',
  'way:towards':
    'towards the camera, forward, towards me, to the front, closer, up to the camera, towards us, forwards, near, in our direction, at the camera, to the foreground, up close, to us, right at us, in front, toward the camera, toward me, toward us, towards you, closer to us, closer to the camera, toward the front, into the foreground, frontward, ahead, onward, at us, at me, in the direction of the camera, approaching us, this way, up front, to the camera, into our face, onwards',
  'way:away':
    'away from the camera, away, into the distance, to the back, backwards, away from us, further away, backward, off into the distance, out of reach, to the rear, rearward, farther off, farther away, to the horizon, afar, at a distance, towards the back, toward the back, toward the horizon, towards the horizon, off toward the horizon, farther, further, further off, out, back, receding from us, away from me, in the opposite direction of the camera, that way, aft, astern, aside, backwards into the distance, farther back, beyond, abroad, outward',
  'speed:slowly':
    'slowly, gently, at a slow speed, slow, at a snails pace, softly, at a low speed, languidly, lingeringly, ploddingly, lethargically, at a crawl, at walking pace, inch by inch, little by little, step by step, cautiously, steadily, carefully, taking its time, in no hurry, at a slow pace, with no haste, without haste, without hurry, at a low pace, very slowly, so slowly, ever so slowly, slow as a snail, like a snail, like a turtle, in slow motion, at a gentle pace, bit by bit, by degrees, quietly, smoothly, peacefully, patiently, dawdlingly, wearily, heavily, lightly, slackly, tenderly, mildly, casually, at half speed, dreamily, relaxedly, inchmeal, easily, at ease, with ease, placidly, tiredly, sleepily, reluctantly, hesitantly',
  'speed:quickly':
    'quickly, fast, at high speed, very fast, speedy, in a hurry, at full speed, at a high pace, like lightning, fleetly, nimbly, at a gallop, at top speed, at breakneck speed, headlong, expeditiously, apace, in a flash, suddenly, abruptly, furiously, energetically, like a rocket, like the wind, fast as lightning, at great speed, with great speed, at a fast pace, at a quick pace, in no time, with haste, in haste, as fast as it can, in a rush, on the double, posthaste, at once, immediately, instantly, at a run, full tilt, hell for leather, at full throttle, violently, vigorously, wildly, frantically, hectically, like a bullet, like a flash, as quick as a flash, zippily, dashingly, flat out, double-quick, lickety-split, presto, forcefully, powerfully, very quickly, really fast, super fast, pronto, quick, snappily, feverishly, urgently, impetuously, precipitously, dynamically, with a rush, sharply',
  'times:1': 'once, one time, a single time, one single time, 1 time',
  'times:2':
    'twice, two times, 2 times, a couple of times, two more times, a second time, two times over, double',
  'times:3':
    'three times, thrice, 3 times, three times over, a few times, three more times, a third time, triple',
  'times:4':
    'many times, several times, four times, 4 times, again and again, over and over, repeatedly, a lot of times, four times over, lots of times, time after time, five times, often, frequently, numerous times, 5 times',
  'floor:plain':
    'on a plain grey floor, on a grey floor, on a plain floor, on the ground, on sand, on a stone floor, in the desert, on a rock floor, on gravel, on clay, on a smooth floor, on rock, on the beach, on the dunes, on linoleum, on a carpet, on snow, on the floor, on a gray floor, on a marble floor, on marble, on mud, on dry land, on soil, on the soil, on dust, on a rug, in the sand, in the snow, on ice, on a mat, on a plateau, on stones, on rubble, on slate, on bedrock, on limestone, on granite, on pebbles, on a wasteland, on a tundra, on chalk, on shingle',
  'floor:checkered':
    'on a checkered floor, on checkered tiles, on a checked floor, on tiles, on a tiled floor, on a checked pattern, on a plaid floor, on a tartan carpet, on squares, on black and white tiles, on a patchwork, on a gingham floor, on a chess board, on checks, on a checker pattern, on a grid, on a black and white floor, on tiling, on a squared floor, on a checked cloth, on a quilt, on ceramic tiles, on a tessellated floor, on a bathroom floor, on kitchen tiles, on a lattice, on a checked tablecloth, on a diamond pattern, on a crossword',
  'floor:wood':
    'on a wooden floor, on wood, on wooden boards, on a wooden table, on boards, on a wooden deck, on floorboards, on an oak floor, on plywood, on a deck, on pine boards, on a log, on a wooden bench, on a desk, on a wooden stage, on laminate, on walnut, on bamboo, on a wood floor, on a wood table, on a desktop, on a shelf, on a counter, on a countertop, on a board, on the tabletop, on a workbench, on a bench, on a pier, on a wooden bridge, on a pallet, on a wooden porch, on beech, on maple, on mahogany, on cedar, on veneer, on a panel, on a bookcase, on spruce, on ebony, on teak, on a dining table',
  'floor:grass':
    'on grass, on a lawn, in the grass, on a green lawn, on the green, in the garden, in the park, on a grassy hill, on the village green, on a golf course, on herbage, on a grassy plain, in the clover, on a savanna, on hay, in a grassland, on green grass, on the lawn, in the backyard, in the yard, on the grassland, in tall grass, on a hillside, on a steppe, on a paddock, in the weeds, in the reeds, on a farm, in the orchard, on alfalfa, in a vineyard, on the plains, on a green hill, among the flowers, on foliage, on the greenery',
  'floor:asphalt':
    'on wet asphalt, on a wet road, on asphalt, on the road, on a street, on the roadway, on a wet street, on a driveway, on a paved road, on a lane, on a boulevard, on a motorway, on a thoroughfare, on a turnpike, on a tar road, on a parking lot, on a sidewalk, on a runway, in an alley, on the asphalt, on a road, on the street, on an alley, on a city street, on a rainy street, on a country road, on a wet lane, on a car park, on a crossroads, on a racetrack, on a track, on a pathway, on a path, on an expressway, on a parkway, on a bridge, on bitumen, on a curb, on a footpath, on a trail, on a slick road, on a crossing, on an intersection, on a causeway, on a bypass, on a racecourse, on a walkway, on a cul-de-sac, on the main road',
  'floor:water':
    'in shallow water, in a shallow pool, in water, in a lake, in the sea, in a pool, in the ocean, in a stream, in a basin, in a fountain, in a bathtub, in a brook, in a creek, in a swamp, in a bay, in the surf, in the waves, in a canal, in a reservoir, in a tub, on the water, in a tank, in the shallows, in puddles, on water, on a lake, on the sea, in a wading pool, in deep water, in low water, in a harbour, in a harbor, in a marsh, in a ditch, in a flood, in a fjord, in a whirlpool, in rainwater, on a flooded floor, in a waterhole, in the tide, in a moat, in a gulf, in a strait, in a rivulet, in an estuary, in the shoals, in the bayou, in an aquarium, in a waterfall, in liquid, in a paddling pool',
  'light:noon':
    'at noon, in the midday sun, in daylight, by day, in bright sunlight, at midday, in the daytime, in full sun, in the middle of the day, at high noon, around noon, in the early afternoon, at twelve oclock, under the blazing sun, in the heat of the day, in the afternoon, in sunlight, in the sun, in the noonday sun, on a bright day, at twelve, in the hot sun, in the glare of the sun, when the sun is high, in the light of day, in bright light, in the morning sun, under a high sun, under the sun, during the day, at noontime, in the heat, at one oclock, with the sun overhead, at the height of the day, in summer light, in strong sun, mid-afternoon',
  'light:sunset':
    'at sunset, in the light of sunset, at dusk, in the evening, at sunrise, at twilight, at dawn, in the twilight, at eventide, as the sun goes down, at the end of the day, in the late afternoon, in the evening light, as evening falls, in the early morning, at first light, at cockcrow, in the dusk, in the last light, in the sunset, in the sunrise, in the early evening, in the dawn, at break of day, at day break, in the glow of sunset, in the setting sun, in the low sun, when the sun sets, as the sun sets, when the sun goes down, as night falls, in the half light, at the close of day, in the red light of evening, at supper time, before dark, toward evening, in the afterglow, at vespers, as the sun rises, when day breaks, in the rosy light, in the crepuscule, in the late evening',
  'light:night':
    'at night, under a lamp at night, at midnight, in the dark, during the night, in darkness, late at night, under the stars, in the dead of night, in the night, in pitch darkness, by lamplight, by starlight, when it is dark, in the small hours, at bedtime, overnight, by night, under the moon, under a street lamp, under a lamp, under a lantern, by lantern light, in the dark of night, in the middle of the night, on a dark night, on a starry night, in the black of night, in the gloom, past midnight, after midnight, in the blackness, in a dark place, by candlelight, by torchlight, in the shadows, in dim light, when all are asleep, when the moon is up, at two in the morning, in the night time, in the murk, in nocturnal light, by the light of the moon',
  'sky:clear':
    'under a clear sky, under an open sky, with a cloudless sky, under a blue sky, under a bright sky, under a fair sky, with no clouds, under an unclouded sky, under a pure sky, under a starry sky, in clear weather, in bright weather, under a serene sky, with a clear sky, under clear skies, under blue skies, with blue skies, in good weather, in nice weather, in cloudless weather, beneath a clear sky, below a clear sky, the sky is clear, the sky is blue, in the open air, under a perfect sky, with good visibility, under a limpid sky, under a radiant sky, in calm weather, in mild weather, under an azure sky, without a cloud, without a single cloud, without clouds, in bright and clear weather, under an empty sky, under a brilliant sky, under a calm sky',
  'sky:cloudy':
    'under a cloudy sky, under clouds, under an overcast sky, on a cloudy day, in the rain, under a grey sky, in bad weather, on a rainy day, under a dark sky, under a leaden sky, in hazy weather, in stormy weather, under grey clouds, in drizzle, under a misty sky, on an overcast day, in a storm, with a cloudy sky, under cloudy skies, under grey skies, under gray skies, with clouds above, with many clouds, under heavy clouds, under dark clouds, the sky is cloudy, the sky is overcast, in fog, in the fog, in cloudy weather, in rainy weather, under a stormy sky, under a rainy sky, in snowfall, in a downpour, in a shower, under a thundery sky, in thunder, with an overcast sky, in dreary weather, in wet weather, on a grey day, in haze, under a hazy sky, in a drizzle, in a blizzard, under a threatening sky, in a thunderstorm, under a black sky, in gray weather, beneath clouds',
  'camera:still':
    'the camera stands still, the camera stays still, with a static camera, fixed camera, the camera does not move, with a motionless camera, the camera remains where it is, locked camera, static shot, the camera is fixed, without camera movement, the camera holds still, tripod shot, the camera does nothing, the camera rests, the camera is still, the camera is static, the camera is stationary, static camera, stationary camera, still camera, steady camera, with a still camera, with a fixed camera, the camera keeps still, the camera stays put, the camera stays where it is, no camera movement, no camera motion, fixed shot, still shot, steady shot, the camera never moves, camera on a tripod, the camera sits still, the shot is static, the camera waits, the camera stays fixed, unmoving camera',
  'camera:orbit':
    'the camera orbits, the camera circles, the camera goes around, with an orbiting camera, the camera travels round it, orbit shot, the camera moves in a circle, the camera spins around it, the camera makes a circle, the camera goes round, circular shot, the camera flies around, the camera moves around it, the camera moves around, the camera flies in a circle, the camera goes in circles, the camera turns around it, orbiting camera, circling camera, orbiting shot, the camera rounds it, the camera travels in a circle, the camera walks around it, the camera runs in a circle, the camera swirls around it, 360 degree shot, the camera encircles it, the camera loops around it, the camera wheels around, the camera drives around it, the shot circles around it, the camera describes a circle',
  'camera:orbit left':
    'the camera orbits to the left, the camera circles left, orbit left, the camera goes around to the left, the camera orbits left, the camera moves around to the left, the camera circles to the left, the camera goes round to the left',
  'camera:orbit right':
    'the camera orbits to the right, the camera circles right, orbit right, the camera goes around to the right, the camera orbits right, the camera moves around to the right, the camera circles to the right, the camera goes round to the right',
  'camera:pan':
    'the camera pans, the camera turns, with a panning camera, pan shot, the camera looks around, the camera moves from left to right, the camera rotates on the spot, panorama shot, the camera follows, panning camera, panning shot, the camera moves across, the camera scans the scene, the camera pans across, the camera turns its head, the camera swings around, the camera surveys the scene, the camera tracks, the camera pivots, the camera wanders across the scene',
  'camera:pan left':
    'the camera pans left, the camera turns to the left, the camera swings to the left, pan left, the camera looks left, the camera turns left, the camera pans to the left',
  'camera:pan right':
    'the camera pans right, the camera turns to the right, the camera swings to the right, pan right, the camera looks right, the camera turns right, the camera pans to the right',
  'camera:dolly in':
    'the camera moves in, the camera moves closer, the camera comes near, the camera approaches, the camera advances, the camera gets closer, dolly in, the camera goes forward, the camera comes closer, push in, the camera pushes in, the camera closes in, the camera glides closer, close-up, the camera comes in, the camera moves forward, the camera moves forwards, the camera goes in, the camera goes closer, the camera creeps closer, the camera travels forward, the camera rolls in, the camera comes up, the camera inches forward, the camera steps closer, the camera moves up to it, the camera moves toward it, the camera closes the distance, the camera presses in, the camera runs up to it, dolly forward, the camera slides in, the camera sneaks closer, the camera edges closer, the camera steps forward, the camera proceeds forward',
  'camera:dolly out':
    'the camera moves back, the camera moves out, the camera goes back, the camera moves away, the camera withdraws, the camera pulls back, dolly out, the camera gets farther, the camera backs away, the camera backs off, the camera moves off, the camera drops back, the camera glides back, pull out, the camera goes farther away, the camera moves backward, the camera moves backwards, the camera goes backward, the camera goes backwards, the camera steps back, the camera comes away, the camera travels back, the camera travels backwards, the camera rolls back, the camera gets further away, the camera flies away, the camera flies back, the camera retires, the camera leaves, the camera walks back, dolly back, the camera slides back, the camera creeps back, the camera moves farther away, the camera goes out, the camera inches back, the camera runs away, the camera sinks back, the camera falls back, the camera reverses',
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
