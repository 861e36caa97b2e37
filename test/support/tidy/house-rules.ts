import { codeOnly } from './code-only.ts'
import type { FileRule, Finding, SourceFile } from './source-file.ts'
import { findLines, isGeneratedPath, isTypeScript } from './source-file.ts'
import { mustBeNodeFree } from './walls.ts'

const MAX_LINE_LENGTH = 120
export const MAX_FILE_LINES = 700

const MAY_USE_CONSOLE = ['driver/cli.ts', 'perf/', 'test/']

const GLOBAL_OF_NODE =
  /(?<![.\w$])(?:(?:process|Buffer|global|__dirname|__filename|setImmediate)\b(?!\s*\??:)|require\(['"])/

/** Rules for the code of TypeScript files; `code` has neither comments nor the contents of strings. */
const codeRules: readonly ((file: SourceFile, code: string) => readonly Finding[])[] = [
  (file, code) => findLines(file, code, /(?<![.\w$])any\b(?!\s*[(:])/, () => 'the type "any"'),
  (file, code) => {
    if (MAY_USE_CONSOLE.some((path) => file.path.startsWith(path))) return []
    return findLines(file, code, /(?<![.\w$])console\b/, () => '"console" outside of the command line, perf and test')
  },
  (file, code) => (isGeneratedPath(file.path) ? [] : findLines(file, code, /;\s*$/, () => 'semicolon at the end')),
  (file, code) => {
    if (!mustBeNodeFree(file.path)) return []
    return findLines(file, code, GLOBAL_OF_NODE, (name) => `"${name}", which exists in Node alone`)
  },
]

/** Rules for the text of TypeScript files. */
const textRules: readonly FileRule[] = [
  (file) => findLines(file, file.text, /@ts-(?:ignore|expect-error|nocheck)/, (match) => `escape from types: ${match}`),
  (file) => {
    const findings = findLines(file, file.text, new RegExp(`^.{${MAX_LINE_LENGTH + 1},}$`), () => 'line is too long')
    return isGeneratedPath(file.path) ? [] : findings
  },
  (file) => {
    const lines = file.text.split('\n').length - 1
    const message = `${lines} lines, at most ${MAX_FILE_LINES}: split it by concept`
    return lines > MAX_FILE_LINES && !isGeneratedPath(file.path) ? [{ path: file.path, line: 0, message }] : []
  },
  (file) => {
    // Folders of generated code have the names of packages.
    if (isGeneratedPath(file.path)) return []
    const segments = file.path.split('/')
    const bad = segments.find((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?(?:\.ts)?$/.test(name))
    return bad === undefined ? [] : [{ path: file.path, line: 0, message: `"${bad}" is not in kebab-case` }]
  },
]

/** Rules for every text file. */
const everywhere: readonly FileRule[] = [
  (file) => findLines(file, file.text, /\b(?:TO[D]O|FIX[M]E|X[X]X|HAC[K])\b/, (mark) => `unfinished work: ${mark}`),
  (file) => findLines(file, file.text, /^(?:<{7}|>{7}) /, (mark) => `mark of a merge that was not finished: ${mark}`),
  (file) => findLines(file, file.text, /[ \t]+$/, () => 'white space at the end of the line'),
  (file) => {
    const ends = file.text === '' || (file.text.endsWith('\n') && !file.text.includes('\r'))
    return ends ? [] : [{ path: file.path, line: 0, message: 'must end with a line feed and have no carriage returns' }]
  },
  (file) => {
    const pattern = /(?<![\w./~$@-])\/(?:work|farm|root|home|Users|tmp)\/[\w.-]+/
    return findLines(file, file.text, pattern, (path) => `path of one machine: ${path}`)
  },
  (file) => {
    const pattern = /\b(?:registry\.(?:npmjs|yarnpkg)|npm\.pkg\.github|repo1?\.maven\.(?:org|apache)|npm\.jsr)\b[\w.]*/
    return findLines(file, file.text, pattern, (host) => `host of a package registry: ${host}`)
  },
  (file) => findLines(file, file.text, /\bissues?\s+#?\d+\b/i, (match) => `the repository has no issues: ${match}`),
]

/** Breaches of the house rules in one file. */
export function checkHouseRules(file: SourceFile): readonly Finding[] {
  const findings = everywhere.flatMap((rule) => rule(file))
  if (!isTypeScript(file)) return findings
  const code = codeOnly(file.text)
  return [...findings, ...textRules.flatMap((rule) => rule(file)), ...codeRules.flatMap((rule) => rule(file, code))]
}

/** What keeps tests honest: through the helper, run, none singled out, none put aside. */
export function checkTestFile(file: SourceFile): readonly Finding[] {
  if (!file.path.endsWith('.test.ts')) return []
  const code = codeOnly(file.text)
  const whole = (message: string): Finding => ({ path: file.path, line: 0, message })
  const findings = [
    ...findLines(file, code, /\.only\(/, () => 'a test singled out hides the others'),
    ...findLines(file, code, /\.skip\(/, () => 'a test put aside: use withVectors or withNative, or remove it'),
    ...findLines(file, file.text, /from 'uvu'/, () => 'import suite from test/support/suite.ts: it limits the time'),
  ]
  if (!/\bsuite\(/.test(code)) findings.push(whole('has no suite'))
  if (!/^test\.run\(\)$/m.test(code)) findings.push(whole('never runs its tests: test.run() is missing'))
  return findings
}
