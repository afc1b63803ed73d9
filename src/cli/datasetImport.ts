import type { Command } from 'commander'
/** Adds `aozora dataset import`. */
export function addImport(_dataset: Command): void {}
