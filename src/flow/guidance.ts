/** Classifier-free guidance (2207.12598, equation 6): `without + scale (with - without)`. */
export function guide(withText: number, withoutText: number, guidanceScale: number): number {
  return withoutText + guidanceScale * (withText - withoutText)
}
