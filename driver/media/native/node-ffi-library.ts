import type { NativeLibrary } from './native-library.ts'

type Value = number | bigint
type Functions = Readonly<Record<string, (...values: readonly Value[]) => Value>>

/** What is used of `node:ffi`, which few versions of Node have. */
interface NodeFfi {
  dlopen(path: null, signatures: object): { readonly functions: Functions }
  getRawPointer(bytes: Uint8Array): bigint
  getInt32(address: bigint): number
}

const INT = 'int32'
const LENGTH = 'uint32'
const POINTER = 'pointer'

const SIGNATURES = {
  __errno_location: { arguments: [], return: POINTER },
  socket: { arguments: [INT, INT, INT], return: INT },
  bind: { arguments: [INT, POINTER, LENGTH], return: INT },
  connect: { arguments: [INT, POINTER, LENGTH], return: INT },
  getsockname: { arguments: [INT, POINTER, POINTER], return: INT },
  setsockopt: { arguments: [INT, INT, INT, POINTER, LENGTH], return: INT },
  getsockopt: { arguments: [INT, INT, INT, POINTER, POINTER], return: INT },
  sendmmsg: { arguments: [INT, POINTER, LENGTH, INT], return: INT },
  recvmmsg: { arguments: [INT, POINTER, LENGTH, INT, POINTER], return: INT },
  close: { arguments: [INT], return: INT },
}

/** @throws Error when this Node has no `node:ffi` */
export function loadNodeFfi(): NativeLibrary {
  const { getBuiltinModule } = process as { getBuiltinModule?(name: string): unknown }
  const ffi = getBuiltinModule?.('node:ffi') as NodeFfi | undefined
  if (ffi === undefined) throw new Error(`Node ${process.version} has no node:ffi`)
  const { functions } = ffi.dlopen(null, SIGNATURES)
  const find = (name: keyof typeof SIGNATURES): ((...values: readonly Value[]) => number) => {
    const found = functions[name]
    if (found === undefined) throw new Error(`the C library has no ${name}`)
    return (...values) => Number(found(...values))
  }
  const errnoLocation = functions['__errno_location']?.() as bigint
  const socket = find('socket')
  const bind = find('bind')
  const connect = find('connect')
  const getsockname = find('getsockname')
  const setsockopt = find('setsockopt')
  const getsockopt = find('getsockopt')
  const sendmmsg = find('sendmmsg')
  const recvmmsg = find('recvmmsg')
  const close = find('close')
  return {
    provider: 'node:ffi',
    addressOf: (bytes) => Number(ffi.getRawPointer(bytes)),
    errno: () => ffi.getInt32(errnoLocation),
    socket,
    bind: (fd, address, length) => bind(fd, BigInt(address), length),
    connect: (fd, address, length) => connect(fd, BigInt(address), length),
    getsockname: (fd, address, lengthAddress) => getsockname(fd, BigInt(address), BigInt(lengthAddress)),
    setsockopt: (fd, level, option, value, length) => setsockopt(fd, level, option, BigInt(value), length),
    getsockopt: (fd, level, option, value, length) => getsockopt(fd, level, option, BigInt(value), BigInt(length)),
    sendmmsg: (fd, messages, count) => sendmmsg(fd, BigInt(messages), count, 0),
    recvmmsg: (fd, messages, count) => recvmmsg(fd, BigInt(messages), count, 0, 0n),
    close,
  }
}
