import type * as libav from 'node-av'

// node-av is an optional dependency: FFmpeg as a prebuilt library, with parts under the GPL.
// On Node 20 only its synchronous calls work. Options for encoders go through `setOption`: given as `options` they end
// the process with a segmentation fault (6.1.1).

let loading: Promise<typeof libav | undefined> | undefined

async function load(): Promise<typeof libav | undefined> {
  // Tests say so to see what happens without it.
  if (process.env.AOZORA_WITHOUT_NODE_AV) return undefined
  try {
    const module = await import('node-av')
    module.Log.setLevel(module.AV_LOG_FATAL)
    return module
  } catch {
    return undefined
  }
}

/** Whether node-av is installed and runs here. */
export async function hasLibav(): Promise<boolean> {
  loading ??= load()
  return (await loading) !== undefined
}

/**
 * Loads node-av.
 * @param purpose what needs it, for the error: `"film.webm" cannot be written`
 * @throws RangeError that says how to install it.
 */
export async function requireLibav(purpose: string): Promise<typeof libav> {
  loading ??= load()
  const module = await loading
  if (!module) throw new RangeError(`${purpose} without node-av: install it with \`npm install node-av\``)
  return module
}
