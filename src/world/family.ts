/** The families of scenes: bodies on a table before a camera, and PhyWorld's flat world. */
export const familyNames = ['tabletop', 'plane'] as const
/** A family's name. */
export type FamilyName = (typeof familyNames)[number]
