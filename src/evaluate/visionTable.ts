import type { PackedNetwork } from './network.ts'
/** x */
export const pixelNetwork: PackedNetwork = { inputs: 1, hidden: 1, outputs: 1, rows: '', scales: [] }
/** x */
export const silhouetteNetwork: PackedNetwork = pixelNetwork
