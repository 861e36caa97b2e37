import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { RunningChild } from '../../support/running-child.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'
import { BINARY } from './run-godwit.ts'
import { badSchema, goodSchema } from './sample-schemas.ts'

const test = suite('cli: sbe generate --watch', { timeoutMs: 60_000 })

const scratch = scratchFolder('generate-watch')
let folders = 0

/** A run of the command in a folder of its own. */
class Watched {
  readonly folder: string = join(scratch, String(folders++))
  readonly #args: readonly string[]
  #child: RunningChild | undefined

  constructor(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
    mkdirSync(this.folder)
    for (const [name, text] of Object.entries(files)) this.write(name, text)
    this.#args = args.map((arg) => arg.startsWith('-') ? arg : this.path(arg))
  }

  get child(): RunningChild {
    const args = ['sbe', 'generate', ...this.#args, '--out', this.path('gen'), '--watch']
    this.#child ??= new RunningChild(process.execPath, [BINARY, ...args])
    return this.#child
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  /** As many programs save a file: whole, under another name first. */
  replace(name: string, text: string): void {
    this.write(`${name}~`, text)
    renameSync(this.path(`${name}~`), this.path(name))
  }

  has(name: string): boolean {
    return existsSync(this.path(name))
  }

  /** What was printed of findings and progress, without times and the folder. */
  get progress(): readonly string[] {
    const lines = this.child.stderr.split('\n').slice(0, -1)
    return lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, '').replaceAll(`${this.folder}/`, ''))
  }

  /** How often files were written, or found to be as they should be. */
  get passes(): number {
    return this.child.stdout.match(/ files? written/g)?.length ?? 0
  }

  async started(): Promise<void> {
    await this.child.until('the start', () => this.child.stderr.includes(' for changes\n'))
  }

  async untilPasses(number: number): Promise<void> {
    await this.child.until(`${number} passes`, () => this.passes >= number)
  }

  async end(): Promise<void> {
    this.child.kill('SIGINT')
    assert.equal(await this.child.ended, { code: 0, signal: null })
  }
}

test('writes at first and after each change, says when and what, and ends cleanly with an interrupt', async () => {
  const run = new Watched({ 's.xml': goodSchema('a', 'First') }, '--schema', 's.xml')
  await run.started()
  assert.ok(run.has('gen/first.ts'))
  assert.match(run.child.stderr, /^\d\d:\d\d:\d\d watching 1 file for changes\n$/)
  for (const [index, name] of ['Second', 'Third'].entries()) {
    run.write('s.xml', goodSchema('a', name))
    await run.untilPasses(index + 2)
    assert.ok(run.has(`gen/${name.toLowerCase()}.ts`))
  }
  assert.not(run.has('gen/first.ts'))
  assert.equal(run.progress.slice(1), ['changed: s.xml', 'changed: s.xml'])
  assert.match(run.child.stdout, 's.xml: 1 message of package a\n')
  assert.match(run.child.stdout, /gen: \d+ files? written, \d+ unchanged, \d+ removed\n$/)
  await run.end()
})

test('with an error everything stays as it was, until the schema is mended', async () => {
  const run = new Watched({ 's.xml': goodSchema('a', 'First') }, '--schema', 's.xml')
  await run.started()
  const before = readFileSync(run.path('gen/first.ts'), 'utf8')
  run.write('s.xml', badSchema('a'))
  await run.child.until('the errors', () => run.child.stderr.includes('nothing was written\n'))
  assert.is(run.progress.filter((line) => line.includes(': error: ')).length, 3)
  assert.is(readFileSync(run.path('gen/first.ts'), 'utf8'), before)
  run.write('s.xml', goodSchema('a', 'First', 'Second'))
  await run.untilPasses(2)
  assert.ok(run.has('gen/second.ts'))
  await run.end()
})

test('begins with a schema that has errors, or is not there yet', async () => {
  const run = new Watched({}, '--schema', 'not/yet/s.xml')
  await run.started()
  assert.match(run.child.stderr, 'there is no such file')
  run.write('not/yet/s.xml', badSchema('a'))
  await run.child.until('the errors', () => run.child.stderr.includes('not valid, 3 errors\n'))
  run.write('not/yet/s.xml', goodSchema('a', 'First'))
  await run.untilPasses(1)
  assert.ok(run.has('gen/first.ts'))
  await run.end()
})

test('survives programs that replace files, and files and folders that vanish and return', async () => {
  const run = new Watched({ 'in/s.xml': goodSchema('a', 'Name0') }, '--schema', 'in/s.xml')
  await run.started()
  const expectNext = async (number: number): Promise<void> => {
    await run.untilPasses(number + 1)
    assert.ok(run.has(`gen/name${number}.ts`), `name${number}`)
  }
  run.replace('in/s.xml', goodSchema('a', 'Name1'))
  await expectNext(1)
  run.replace('in/s.xml', goodSchema('a', 'Name2'))
  await expectNext(2)

  rmSync(run.path('in/s.xml'))
  run.write('in/s.xml', goodSchema('a', 'Name3'))
  await expectNext(3)
  assert.equal(run.progress.slice(1), Array.from({ length: 3 }, () => 'changed: in/s.xml'))

  rmSync(run.path('in'), { recursive: true })
  await run.child.until('the loss', () => run.child.stderr.includes('there is no such file'))
  assert.ok(run.has('gen/name3.ts'))
  run.write('in/s.xml', goodSchema('a', 'Name4'))
  await expectNext(4)

  run.write('other/s.xml', goodSchema('a', 'Name5'))
  renameSync(run.path('in'), run.path('old'))
  renameSync(run.path('other'), run.path('in'))
  await expectNext(5)
  run.write('in/s.xml', goodSchema('a', 'Name6'))
  await expectNext(6)
  await run.end()
})

test('sees changes behind links, and of the links', async () => {
  const run = new Watched({ 'one/s.xml': goodSchema('a', 'Name0') }, '--schema', 's.xml')
  symlinkSync(join('one', 's.xml'), run.path('s.xml'))
  await run.started()
  run.write('one/s.xml', goodSchema('a', 'Name1'))
  await run.untilPasses(2)
  run.write('two/s.xml', goodSchema('a', 'Name2'))
  symlinkSync(join('two', 's.xml'), run.path('next'))
  renameSync(run.path('next'), run.path('s.xml'))
  await run.untilPasses(3)
  run.write('two/s.xml', goodSchema('a', 'Name3'))
  await run.untilPasses(4)
  assert.ok(run.has('gen/name3.ts'))
  await run.end()
})

test('what is not another content is no change', async () => {
  const schema = goodSchema('a', 'First')
  const run = new Watched({ 's.xml': schema }, '--schema', 's.xml')
  await run.started()
  utimesSync(run.path('s.xml'), 1, 1)
  run.replace('s.xml', schema)
  run.write('other.xml', badSchema('b'))
  rmSync(run.path('s.xml'))
  run.write('s.xml', schema)
  run.write('s.xml', '')
  run.write('s.xml', schema)
  run.write('gen/mine.ts', 'export {}\n')
  run.write('s.xml', goodSchema('a', 'Second'))
  await run.untilPasses(2)
  // Whatever was seen by then was one change.
  assert.equal(run.progress.slice(1), ['changed: s.xml'])
  utimesSync(run.path('s.xml'), 1, 1)
  run.write('s.xml', goodSchema('a', 'Third'))
  await run.untilPasses(3)
  assert.is(run.passes, 3)
  assert.equal(run.progress.slice(2), ['changed: s.xml'])
  await run.end()
})

const INCLUDING = goodSchema('a', 'First').replace('<types>', [
  '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="parts/extra.xml"/>', '<types>',
].join('\n')).replace('type="uint32"', 'type="Extra"')

function extra(primitive: string): string {
  return `<types><type name="Extra" primitiveType="${primitive}"/></types>`
}

test('sees changes of what is included, also where it came to be in a nearer folder', async () => {
  const files = { 's.xml': INCLUDING, 'lib/parts/extra.xml': extra('int8') }
  const run = new Watched(files, '--schema', 's.xml', '--include-path', 'lib')
  await run.started()
  assert.match(run.child.stderr, 'watching 3 files')
  const type = (): string | undefined => {
    return /Field 1: (\w+)/.exec(readFileSync(run.path('gen/first.ts'), 'utf8'))?.[1] ?? undefined
  }
  assert.is(type(), 'int8')
  run.write('lib/parts/extra.xml', extra('int16'))
  await run.untilPasses(2)
  assert.is(type(), 'int16')
  run.write('parts/extra.xml', extra('int32'))
  await run.untilPasses(3)
  assert.is(type(), 'int32')
  run.replace('parts/extra.xml', extra('int64'))
  await run.untilPasses(4)
  assert.is(type(), 'int64')
  rmSync(run.path('parts'), { recursive: true })
  await run.untilPasses(5)
  assert.is(type(), 'int16')
  const nearer = 'changed: parts/extra.xml'
  assert.equal(run.progress.slice(1), ['changed: lib/parts/extra.xml', nearer, nearer, nearer])
  await run.end()
})

test('with several schemas, all are written when one changes, and none when one has an error', async () => {
  const files = { 'a.xml': goodSchema('a', 'First'), 'b.xml': goodSchema('b', 'First') }
  const run = new Watched(files, '--schema', 'a.xml', 'b.xml')
  await run.started()
  run.write('a.xml', goodSchema('a', 'First', 'Second'))
  await run.untilPasses(2)
  assert.ok(run.has('gen/a/second.ts') && run.has('gen/b/first.ts'))
  run.write('b.xml', badSchema('b'))
  await run.child.until('the errors', () => run.child.stderr.includes('nothing was written\n'))
  run.write('a.xml', goodSchema('a', 'Third'))
  await run.child.until('them again', () => run.child.stderr.split('nothing was written\n').length === 3)
  assert.not(run.has('gen/a/third.ts'))
  run.write('b.xml', goodSchema('b', 'Third'))
  await run.untilPasses(3)
  assert.ok(run.has('gen/a/third.ts') && run.has('gen/b/third.ts'))
  assert.equal(run.progress.filter((line) => line.startsWith('changed: ')), ['a', 'b', 'a', 'b'].map((name) => {
    return `changed: ${name}.xml`
  }))
  await run.end()
})

test('what cannot be written is said, and tried again after the next change', async () => {
  const run = new Watched({ 's.xml': goodSchema('a', 'First') }, '--schema', 's.xml')
  await run.started()
  run.write('gen/second.ts', 'export const mine = 1\n')
  run.write('s.xml', goodSchema('a', 'Second'))
  await run.child.until('the error', () => run.child.stderr.includes('(ERR_GODWIT_CLI_OUTPUT)\n'))
  assert.match(run.child.stderr, 'second.ts exists and was not generated')
  rmSync(run.path('gen/second.ts'))
  run.write('s.xml', goodSchema('a', 'Second', 'Third'))
  await run.untilPasses(2)
  assert.ok(run.has('gen/second.ts') && run.has('gen/third.ts'))
  await run.end()
})

test('what can never work ends it at once', async () => {
  const files = { 'a.xml': goodSchema('same', 'First'), 'b.xml': goodSchema('same', 'First') }
  const usage = new Watched(files, '--schema', 'a.xml', 'b.xml')
  assert.is((await usage.child.ended).code, 2)
  assert.match(usage.child.stderr, 'would be written to the same folder')
  const output = new Watched({ 's.xml': goodSchema('a', 'First'), 'gen/first.ts': 'mine' }, '--schema', 's.xml')
  assert.is((await output.child.ended).code, 1)
  assert.match(output.child.stderr, '(ERR_GODWIT_CLI_OUTPUT)')
})

test.run()
