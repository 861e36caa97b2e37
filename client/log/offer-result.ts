/** Why an offer or claim was not accepted; whatever is accepted returns a position, which is above 0. */

/** No subscriber is connected. */
export const NOT_CONNECTED = -1

/** Subscribers or the network are behind: try again later. */
export const BACK_PRESSURED = -2

/** The log went on to its next term: try again at once. */
export const ADMIN_ACTION = -3

/** The publication was closed: it accepts nothing any more. */
export const CLOSED = -4

/** The stream has reached the last position that it can have: continue on a new publication. */
export const MAX_POSITION_EXCEEDED = -5
