/** How many commands wait for an agent at most. */
export const COMMAND_QUEUE_CAPACITY = 1024

/** Where an agent puts commands for another one. Commands can be cloned: agents may run in different threads. */
export interface CommandSink<Command> {
  /** Returns false, and counts that, when the queue is full: try again in a later cycle. */
  offer(command: Command): boolean
  remainingCapacity(): number
}

/** Where an agent takes its commands from, in the order they were put. */
export interface CommandSource<Command> {
  poll(): Command | undefined
}

/** Queue between agents of one thread. */
export class CommandQueue<Command> implements CommandSink<Command>, CommandSource<Command> {
  private readonly commands: Command[] = []
  private readonly onFull: () => void

  /** @param onFull counts an offer that failed */
  constructor(onFull: () => void) {
    this.onFull = onFull
  }

  offer(command: Command): boolean {
    if (this.commands.length >= COMMAND_QUEUE_CAPACITY) {
      this.onFull()
      return false
    }
    this.commands.push(command)
    return true
  }

  remainingCapacity(): number {
    return COMMAND_QUEUE_CAPACITY - this.commands.length
  }

  poll(): Command | undefined {
    return this.commands.shift()
  }
}
