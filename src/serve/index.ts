export { type AccessLine, type AppOptions, createApp } from './app.ts'
export { type Job, type JobStatus, type JobStore, openJobs, type Variant } from './jobs.ts'
export { runWorker } from './work.ts'
