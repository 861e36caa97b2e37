/** docs/sbe.md as a list of things to do: files to write, and commands with what they print. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../../support/root.ts'

export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'commands'; readonly section: string; readonly text: string; readonly output: string | undefined }

const BLOCK = new RegExp([
  '^## (?<section>.*)$',
  '^`(?<path>[^`\\n]+)`:\\n\\n```\\w+\\n(?<file>[^]*?)^```$',
  '^```sh\\n(?<commands>[^]*?)^```$(?:\\n\\n```text\\n(?<output>[^]*?)^```$)?',
].join('|'), 'gm')

export function stepsOfPage(): readonly Step[] {
  const page = readFileSync(join(repositoryRoot, 'docs', 'sbe.md'), 'utf8')
  let section = ''
  return [...page.matchAll(BLOCK)].flatMap(({ groups = {} }): readonly Step[] => {
    const { path, file, commands, output } = groups
    if (path !== undefined && file !== undefined) return [{ kind: 'file', path, text: file }]
    if (commands !== undefined) return [{ kind: 'commands', section, text: commands, output }]
    section = groups['section'] ?? section
    return []
  })
}
