/** Different warnings that are passed on; further ones are in the driver's error log only. */
const WARNINGS_MAX = 100

/** Gets what works less well than it could. */
export type OnWarning = (message: string) => void

/** Passes each warning on once: sender and receiver may both warn of the same. */
export function eachOnce(warn: OnWarning = emitWarning): OnWarning {
  const told = new Set<string>()
  return (message) => {
    if (told.has(message) || told.size >= WARNINGS_MAX) return
    told.add(message)
    warn(message)
  }
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'GodwitWarning')
}
