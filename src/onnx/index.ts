export { type Compiled, type CompileOptions, compile, type Device } from './compile.ts'
