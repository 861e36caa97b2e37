import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { parsePublicationParams } from '../../../driver/core/channel/publication-params.ts'
import { parseSubscriptionParams } from '../../../driver/core/channel/subscription-params.ts'
import { parseUdpChannel } from '../../../driver/core/channel/udp-channel.ts'
import { ChannelUri } from '../../../client/protocol/channel-uri.ts'
import { DriverError } from '../../../driver/core/driver-error.ts'
import { concludeDriverSettings } from '../../../driver/core/driver-settings.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { Project } from './project.ts'

const test = suite('pages about driver and client', { timeoutMs: 30_000 })

const PAGES = ['README.md', 'docs/driver.md', 'docs/client.md']

const project = new Project('driver-pages')
const read = (page: string): string => readFileSync(join(repositoryRoot, page), 'utf8')

/** What a program says it prints: the comments behind its console.log calls. */
function expectedOutput(text: string): string {
  return [...text.matchAll(/console\.log.* \/\/ (.*)$/gm)].map((match) => `${match[1]}\n`).join('')
}

for (const page of PAGES) {
  const blocks = [...read(page).matchAll(/^```js\n([^]*?)^```$/gm)].map((match) => match[1] ?? '')
  test(`${page} has programs`, () => {
    assert.ok(blocks.length > 0)
  })
  for (const [i, text] of blocks.entries()) {
    test(`program ${i + 1} of ${page} ends by itself and prints what it says`, async () => {
      const file = `${page.replaceAll(/\W/g, '-')}-${i + 1}.js`
      project.write(file, text)
      const { code, stdout, stderr } = await project.run(`node ${file}`)
      assert.is(code, 0, stderr)
      assert.is.not(stdout, '')
      assert.is(stdout, expectedOutput(text), stderr)
    })
  }
}

const STREAM_ID = 1001
const settings = concludeDriverSettings({}, {})

function answer(channel: string, use: 'publication' | 'subscription'): string {
  try {
    const uri = ChannelUri.parse(channel)
    if (use === 'publication') parsePublicationParams(uri, settings, STREAM_ID)
    else parseSubscriptionParams(uri, settings)
    if (uri.media === 'udp') parseUdpChannel(uri, use)
    return 'accepted'
  } catch (error) {
    if (!(error instanceof DriverError)) throw error
    return error.errorCode === ErrorCode.NOT_SUPPORTED ? 'NOT_SUPPORTED' : error.message
  }
}

test('what docs/driver.md calls not supported is answered so', () => {
  const rows = [...read('docs/driver.md').matchAll(/^\| `(aeron[^`]+)` \| (.*) \|$/gm)]
  assert.ok(rows.length > 10)
  for (const [, channel = '', meaning = ''] of rows) {
    for (const use of ['publication', 'subscription'] as const) {
      if (/; for (?:pub|sub)/.test(meaning) && !meaning.includes(`for ${use}s`)) continue
      assert.is(answer(channel.replaceAll('\\|', '|'), use), 'NOT_SUPPORTED', `${channel} of a ${use}`)
    }
  }
})

test('the channels that docs/driver.md gives as examples are accepted', () => {
  const channels = read('docs/driver.md').match(/^aeron:.*$/gm) ?? []
  assert.ok(channels.length > 2)
  for (const channel of channels) assert.is(answer(channel, 'publication'), 'accepted', channel)
})

test.run()
