/** Small schemas for the compiler's tests, with the findings expected in them written where they belong. */
import * as assert from 'uvu/assert'
import { type CompileOptions, compileSchemaText, type CompileResult, type Diagnostic } from '../../../codegen/index.ts'

export const HEADER = `<composite name="messageHeader">
    <type name="blockLength" primitiveType="uint16"/>
    <type name="templateId" primitiveType="uint16"/>
    <type name="schemaId" primitiveType="uint16"/>
    <type name="version" primitiveType="uint16"/>
  </composite>`

export const DIMENSIONS = `<composite name="groupSizeEncoding">
    <type name="blockLength" primitiveType="uint16"/>
    <type name="numInGroup" primitiveType="uint16"/>
  </composite>`

export const DATA = `<composite name="varData">
    <type name="length" primitiveType="uint16"/>
    <type name="varData" primitiveType="uint8" length="0"/>
  </composite>`

const MESSAGE = '<message name="M" id="1"><field name="f" id="1" type="uint8"/></message>'

/** A schema with these declarations and messages; `attributes` are added to the root element. */
export function schemaOf(types: string, messages: string = MESSAGE, attributes: string = 'version="0"'): string {
  return `<messageSchema package="test" id="1" ${attributes}>
<types>
  ${HEADER}
  ${types}
</types>
${messages}
</messageSchema>
`
}

/** A schema with one message of these members, and types for groups and data. */
export function schemaWith(members: string, types: string = '', attributes?: string): string {
  const message = `<message name="M" id="1">\n${members}\n</message>`
  return schemaOf(`${DIMENSIONS}\n${DATA}\n${types}`, message, attributes)
}

export function compile(text: string | Uint8Array, options?: CompileOptions): CompileResult {
  return compileSchemaText(text, 'test.xml', { readFile: noFile, ...options })
}

function noFile(path: string): Uint8Array {
  throw new Error(`no file ${path}`)
}

const MARK = /\[\[([a-z-]+)\]\]/g

/** Where marks of the form `[[code]]` stand, and the text without them. */
export function readMarks(marked: string): { readonly text: string; readonly marks: readonly string[] } {
  const marks: string[] = []
  let text = ''
  let end = 0
  for (const match of marked.matchAll(MARK)) {
    text += marked.slice(end, match.index)
    end = match.index + match[0].length
    const lines = text.split('\n')
    marks.push(`${lines.length}:${(lines.at(-1)?.length ?? 0) + 1} ${match[1]}`)
  }
  return { text: text + marked.slice(end), marks }
}

/**
 * Compiles a schema in which a mark `[[code]]` stands before each element or attribute that is to be reported, and
 * expects these findings and no others. Types that nothing uses are not looked at, unless marked.
 */
export function expectFindings(marked: string, options?: CompileOptions): readonly Diagnostic[] {
  const { text, marks } = readMarks(marked)
  const { ir, diagnostics } = compile(text, options)
  const wanted = marks.some((mark) => mark.endsWith(' unused-type'))
  const looked = diagnostics.filter(({ code }) => wanted || code !== 'unused-type')
  const found = looked.map(({ line, column, code }) => `${line}:${column} ${code}`)
  assert.equal([...found].sort(), [...marks].sort(), diagnostics.map(({ message }) => message).join('\n'))
  assert.is(ir === undefined, diagnostics.some(({ severity }) => severity === 'error'))
  return looked
}

/** As {@link expectFindings}, and all are errors, or all warnings, with exactly these sentences of the reference. */
export function expectReference(
  severity: Diagnostic['severity'],
  marked: string,
  ...reference: readonly string[]
): readonly Diagnostic[] {
  const diagnostics = expectFindings(marked)
  for (const diagnostic of diagnostics) assert.is(diagnostic.severity, severity, diagnostic.message)
  assert.equal(diagnostics.map((diagnostic) => diagnostic.reference), reference)
  return diagnostics
}
