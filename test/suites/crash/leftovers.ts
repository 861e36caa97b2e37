import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LOG_FOLDERS } from '../../../client/files/directory-layout.ts'
import type { Member } from './member.ts'
import { sessionsOf } from './member.ts'
import type { DriverFacts } from './protocol.ts'
import { STREAMS } from './settings.ts'

/** What a driver has, in counters and files, and should not have with those clients; or the other way round. */
export function leftovers({ counts }: DriverFacts, live: readonly Member[], dir: string): readonly string[] {
  const problems: string[] = []
  const expect = (what: string, actual: number, expected: number): void => {
    if (actual !== expected) problems.push(`${actual} ${what}, not ${expected}`)
  }
  const sessions = STREAMS.map((_stream, index) => sessionsOf(index, live))
  const subscribers = live.filter(({ role }) => role !== 'publisher').length
  const udp = sessions.filter((_count, index) => STREAMS[index]!.channel.startsWith('aeron:udp'))
  const images = subscribers === 0 ? 0 : sum(udp)
  expect('client heartbeats', counts.clients, live.length)
  expect('counters of publications', counts.publications, sum(sessions))
  expect('counters of subscribers', counts.subscribers, sum(sessions) * subscribers)
  expect('counters of images', counts.images, images)
  expect('files of publications', readdirSync(join(dir, LOG_FOLDERS.publication)).length, sum(sessions))
  expect('files of images', readdirSync(join(dir, LOG_FOLDERS.image)).length, images)
  return [...problems, ...besides(dir).map((path) => `${path} is left`)]
}

/** Paths of what drivers make beside their directory: the log of errors that was saved, and what is being removed. */
export function besides(dir: string): readonly string[] {
  const prefix = new RegExp(`^${basename(dir)}[-.]`)
  return readdirSync(dirname(dir)).filter((name) => prefix.test(name)).map((name) => join(dirname(dir), name))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
