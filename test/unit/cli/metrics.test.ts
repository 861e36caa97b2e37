import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import * as assert from 'uvu/assert'
import { CountersReader } from '../../../client/memory/counters-reader.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { METRICS_COUNTERS_MAX, metricsText } from '../../../driver/cli/metrics/driver-metrics.ts'
import type { MetricsSource } from '../../../driver/cli/metrics/driver-metrics.ts'
import { MetricsServer } from '../../../driver/cli/metrics/metrics-server.ts'
import { SYSTEM_METRICS } from '../../../driver/cli/metrics/system-metrics.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { CountersManager } from '../../../client/memory/counters-manager.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { connected, receive, send, World } from '../embedded/harness.ts'
import { identity, SmallDriver, UDP_CHANNEL } from '../tools/small-driver.ts'
import { parseExposition, valuesOf } from './exposition-parser.ts'

const test = suite('cli: metrics', { timeoutMs: 20_000 })

const NOTHING: MetricsSource = {
  info: { version: '1.2.3' },
  startTimestampMs: 1_500,
  counters: () => new CountersReader(new AtomicBuffer(new ArrayBuffer(0)), new AtomicBuffer(new ArrayBuffer(0))),
  errors: () => [],
  losses: () => [],
  faultCounts: () => undefined,
}

function countersOf({ cnc }: SmallDriver): CountersReader {
  return new CountersReader(cnc.countersMetadata, cnc.countersValues)
}

test('the text of a driver that works is what Prometheus reads', async () => {
  const world = await World.launch({ media: 'dgram', faults: { receive: { duplicate: 0.5 } } })
  try {
    const client = await world.connect({ clientName: 'of-metrics' })
    const { publication, subscription, channel } = await connected(client, client, 'aeron:udp?endpoint=127.0.0.1:0')
    await client.addCounter(1001, 'orders "open"\\')
    await client.addPublication('aeron:udp?endpoint=nowhere', 1).catch(() => undefined)
    for (let i = 0; i < 10; i++) await send(publication, new Uint8Array(100))
    await receive(subscription, 10)
    const { driver } = world
    const samples = parseExposition(metricsText({
      info: { version: '1.2.3', directory: '/x' },
      startTimestampMs: 1_500,
      counters: () => driver.counters(),
      errors: () => driver.errors(),
      losses: () => driver.losses(),
      faultCounts: () => driver.faultCounts(),
    }))
    const one = (name: string, labels: Readonly<Record<string, string>> = {}): number => {
      const values = valuesOf(samples, name, labels)
      assert.is(values.length, 1, name)
      return values[0] ?? NaN
    }
    const stream = { stream: '1001', session: String(publication.sessionId) }
    assert.is(one('godwit_publication_position_bytes', { ...stream, channel }), publication.position)
    assert.is(one('godwit_subscription_position_bytes', stream), publication.position)
    assert.ok(one('godwit_publication_limit_bytes', stream) > publication.position)
    assert.ok(one('godwit_image_highest_position_bytes', stream) <= publication.position)
    assert.ok(one('godwit_bytes_sent_total') > 1000)
    assert.ok(one('godwit_conductor_max_cycle_seconds') < 10)
    assert.is(one('godwit_channel_status', { direction: 'send', channel }), 1)
    assert.is(one('godwit_channel_status', { direction: 'receive' }), 1)
    assert.ok(one('godwit_client_heartbeat_timestamp_seconds', { name: 'of-metrics' }) > 1.6e9)
    assert.is(one('godwit_counter', { label: 'orders "open"\\', type: '1001' }), 0)
    assert.is(one('godwit_errors_total'), 1)
    assert.is(one('godwit_distinct_errors'), 1)
    assert.ok(one('godwit_last_error_timestamp_seconds') > 1.6e9)
    assert.is(one('godwit_info', { version: '1.2.3', directory: '/x' }), 1)
    assert.is(one('godwit_start_timestamp_seconds'), 1.5)
    assert.is(one('godwit_omitted_counters'), 0)
    assert.ok(one('godwit_faults_total', { direction: 'receive', fault: 'duplicated' }) > 0)
    assert.is(one('godwit_faults_total', { direction: 'send', fault: 'lost' }), 0)
    assert.ok(one('godwit_fault_candidates_total', { direction: 'send' }) > 0)
    for (const { name } of SYSTEM_METRICS.values()) assert.is(valuesOf(samples, name).length, 1, name)
  } finally {
    await world.end()
  }
})

test('every counter of the driver but the versions is a metric of its own', () => {
  const ids = Object.values(SystemCounterId).filter((id) => id >= 0)
  const missing = ids.filter((id) => !SYSTEM_METRICS.has(id))
  assert.equal(missing, [SystemCounterId.AERON_VERSION, SystemCounterId.CONTROL_PROTOCOL_VERSION])
  assert.is(new Set([...SYSTEM_METRICS.values()].map(({ name }) => name)).size, SYSTEM_METRICS.size)
})

test('losses of images that come again are one series', () => {
  const loss = {
    observationCount: 2,
    totalBytesLost: 100,
    firstObservationMs: 1,
    lastObservationMs: 2,
    sessionId: -1,
    streamId: 7,
    channel: 'aeron:ipc',
    source: '127.0.0.1:1',
  }
  const samples = parseExposition(metricsText({ ...NOTHING, losses: () => [loss, loss, { ...loss, streamId: 8 }] }))
  assert.equal(valuesOf(samples, 'godwit_loss_bytes_total', { stream: '7' }), [200])
  assert.equal(valuesOf(samples, 'godwit_loss_gaps_total', { stream: '8', session: '-1' }), [2])
})

test('a counter of a client that poses as one of the driver changes none of its metrics', () => {
  const driver = new SmallDriver()
  driver.counters.allocate(0, 'Bytes sent', Uint8Array.of(0, 0, 0, 0)).set(5)
  driver.counters.allocate(0, 'forged', Uint8Array.of(0, 0, 0, 0)).set(7)
  const samples = parseExposition(metricsText({ ...NOTHING, counters: () => countersOf(driver) }))
  assert.equal(valuesOf(samples, 'godwit_bytes_sent_total'), [5])
  assert.equal(valuesOf(samples, 'godwit_counter', { label: 'forged' }), [7])
})

test('labels with anything in them are read as they were written', async () => {
  await withSeed('labels of metrics', (random) => {
    for (let i = 0; i < 50; i++) {
      const driver = new SmallDriver()
      const labels = new Set<string>()
      for (let j = 0; j < 20; j++) {
        const label = Array.from({ length: random.int(8) }, () => random.pick([...'"\\\n,={} x#'])).join('')
        driver.counters.allocate(1001, label)
        labels.add(label.replaceAll('\n', '\\x0a'))
      }
      driver.publish(identity(1, 2, random.pick(['"', '\\"', 'a b', UDP_CHANNEL])))
      const samples = parseExposition(metricsText({ ...NOTHING, counters: () => countersOf(driver) }))
      const found = samples.filter(({ name }) => name === 'godwit_counter').map(({ labels: { label } }) => label ?? '')
      assert.equal(new Set(found), labels)
    }
  })
})

test('damaged counters give metrics that can be read', async () => {
  await withSeed('damaged metrics', (random) => {
    for (let i = 0; i < 300; i++) {
      const driver = SmallDriver.withStreams()
      const { bytes } = driver.cnc.countersMetadata
      for (let changes = random.int(40); changes > 0; changes--) bytes[random.int(14 * 512)] = random.u32()
      for (const { name } of parseExposition(metricsText({ ...NOTHING, counters: () => countersOf(driver) }))) {
        assert.match(name, /^godwit_/)
      }
    }
  })
})

test('more counters than a scrape can have are left out, and counted', () => {
  const count = METRICS_COUNTERS_MAX + 5
  const [metadata, values] = [512, 128].map((length) => AtomicBuffer.allocate(count * length))
  const counters = new CountersManager(metadata!, values!, Date.now, 0)
  for (let id = 0; id < count; id++) counters.allocate(1001, 'x')
  const samples = parseExposition(metricsText({ ...NOTHING, counters: () => counters }))
  assert.is(valuesOf(samples, 'godwit_counter').length, METRICS_COUNTERS_MAX)
  assert.equal(valuesOf(samples, 'godwit_omitted_counters'), [5])
})

interface Answer {
  readonly status: number
  readonly type: string | undefined
  readonly allow: string | undefined
  readonly text: string
}

function ask(url: string, method: string = 'GET', body: string = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (more: string) => (text += more)).on('end', () => {
        const { 'content-type': type, allow } = response.headers
        resolve({ status: response.statusCode ?? 0, type, allow, text })
      })
    })
    asked.on('error', reject).end(body)
  })
}

test('metrics are served to this machine, by GET and at one path', async () => {
  let scrapes = 0
  const server = await MetricsServer.listen(0, () => `scrape ${++scrapes}\n`)
  try {
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/)
    const { status, type, text } = await ask(server.url)
    assert.equal([status, type, text], [200, 'text/plain; version=0.0.4; charset=utf-8', 'scrape 1\n'])
    assert.is((await ask(`${server.url}?x=1`)).text, 'scrape 2\n')
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const refused = await ask(server.url, method, 'x'.repeat(method === 'POST' ? 100_000 : 0))
      assert.equal([refused.status, refused.allow, refused.text], [405, 'GET', 'only GET\n'])
    }
    for (const path of ['', '/', '/metricsx', '/metrics/', '/x/metrics', '//metrics']) {
      assert.is((await ask(server.url.replace('/metrics', path))).status, 404, path)
    }
    assert.is(scrapes, 2)
  } finally {
    await server.close()
  }
  const error = await ask(server.url).catch((reason: unknown) => reason)
  assert.match(String(error), 'ECONNREFUSED')
})

test('metrics that cannot be made are an answer, too', async () => {
  const server = await MetricsServer.listen(0, () => {
    throw new Error('defect')
  })
  const { status, text } = await ask(server.url)
  assert.is(status, 500)
  assert.match(text, 'defect')
  await server.close()
})

test('connections beyond the limit are closed, and those that stay end with the server', async () => {
  const server = await MetricsServer.listen(0, () => 'x\n')
  const port = Number(new URL(server.url).port)
  const sockets = Array.from({ length: 40 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
  let closed = 0
  const limit = new Promise<void>((resolve) => {
    for (const socket of sockets) {
      socket.resume()
      socket.once('close', () => {
        if (++closed === 24) resolve()
      })
    }
  })
  await limit
  const rest = sockets.filter((socket) => !socket.destroyed).map((socket) => once(socket, 'close'))
  assert.is(rest.length, 16)
  await server.close()
  await Promise.all(rest)
})

test('a port that is taken is an error with its code', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const error = await MetricsServer.listen(port, () => '').catch((reason: unknown) => reason)
  other.close()
  assert.instance(error, GodwitError)
  assert.is((error as GodwitError).code, 'ERR_GODWIT_METRICS')
  assert.match((error as GodwitError).message, `127.0.0.1:${port} (EADDRINUSE): take another port, or 0`)
})

test.run()
