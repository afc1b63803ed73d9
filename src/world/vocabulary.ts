/**
 * Every word of the grammar: the vocabulary of the text encoder. Trained models keep a row for each word in this
 * order, so words are only ever added at the end.
 */
export const captionWords: readonly string[] = [
  // The first grammar.
  'a an on floor and the to beside ball cube cylinder red green blue yellow purple orange large small',
  'plain checkered grey rolls slides drops bounces stands still rests stops hits left right slowly quickly',
  'once twice three many times',
  // Materials, floors, lights, skies, cameras and more events.
  'while as then which that next another big little cyan pink matte metal glass sphere box cone of made',
  'first second third fourth glides fast towards camera forward away from into distance behind out view',
  'stays several is pushed knocked bumps strikes collides with passes goes disappears hides falls down',
  'comes rest topples over tips spins around splashes water makes splash enters picture leaves tiles wooden',
  'wood boards grass lawn wet asphalt road in shallow pool at noon midday sun sunset light night under lamp',
  'clear sky open cloudy clouds orbits circles pans turns moves closer back',
  'waves empty scene',
]
  .join(' ')
  .split(' ')
