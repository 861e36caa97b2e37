import { join } from 'node:path'
import { CNC_FILE, LOSS_REPORT_FILE } from '../../../client/files/directory-layout.ts'
import { MappedFile } from '../../../client/files/mapped-file.ts'
import type { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { Cnc } from '../../../client/memory/cnc.ts'
import { CountersReader } from '../../../client/memory/counters-reader.ts'
import { readErrorLog } from '../../../client/memory/error-log.ts'
import { readLossReport } from '../../../client/memory/loss-report.ts'
import type { CncFacts, CounterFacts, ErrorFacts, LossFacts } from './protocol.ts'

/** Reads what a driver shows in its directory. */
export class GodwitDirectory {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  counters(): readonly CounterFacts[] {
    return this.#read(CNC_FILE, (memory) => {
      const { countersMetadata, countersValues } = Cnc.attach(memory)
      return listCounters(new CountersReader(countersMetadata, countersValues))
    })
  }

  facts(): CncFacts {
    return this.#read(CNC_FILE, (memory) => {
      const cnc = Cnc.attach(memory)
      return {
        version: cnc.version(),
        pid: cnc.pid(),
        startTimestampMs: cnc.startTimestampMs(),
        clientLivenessTimeoutNs: cnc.clientLivenessTimeoutNs(),
      }
    })
  }

  errors(): readonly ErrorFacts[] {
    return this.#read(CNC_FILE, (memory) => {
      const errors: ErrorFacts[] = []
      readErrorLog(Cnc.attach(memory).errorLog, (error) => errors.push(error))
      return errors
    })
  }

  losses(): readonly LossFacts[] {
    return this.#read(LOSS_REPORT_FILE, (memory) => {
      const losses: LossFacts[] = []
      readLossReport(memory, (loss) => losses.push(loss))
      return losses
    })
  }

  #read<T>(name: string, read: (memory: AtomicBuffer) => T): T {
    const file = MappedFile.open(join(this.#path, name), 0)
    try {
      return read(file.buffer())
    } finally {
      file.close()
    }
  }
}

export function listCounters(reader: CountersReader): readonly CounterFacts[] {
  const list: CounterFacts[] = []
  reader.forEach((id, typeId, key, label) => list.push({
    id,
    typeId,
    label,
    key: Buffer.from(key).toString('hex'),
    value: reader.value(id),
    registrationId: reader.registrationId(id),
    ownerId: reader.ownerId(id),
  }))
  return list
}
