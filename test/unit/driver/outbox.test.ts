import * as assert from 'uvu/assert'
import { COMMAND_QUEUE_CAPACITY, CommandQueue } from '../../../driver/core/command-queue.ts'
import { Outbox } from '../../../driver/core/outbox.ts'
import { suite } from '../../support/suite.ts'

const test = suite('commands to other agents')

test('what the queue does not take waits, and nothing overtakes it', () => {
  let fullCount = 0
  const queue = new CommandQueue<number>(() => void fullCount++)
  const outbox = new Outbox(queue)
  for (let i = 0; i < COMMAND_QUEUE_CAPACITY + 3; i++) outbox.send(i)
  assert.is(fullCount, 1)
  assert.not.ok(outbox.hasRoom())
  assert.is(queue.poll(), 0)
  outbox.send(COMMAND_QUEUE_CAPACITY + 3)
  assert.not.ok(outbox.trySend(-1))
  assert.is(outbox.flush(), 1)
  assert.is(outbox.flush(), 0)
  for (let i = 1; i < COMMAND_QUEUE_CAPACITY + 4; i++) {
    assert.is(queue.poll(), i)
    if (i % 100 === 0) outbox.flush()
    if (i > COMMAND_QUEUE_CAPACITY - 30) outbox.flush()
  }
  assert.is(queue.poll(), undefined)
  assert.ok(outbox.hasRoom())
  assert.ok(outbox.trySend(7))
  assert.is(queue.poll(), 7)
})

test('there is room for something new while enough slots are free', () => {
  const queue = new CommandQueue<number>(() => undefined)
  const outbox = new Outbox(queue)
  for (let i = 0; i < COMMAND_QUEUE_CAPACITY - 16; i++) outbox.send(i)
  assert.ok(outbox.hasRoom())
  outbox.send(0)
  assert.not.ok(outbox.hasRoom())
})

test.run()
