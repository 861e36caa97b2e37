import { GodwitError } from '../../codegen/runtime/index.ts'
import { FRAME_ALIGNMENT, align } from '../../schemas/descriptors.ts'
import { FrameType } from '../../schemas/generated/aeron.wire/index.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import { ControlledAction } from '../memory/controlled-action.ts'
import { frameTypeOf, loadFrameLength } from './frame.ts'
import type { Header } from './header.ts'
import { HEADER_LENGTH } from './log-buffer-descriptor.ts'

/**
 * Is called with a fragment: a message, or a part of one when `header.flags` says so. Buffer and header are reused and
 * not valid after the call.
 *
 * @param offset of the payload in the buffer
 * @param length of the payload
 */
export type FragmentHandler = (buffer: AtomicBuffer, offset: number, length: number, header: Header) => void

/** As `FragmentHandler`, and says how to go on. */
export type ControlledFragmentHandler = (
  buffer: AtomicBuffer,
  offset: number,
  length: number,
  header: Header,
) => ControlledAction

/**
 * Reads fragments of one term and keeps where it is. After an exception of a handler, which it lets through, it is
 * behind that fragment, which then counts.
 */
export class TermReader {
  readonly header: Header
  /** Set to where reading shall begin; afterwards where it ended. */
  termOffset: number = 0
  /** Fragments that were delivered by the last call. */
  fragmentsRead: number = 0
  /** Reading stops when a handler has set it, for the memory may be gone then. */
  isClosed: boolean = false

  constructor(header: Header) {
    this.header = header
  }

  /**
   * Delivers fragments that begin before the limit offset.
   *
   * @throws GodwitError ERR_GODWIT_LOG_CORRUPT at a frame that does not fit the term
   */
  read(term: AtomicBuffer, limitOffset: number, fragmentLimit: number, handler: FragmentHandler): void {
    const { header } = this
    const capacity = term.byteLength
    let offset = this.termOffset
    let fragmentsRead = 0
    header.wrap(term, offset)
    this.fragmentsRead = 0
    try {
      while (fragmentsRead < fragmentLimit && offset < limitOffset && !this.isClosed) {
        const frameLength = loadFrameLength(term, offset)
        if (frameLength <= 0) break
        const frameOffset = offset
        offset = frameEnd(frameOffset, frameLength, capacity)
        if (frameTypeOf(term, frameOffset) === FrameType.PAD) continue
        fragmentsRead++
        header.offset = frameOffset
        handler(term, frameOffset + HEADER_LENGTH, frameLength - HEADER_LENGTH, header)
      }
    } finally {
      this.termOffset = offset
      this.fragmentsRead = fragmentsRead
    }
  }

  /**
   * As `read`, as the handler says.
   *
   * @param commit is called with the term offset to which everything was consumed
   * @throws GodwitError ERR_GODWIT_LOG_CORRUPT at a frame that does not fit the term
   */
  readControlled(
    term: AtomicBuffer,
    limitOffset: number,
    fragmentLimit: number,
    handler: ControlledFragmentHandler,
    commit: (termOffset: number) => void,
  ): void {
    const { header } = this
    const capacity = term.byteLength
    let offset = this.termOffset
    let fragmentsRead = 0
    header.wrap(term, offset)
    this.fragmentsRead = 0
    try {
      while (fragmentsRead < fragmentLimit && offset < limitOffset && !this.isClosed) {
        const frameLength = loadFrameLength(term, offset)
        if (frameLength <= 0) break
        const frameOffset = offset
        offset = frameEnd(frameOffset, frameLength, capacity)
        if (frameTypeOf(term, frameOffset) === FrameType.PAD) continue
        fragmentsRead++
        header.offset = frameOffset
        const action = handler(term, frameOffset + HEADER_LENGTH, frameLength - HEADER_LENGTH, header)
        if (action === ControlledAction.ABORT) {
          fragmentsRead--
          offset = frameOffset
          break
        }
        if (action === ControlledAction.BREAK) break
        if (action === ControlledAction.COMMIT) commit(offset)
      }
    } finally {
      this.termOffset = offset
      this.fragmentsRead = fragmentsRead
    }
  }
}

/**
 * Finds whole frames to be handed on as one block. Padding is a block of its own.
 *
 * @param limitOffset which the block does not exceed, at most the length of the term
 * @returns where the block ends; `termOffset` when there is none
 * @throws GodwitError ERR_GODWIT_LOG_CORRUPT at a frame that does not fit the term
 */
export function scanBlock(term: AtomicBuffer, termOffset: number, limitOffset: number): number {
  let offset = termOffset
  while (offset < limitOffset) {
    const frameLength = loadFrameLength(term, offset)
    if (frameLength <= 0) break
    const end = frameEnd(offset, frameLength, term.byteLength)
    if (frameTypeOf(term, offset) === FrameType.PAD) return offset === termOffset ? end : offset
    if (end > limitOffset) break
    offset = end
  }
  return offset
}

/** Where a frame with its padding ends; what another process wrote must not lead out of the term. */
function frameEnd(frameOffset: number, frameLength: number, capacity: number): number {
  if (frameLength < HEADER_LENGTH || frameLength > capacity - frameOffset) {
    throw new GodwitError(
      'ERR_GODWIT_LOG_CORRUPT',
      `log buffer: the frame at term offset ${frameOffset} has the impossible length ${frameLength}`,
    )
  }
  return frameOffset + align(frameLength, FRAME_ALIGNMENT)
}
