export { compile } from './compile.ts'
export type { Compiled, CompileOptions, Device } from './session.ts'
