import type { LossReport, LossReportEntry } from '../../../client/memory/loss-report.ts'

/** What the loss report says of an image. */
export interface LossReportSubject {
  readonly sessionId: number
  readonly streamId: number
  readonly channel: string
  readonly sourceIdentity: string
}

/** Reports what an image has lost: every byte once, however often it is asked for. */
export class ImageLossReport {
  private readonly report: LossReport
  private readonly subject: LossReportSubject
  private readonly epochMs: () => number
  private entry: LossReportEntry | undefined
  private isFull: boolean = false
  private termId: number = 0
  private endOffset: number = 0

  constructor(report: LossReport, subject: LossReportSubject, epochMs: () => number) {
    this.report = report
    this.subject = subject
    this.epochMs = epochMs
  }

  onLoss(termId: number, termOffset: number, length: number): void {
    const endOffset = termOffset + length
    const isKnownTerm = termId === this.termId
    const bytesLost = isKnownTerm ? endOffset - Math.max(termOffset, this.endOffset) : length
    if (bytesLost <= 0) return
    this.termId = termId
    this.endOffset = endOffset
    if (this.entry !== undefined) this.entry.recordObservation(bytesLost, this.epochMs())
    else this.createEntry(bytesLost)
  }

  /** Is not tried again when the report has no room. */
  private createEntry(bytesLost: number): void {
    if (this.isFull) return
    const { sessionId, streamId, channel, sourceIdentity } = this.subject
    this.entry = this.report.createEntry(bytesLost, this.epochMs(), sessionId, streamId, channel, sourceIdentity)
    this.isFull = this.entry === undefined
  }
}
