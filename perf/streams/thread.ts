/** Entry of the measuring threads. */
import { runMeasuringThread } from './measuring-thread.ts'
import { MessageWriter } from './payload.ts'

await runMeasuringThread((length) => new MessageWriter(length))
