/** An object of a generated class, whose members are known by name only. */
export interface Flyweight {
  readonly [name: string | symbol]: unknown
}

/** Makes an object of a class that a generated module exports. */
export function construct(constructor: unknown): Flyweight {
  if (typeof constructor !== 'function') throw new Error(`not a class: ${String(constructor)}`)
  return Reflect.construct(constructor, []) as Flyweight
}

export function has(target: Flyweight, method: string): boolean {
  return typeof target[method] === 'function'
}

/** Calls a method; a name that is not there fails with what is. */
export function call(target: Flyweight, method: string, ...values: readonly unknown[]): unknown {
  const found = target[method]
  if (typeof found !== 'function') throw new Error(`no method ${method} on ${target.constructor.name}`)
  return Reflect.apply(found, target, values) as unknown
}

export function numberOf(target: Flyweight, method: string): number {
  return Number(call(target, method))
}

/** Calls a method that answers another flyweight. */
export function flyweightOf(target: Flyweight, method: string, ...values: readonly unknown[]): Flyweight {
  const result = call(target, method, ...values)
  if (typeof result !== 'object' || result === null) throw new Error(`${method} answered ${String(result)}`)
  return result as Flyweight
}

export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

const MAX_UNDERSCORES = 4

/** What a module exports by a base name and a suffix; a base that is taken otherwise has underscores behind it. */
export function exported(exports: Readonly<Record<string, unknown>>, base: string, suffix: string): unknown {
  for (let underscores = 0; underscores <= MAX_UNDERSCORES; underscores++) {
    const found = exports[base + '_'.repeat(underscores) + suffix]
    if (found !== undefined) return found
  }
  throw new Error(`no ${base}${suffix} among ${Object.keys(exports).join(', ')}`)
}
