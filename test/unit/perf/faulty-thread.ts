/** A measuring thread whose messages are not what they should be, as a variable of the environment says. */
import { runMeasuringThread } from '../../../perf/streams/measuring-thread.ts'
import { MessageWriter } from '../../../perf/streams/payload.ts'

const FAULT_AT = 1500
/** Compared whole. */
const CORRUPT_AT = 2048

const fault = process.env['GODWIT_TEST_FAULT']

class FaultyWriter extends MessageWriter {
  override prepare(sequence: number): void {
    if (fault === 'drop' && sequence >= FAULT_AT) super.prepare(sequence + 1)
    else if (fault === 'repeat' && sequence >= FAULT_AT) super.prepare(sequence - 1)
    else super.prepare(sequence)
    if (fault === 'corrupt' && sequence === CORRUPT_AT) {
      const last = this.length - 1
      this.buffer.view.setUint8(last, this.buffer.view.getUint8(last) ^ 1)
    }
  }
}

await runMeasuringThread((length) => new FaultyWriter(length))
