/** The version of this package, as package.json has it: what the command, the server and what it signs say. */
export const VERSION = '0.1.0'
