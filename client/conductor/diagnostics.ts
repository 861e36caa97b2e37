import { channel } from 'node:diagnostics_channel'
import { debuglog } from 'node:util'

const log = debuglog('godwit')

export type DiagnosticsEvent =
  | 'client:connect'
  | 'client:close'
  | 'client:error'
  | 'publication:add'
  | 'publication:close'
  | 'subscription:add'
  | 'subscription:close'
  | 'image:available'
  | 'image:unavailable'

/** Tells who listens on the diagnostics channel `godwit:<event>`, and NODE_DEBUG=godwit. Never on a hot path. */
export function diagnose(event: DiagnosticsEvent, message: Readonly<Record<string, unknown>>): void {
  if (log.enabled) log('%s %o', event, message)
  const target = channel(`godwit:${event}`)
  if (target.hasSubscribers) target.publish(message)
}
