import type { CFunction, CSignature, CType, Ffi } from './ffi.ts'

type Value = number | bigint
type NodeFunction = (...values: readonly Value[]) => Value

/** What is used of `node:ffi`, which few versions of Node have. */
interface NodeFfi {
  dlopen(path: null, signatures: object): { readonly functions: Readonly<Record<string, NodeFunction>> }
  getRawPointer(bytes: Uint8Array): bigint
  toArrayBuffer(address: bigint, byteLength: number, isCopy: boolean): ArrayBuffer
  getInt32(address: bigint): number
}

const NAMES: Readonly<Record<CType, string>> = {
  int: 'int32',
  uint: 'uint32',
  long: 'int64',
  size: 'uint64',
  address: 'pointer',
}

/** What the function is called that tells where errno is. */
const ERRNO_LOCATION: Readonly<Record<string, string>> = { darwin: '__error' }

/** @throws Error when this Node has no `node:ffi` */
export function loadNodeFfi(): Ffi {
  const { getBuiltinModule } = process as { getBuiltinModule?(name: string): unknown }
  const ffi = getBuiltinModule?.('node:ffi') as NodeFfi | undefined
  if (ffi === undefined) throw new Error(`Node ${process.version} has no node:ffi`)
  const open = (name: string, { returns, takes }: CSignature): NodeFunction => {
    const signature = { arguments: takes.map((type) => NAMES[type]), return: NAMES[returns] }
    const found = ffi.dlopen(null, { [name]: signature }).functions[name]
    if (found === undefined) throw new Error(`the C library has no ${name}`)
    return found
  }
  const locate = open(ERRNO_LOCATION[process.platform] ?? '__errno_location', { returns: 'address', takes: [] })
  const errnoLocation = locate() as bigint
  return {
    provider: 'node:ffi',
    bind: (name, signature) => withNumbers(open(name, signature), signature.takes),
    addressOf: (bytes) => Number(ffi.getRawPointer(bytes)),
    viewOf: (address, byteLength) => ffi.toArrayBuffer(BigInt(address), byteLength, false),
    errno: () => ffi.getInt32(errnoLocation),
  }
}

/** 64-bit values are BigInts there. Functions of a fixed length, because those with rest parameters take longer. */
function withNumbers(call: NodeFunction, takes: readonly CType[]): CFunction {
  const [a, b, c, d, e, f] = takes.map((type) => (type === 'int' || type === 'uint' ? same : BigInt))
  switch (takes.length) {
    case 1:
      return (v) => Number(call(a!(v!)))
    case 2:
      return (v, w) => Number(call(a!(v!), b!(w!)))
    case 3:
      return (v, w, x) => Number(call(a!(v!), b!(w!), c!(x!)))
    case 4:
      return (v, w, x, y) => Number(call(a!(v!), b!(w!), c!(x!), d!(y!)))
    case 5:
      return (v, w, x, y, z) => Number(call(a!(v!), b!(w!), c!(x!), d!(y!), e!(z!)))
    case 6:
      return (v, w, x, y, z, u) => Number(call(a!(v!), b!(w!), c!(x!), d!(y!), e!(z!), f!(u!)))
    default:
      throw new Error(`no function of ${takes.length} parameters is called`)
  }
}

function same(value: number): Value {
  return value
}
