import * as assert from 'uvu/assert'
import { backoff, busySpin } from '../../../client/memory/idle-strategy.ts'
import type { IdleStrategy, Park } from '../../../client/memory/idle-strategy.ts'
import type { Agent } from '../../../driver/core/agent.ts'
import { AgentRunner, CLOSING } from '../../../driver/launcher/agent-runner.ts'
import { suite } from '../../support/suite.ts'

const test = suite('agent runner')

interface Fixture {
  readonly control: Int32Array
  readonly errors: string[]
  readonly closed: string[]
  agent(name: string, doWork: (cycle: number) => number): Agent
  runner(agents: readonly Agent[], needsEventLoop: () => boolean, makeIdle?: (park: Park) => IdleStrategy): AgentRunner
  stop(): void
}

function fixture(): Fixture {
  const control = new Int32Array(new SharedArrayBuffer(8))
  const errors: string[] = []
  const closed: string[] = []
  return {
    control,
    errors,
    closed,
    agent: (roleName, doWork) => {
      let cycle = 0
      return {
        roleName,
        doWork: () => doWork(++cycle),
        nextDeadlineNs: () => Infinity,
        close: () => void closed.push(roleName),
      }
    },
    runner: (agents, needsEventLoop, makeIdleStrategy = backoff) =>
      new AgentRunner({
        agents,
        control,
        nowNs: () => Number(process.hrtime.bigint()),
        makeIdleStrategy,
        needsEventLoop,
        onError: (agent, error) => errors.push(`${agent.roleName}: ${(error as Error).message}`),
      }),
    stop: () => void Atomics.store(control, 0, CLOSING),
  }
}

test('blocking: nothing else runs in the thread until the control word says to close', async () => {
  const { agent, runner, stop, closed } = fixture()
  let turns = 0
  const interval = setImmediate(() => turns++)
  const one = agent('one', () => 0)
  const two = agent('two', (cycle) => {
    if (cycle === 200) stop()
    return cycle % 2
  })
  await runner([one, two], () => false).run()
  assert.is(turns, 0)
  assert.equal(closed, ['two', 'one'], 'agents are closed in reverse order')
  clearImmediate(interval)
})

test('blocking: rest is a wait on the control word', async () => {
  const { agent, runner, stop } = fixture()
  let cycles = 0
  const startMs = performance.now()
  const idle = agent('idle', () => {
    cycles++
    if (performance.now() - startMs > 60) stop()
    return 0
  })
  await runner([idle], () => false).run()
  // 30 cycles at once, some more in the first millisecond, then about one each millisecond.
  assert.ok(cycles > 30 && cycles < 200, `${cycles} cycles`)
})

test('event loop: other things run between cycles, and rests are short', async () => {
  const { agent, runner, stop } = fixture()
  let cycles = 0
  const idle = agent('idle', () => {
    cycles++
    return 0
  })
  setTimeout(stop, 60)
  await runner([idle], () => true).run()
  assert.ok(cycles > 20 && cycles < 200, `${cycles} cycles`)
})

test('event loop: work is followed by more cycles without rests', async () => {
  const { agent, runner, stop } = fixture()
  let cycles = 0
  const busy = agent('busy', () => {
    if (++cycles === 5000) stop()
    return 1
  })
  await runner([busy], () => true).run()
  assert.is(cycles, 5000)
})

test('event loop: a strategy that never rests does not rest there either', async () => {
  const { agent, runner, stop } = fixture()
  let cycles = 0
  const idle = agent('idle', () => {
    cycles++
    return 0
  })
  setTimeout(stop, 40)
  await runner([idle], () => true, busySpin).run()
  assert.ok(cycles > 500, `${cycles} cycles`)
})

test('event loop: what arrives wakes a runner that rests', async () => {
  const { agent, runner, stop } = fixture()
  let cycles = 0
  const idle = agent('idle', () => {
    cycles++
    return 0
  })
  const subject = runner([idle], () => true)
  const run = subject.run()
  while (cycles < 20) await new Promise(setImmediate)
  const before = cycles
  for (let i = 0; i < 10; i++) {
    subject.wake()
    await new Promise(setImmediate)
  }
  assert.ok(cycles >= before + 8, `${cycles - before} cycles`)
  stop()
  await run
})

test('changes from one form to the other while something asynchronous is under way', async () => {
  const { agent, runner, stop } = fixture()
  let pending = 0
  const forms: string[] = []
  const subject = agent('subject', (cycle) => {
    if (cycle === 10) {
      pending++
      setTimeout(() => {
        forms.push('answered')
        pending--
      }, 5)
    }
    if (forms.length > 0 && cycle > 100) stop()
    return 1
  })
  await runner([subject], () => pending > 0).run()
  assert.equal(forms, ['answered'])
})

for (const isOnEventLoop of [false, true]) {
  test(`an agent that throws goes on, and so do the others (event loop: ${isOnEventLoop})`, async () => {
    const { agent, runner, stop, errors, closed } = fixture()
    let others = 0
    const bad = agent('bad', (cycle) => {
      throw new Error(`cycle ${cycle}`)
    })
    const good = agent('good', () => {
      if (++others === 3) stop()
      return 1
    })
    await runner([bad, good], () => isOnEventLoop).run()
    assert.equal(errors, ['bad: cycle 1', 'bad: cycle 2', 'bad: cycle 3'])
    assert.equal(closed, ['good', 'bad'])
  })
}

test('all agents are closed although one of them cannot be', async () => {
  const { agent, runner, stop, errors, closed } = fixture()
  const broken: Agent = {
    ...agent('broken', () => 0),
    close: () => {
      throw new Error('cannot')
    },
  }
  stop()
  await runner([agent('first', () => 0), broken], () => false).run()
  assert.equal(closed, ['first'])
  assert.equal(errors, ['broken: cannot'])
})

test.run()
