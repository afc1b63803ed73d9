import { median } from './bootstrap.ts'

/** A change below this is none: films in which nothing moves would make every join a jump. */
const SMALLEST_CHANGE = 1

/** How many times as large as the film's median change one of its changes is: 1.5 is no jump, 3 is a cut. */
export function measureJump(change: number, changes: readonly number[]): number {
  return change / Math.max(SMALLEST_CHANGE, median(changes))
}
