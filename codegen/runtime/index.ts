/** Runtime of generated SBE codecs. Imports nothing from Node, so that codecs also run in a browser. */
export { GodwitError } from './errors.ts'
