declare module 'mnist' {
  interface Digit {
    readonly input: readonly number[]
    readonly output: readonly number[]
  }
  const mnist: { set(training: number, test: number): { readonly training: Digit[]; readonly test: Digit[] } }
  export default mnist
}
