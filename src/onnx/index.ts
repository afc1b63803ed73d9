export { compile, load } from './compile.ts'
export { type Compiled, type CompileOptions, type Device, type LoweredModel, lowerModel } from './session.ts'
