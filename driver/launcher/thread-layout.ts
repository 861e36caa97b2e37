import { given } from '../../client/arguments.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import type { DriverSettings, ThreadingMode } from '../core/driver-settings.ts'
import type { FaultOptions } from '../media/faulty-media.ts'
import { ROLES } from './driver-memory.ts'
import type { AgentRole, DriverMemory } from './driver-memory.ts'
import { LINKS } from './driver-thread.ts'
import type { LinkName, ThreadPlan } from './driver-thread.ts'
import { makePortQueue } from './port-queue.ts'
import type { PortQueueEnd } from './port-queue.ts'

/** Which agents share a thread. */
export type ThreadLayout = readonly (readonly AgentRole[])[]

const LAYOUTS: Readonly<Record<ThreadingMode, ThreadLayout>> = {
  DEDICATED: [['conductor'], ['sender'], ['receiver']],
  SHARED_NETWORK: [['conductor'], ['sender', 'receiver']],
  SHARED: [ROLES],
  INVOKER: [ROLES],
}

/**
 * The layout of a threading mode, or the caller's own.
 *
 * @throws GodwitError ERR_GODWIT_SETTINGS when `groups` are not for that mode, or do not name each agent once, or
 * when the media does not go with the layout
 */
export function concludeLayout(settings: DriverSettings, groups: ThreadLayout | undefined): ThreadLayout {
  const { threadingMode, media } = settings
  if (groups !== undefined) checkGroups(threadingMode, groups)
  const layout = groups ?? LAYOUTS[threadingMode]
  const isOneThread = layout.some((roles) => roles.includes('sender') && roles.includes('receiver'))
  if (media === 'memory' && !isOneThread) {
    const where = groups === undefined ? `in mode ${threadingMode}` : 'in these agentGroups'
    const what = `media memory is for one thread, ${where} sender and receiver have two`
    const how = 'use SHARED, SHARED_NETWORK or INVOKER, with both in one group'
    throw new GodwitError('ERR_GODWIT_SETTINGS', `${what}: ${how}`)
  }
  return layout
}

function checkGroups(threadingMode: ThreadingMode, groups: unknown): void {
  const fail = (what: string): never => {
    throw new GodwitError('ERR_GODWIT_SETTINGS', `agentGroups: ${what}`)
  }
  if (threadingMode !== 'INVOKER') fail(`they are for mode INVOKER, in mode ${threadingMode} the driver has threads`)
  if (!Array.isArray(groups) || !groups.every((roles) => Array.isArray(roles) && roles.length > 0)) {
    fail(`expected lists of agents, such as [['conductor', 'sender'], ['receiver']], not ${given(groups)}`)
  }
  const named = (groups as readonly (readonly unknown[])[]).flat()
  for (const role of named) {
    if (!(ROLES as readonly unknown[]).includes(role)) fail(`${given(role)} is none of ${ROLES.join(', ')}`)
  }
  for (const role of ROLES) {
    const count = named.filter((name) => name === role).length
    if (count !== 1) fail(`${role} is there ${count} times: name each of ${ROLES.join(', ')} once`)
  }
}

/** One plan for each thread of a layout, with the two ends of each queue between threads. */
export function planThreads(
  layout: ThreadLayout,
  settings: DriverSettings,
  faults: FaultOptions | undefined,
  memory: DriverMemory,
  names: Pick<ThreadPlan, 'directory' | 'logChannel'>,
): readonly ThreadPlan[] {
  const links = layout.map((): Partial<Record<LinkName, PortQueueEnd>> => ({}))
  for (const link of LINKS) {
    const [from, to] = link.split('-') as [AgentRole, AgentRole]
    const [sinkThread, sourceThread] = [from, to].map((role) => layout.findIndex((roles) => roles.includes(role)))
    if (sinkThread === sourceThread) continue
    const { sink, source } = makePortQueue()
    links[sinkThread!]![link] = sink
    links[sourceThread!]![link] = source
  }
  const common = { settings, memory, ...names, faults }
  return layout.map((roles, i) => ({ ...common, roles: [...roles], links: links[i]! }))
}
