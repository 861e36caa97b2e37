import * as assert from 'uvu/assert'
import { checkMessage, MESSAGE_LENGTH_MAX, messageLength, writeMessage } from '../../suites/crash/content.ts'
import { suite } from '../../support/suite.ts'

const test = suite('messages of the suite that kills')

const view = new DataView(new ArrayBuffer(MESSAGE_LENGTH_MAX + 8))

test('are recognised, with all lengths that there are', () => {
  const lengths = new Set<number>()
  for (let index = 0; index < 2000; index++) {
    const length = messageLength(7, index)
    lengths.add(length)
    assert.ok(length <= MESSAGE_LENGTH_MAX)
    writeMessage(view, 8, 7, index, length)
    assert.equal(checkMessage(view, 8, length), { key: 7, index })
  }
  assert.ok([...lengths].some((length) => length > 1408) && [...lengths].some((length) => length < 100))
})

test('that are cut off, longer, of another length or changed in any byte are not', () => {
  for (let index = 0; index < 20; index++) {
    const length = messageLength(7, index)
    const isWrong = (wrongLength: number): boolean => checkMessage(view, 0, wrongLength).key === undefined
    writeMessage(view, 0, 7, index, length)
    assert.ok(isWrong(length - 1) && isWrong(length + 1) && isWrong(0))
    for (let at = 0; at < length; at++) {
      view.setUint8(at, view.getUint8(at) ^ 0x10)
      const checked = checkMessage(view, 0, length)
      assert.ok(checked.key === undefined, `byte ${at} of message ${index}`)
      view.setUint8(at, view.getUint8(at) ^ 0x10)
    }
    writeMessage(view, 0, 7, index, length === 100 ? 101 : 100)
    assert.ok(isWrong(length === 100 ? 101 : 100))
  }
})

test.run()
