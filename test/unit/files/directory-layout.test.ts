import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { defaultDirectory, logFilePath } from '../../../client/files/directory-layout.ts'
import { suite } from '../../support/suite.ts'

const test = suite('layout of a driver directory')

test('the default directory is the one that the environment names, or the user\'s own where the system has it', () => {
  const user = userInfo().username
  assert.is(defaultDirectory({}, 'linux'), `/dev/shm/aeron-${user}`)
  assert.is(defaultDirectory({}, 'darwin'), join(tmpdir(), `aeron-${user}`))
  assert.is(defaultDirectory({}, 'win32'), join(tmpdir(), `aeron-${user}`))
  assert.is(defaultDirectory({ AERON_DIR: '/dev/shm/x' }, 'linux'), '/dev/shm/x')
  assert.is(defaultDirectory({ 'AERON_DIR': '', 'aeron.dir': '/dev/shm/y' }, 'linux'), '/dev/shm/y')
})

test('logs have Aeron\'s names', () => {
  assert.is(logFilePath('/dev/shm/x', 'publication', 7), '/dev/shm/x/publications/7.logbuffer')
  assert.is(logFilePath('/dev/shm/x', 'image', 8), '/dev/shm/x/images/8.logbuffer')
})

test.run()
