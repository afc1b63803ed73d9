export { type Aozora, type AozoraSettings, aozora, createAozora } from './provider.ts'
