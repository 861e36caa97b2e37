/** Ranges that channels and settings have in common. */
import { FRAME_ALIGNMENT } from '../../../schemas/descriptors.ts'

/** Bytes; a term is a power of two. */
export const TERM_LENGTH_RANGE: readonly [min: number, max: number] = [2 ** 16, 2 ** 30]

/** A header and something after it; a multiple of the frame alignment. */
export const MIN_MTU_LENGTH: number = 2 * FRAME_ALIGNMENT
export const MAX_MTU_LENGTH = 65_504

/** Retransmissions under way at most. */
export const RESEND_MAX = 256

export const MIN_NAK_DELAY_NS = 1_000
