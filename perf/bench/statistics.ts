export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

export function minimum(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity)
}

export function maximum(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity)
}
