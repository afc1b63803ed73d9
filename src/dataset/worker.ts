import { Worker } from 'node:worker_threads'

/**
 * Starts a worker thread from the compiled build, or from source, where the thread must learn TypeScript first.
 * @param entry the worker's file as its importer sees it: `new URL('./name.ts', import.meta.url)`; `.js` in the build
 */
export function startWorker(entry: URL, workerData?: unknown): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL(entry.href.replace(/\.ts$/, '.js')), { workerData })
  const tsx = import.meta.resolve('tsx/esm/api')
  const script = `import('${tsx}').then(({ register }) => { register(); return import('${entry.href}') })`
  return new Worker(script, { eval: true, workerData })
}
