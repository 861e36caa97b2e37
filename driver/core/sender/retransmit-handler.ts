/** Window that bounds what one NAK may ask for: Aeron takes this one, whatever the receiver's is. */
const NAK_WINDOW_LENGTH = 128 * 1024

export interface RetransmitOptions {
  readonly termLength: number
  /** Whether several receivers may ask: their ranges are then served beside each other. */
  readonly hasGroupSemantics: boolean
  /** Most ranges at a time with group semantics. Without, a new range replaces the old one. */
  readonly maxResend: number
  /** Multiple of the receiver window that one NAK may ask for. */
  readonly windowMultiple: number
  /** From the NAK to the answer. */
  readonly delayNs: number
  /** From the answer on, how long the same range is not served again. */
  readonly lingerNs: number
}

/** What the handler asks of the publication. */
export interface Resender {
  /** Sends a range again, as far as it may be. */
  resend(termId: number, termOffset: number, length: number): void
  /** More ranges were asked for than can be served at a time. */
  onRetransmitOverflow(): void
}

type ActionState = 'INACTIVE' | 'DELAYED' | 'LINGERING'

class Action {
  state: ActionState = 'INACTIVE'
  termId: number = 0
  termOffset: number = 0
  length: number = 0
  deadlineNs: number = Infinity

  covers(termId: number, termOffset: number): boolean {
    return this.state !== 'INACTIVE' && this.termId === termId &&
      termOffset >= this.termOffset && termOffset < this.termOffset + this.length
  }

  enter(state: ActionState, deadlineNs: number): void {
    this.state = state
    this.deadlineNs = deadlineNs
  }
}

/** Answers NAKs, each range once in a while. */
export class RetransmitHandler {
  private readonly options: RetransmitOptions
  private readonly resender: Resender
  private readonly maxLength: number
  private readonly actions: readonly Action[]
  private activeCount: number = 0

  constructor(options: RetransmitOptions, resender: Resender) {
    this.options = options
    this.resender = resender
    this.maxLength = Math.min(NAK_WINDOW_LENGTH, options.termLength / 2) * options.windowMultiple
    this.actions = Array.from({ length: options.hasGroupSemantics ? options.maxResend : 1 }, () => new Action())
  }

  /** A receiver lacks a range, which lies within a term. */
  onNak(termId: number, termOffset: number, length: number, nowNs: number): void {
    if (length === 0 || this.isBeingServed(termId, termOffset)) return
    const action = this.takeAction()
    if (action === undefined) {
      this.resender.onRetransmitOverflow()
      return
    }
    action.termId = termId
    action.termOffset = termOffset
    action.length = Math.min(length, this.options.termLength - termOffset, this.maxLength)
    if (this.options.delayNs > 0) action.enter('DELAYED', nowNs + this.options.delayNs)
    else this.serve(action, nowNs)
  }

  /** Serves ranges whose delay is over, and forgets those that lingered. */
  processTimeouts(nowNs: number): void {
    if (this.activeCount === 0) return
    for (const action of this.actions) {
      if (nowNs <= action.deadlineNs) continue
      if (action.state === 'DELAYED') this.serve(action, nowNs)
      else this.release(action)
    }
  }

  /** When there will be a timeout to process; Infinity when nothing is under way. */
  nextDeadlineNs(): number {
    let deadlineNs = Infinity
    if (this.activeCount === 0) return deadlineNs
    for (const action of this.actions) deadlineNs = Math.min(deadlineNs, action.deadlineNs)
    return deadlineNs
  }

  private isBeingServed(termId: number, termOffset: number): boolean {
    return this.activeCount > 0 && this.actions.some((action) => action.covers(termId, termOffset))
  }

  private takeAction(): Action | undefined {
    const isPool = this.options.hasGroupSemantics
    const action = isPool ? this.actions.find(({ state }) => state === 'INACTIVE') : this.actions[0]
    if (action?.state === 'INACTIVE') this.activeCount++
    return action
  }

  private serve(action: Action, nowNs: number): void {
    action.enter('LINGERING', nowNs + this.options.lingerNs)
    this.resender.resend(action.termId, action.termOffset, action.length)
  }

  private release(action: Action): void {
    action.enter('INACTIVE', Infinity)
    this.activeCount--
  }
}
