import { type ChildProcess, fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Decoded, type DecodeRequest, type Size, UploadError } from '../../media/index.ts'

/** An upload to decode for a model. */
export interface UploadRequest extends DecodeRequest {
  /** The size in which the model makes films of its own shape. */
  readonly own: Size
  /** The size of the video that is wanted; that of the upload when absent. */
  readonly wanted?: Size
}

/** Decodes uploads in processes of their own. */
export interface Decoder {
  /** @throws UploadError saying what is wrong with the upload */
  decode(request: UploadRequest): Promise<Decoded>
  close(): void
}

const MOST_PROCESSES = 2
const MEMORY_MEGABYTES = 1024

/** Variables that a process needs to start; keys and addresses are not for the one that reads what others send. */
const SAFE_VARIABLES = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'TMPDIR', 'TEMP']

function startProcess(): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts')
  const script = new URL(isSource ? './decodeProcess.ts' : './decodeProcess.js', import.meta.url)
  const loader = isSource ? ['--import', import.meta.resolve('tsx')] : []
  return fork(fileURLToPath(script), {
    execArgv: [`--max-old-space-size=${MEMORY_MEGABYTES}`, ...loader],
    serialization: 'advanced',
    cwd: tmpdir(),
    env: Object.fromEntries(
      SAFE_VARIABLES.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])),
    ),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}

type Reply = { readonly decoded: Decoded } | { readonly reason: string }

/** Sends one upload to a process. @returns its answer, and whether the process can be used again */
function ask(
  child: ChildProcess,
  request: UploadRequest,
  milliseconds: number,
): Promise<{ reply: Reply; isAlive: boolean }> {
  return new Promise(resolve => {
    const end = (reply: Reply, isAlive: boolean) => {
      clearTimeout(timer)
      child.removeAllListeners()
      if (!isAlive) child.kill('SIGKILL')
      resolve({ reply, isAlive })
    }
    const seconds = Math.round(milliseconds / 1000)
    const timer = setTimeout(
      () => end({ reason: `decoding it takes longer than ${seconds} s` }, false),
      milliseconds,
    )
    child.once('message', reply => end(reply as Reply, true))
    child.once('exit', () => end({ reason: 'it cannot be decoded (the decoder ended)' }, false))
    child.once('error', () => end({ reason: 'it cannot be decoded (no decoder could be started)' }, false))
    child.send(request, error => error && end({ reason: 'it cannot be decoded (the decoder ended)' }, false))
  })
}

/**
 * Starts nothing yet: processes start when the first upload comes, and stay for the next ones.
 * @param milliseconds that decoding one upload may take
 */
export function createDecoder(milliseconds = 20_000): Decoder {
  const idle: ChildProcess[] = []
  const waiting: (() => void)[] = []
  let busy = 0
  const release = (child: ChildProcess | undefined) => {
    if (child) idle.push(child)
    busy--
    waiting.shift()?.()
  }
  return {
    async decode(request) {
      while (busy >= MOST_PROCESSES) await new Promise<void>(resolve => waiting.push(resolve))
      busy++
      let child = idle.pop()
      while (child && !child.connected) child = idle.pop()
      child ??= startProcess()
      child.ref()
      child.channel?.ref()
      const { reply, isAlive } = await ask(child, request, milliseconds)
      // Idle processes do not keep the server from ending.
      child.unref()
      child.channel?.unref()
      release(isAlive ? child : undefined)
      if ('reason' in reply) throw new UploadError(reply.reason)
      return reply.decoded
    },
    close() {
      for (const child of idle) child.kill('SIGKILL')
    },
  }
}
