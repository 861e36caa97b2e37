import type { CommandSink } from './command-queue.ts'

/** While fewer slots than this are free in the queue to an agent, nothing is begun that would need some. */
const FREE_COMMAND_SLOTS_MIN = 16

/**
 * Commands to one agent. What its queue does not take waits here, in order. The outbox is bounded by what exists. To
 * sender and receiver: each publication, image, endpoint, subscription and session of a receive endpoint sends a
 * constant number of commands, and clients add none while commands wait. To the conductor: one reply for each command,
 * and none is taken while replies wait.
 */
export class Outbox<Command> {
  private readonly sink: CommandSink<Command>
  private waiting: Command[] = []

  constructor(sink: CommandSink<Command>) {
    this.sink = sink
  }

  /** Whether commands wait. */
  get isWaiting(): boolean {
    return this.waiting.length > 0
  }

  /** Sends a command now, or as soon as the queue has room. */
  send(command: Command): void {
    if (this.isWaiting || !this.sink.offer(command)) this.waiting.push(command)
  }

  /** Sends a command now or not at all. */
  trySend(command: Command): boolean {
    return !this.isWaiting && this.sink.offer(command)
  }

  /** Whether something new can be begun. */
  hasRoom(): boolean {
    return !this.isWaiting && this.sink.remainingCapacity() >= FREE_COMMAND_SLOTS_MIN
  }

  /** Sends what waits, as far as there is room. Returns how many commands that were. */
  flush(): number {
    if (!this.isWaiting) return 0
    let sent = 0
    while (sent < this.waiting.length && this.sink.remainingCapacity() > 0) {
      if (!this.sink.offer(this.waiting[sent]!)) break
      sent++
    }
    this.waiting = this.waiting.slice(sent)
    return sent
  }
}
