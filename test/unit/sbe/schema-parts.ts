/** Schemas for the tests of codecs, from the parts that matter to a test. */
export interface SchemaParts {
  readonly types?: string
  readonly messages: string
  /** Attributes of the root element; `package` and `id` have values of their own. */
  readonly attributes?: string
  /** The message header, when it is not the usual one. */
  readonly header?: string
}

export const HEADER: string = `<composite name="messageHeader">
  <type name="blockLength" primitiveType="uint16"/>
  <type name="templateId" primitiveType="uint16"/>
  <type name="schemaId" primitiveType="uint16"/>
  <type name="version" primitiveType="uint16"/>
</composite>`

/** Types for groups and data: `varString` is UTF-8, `varBytes` has no encoding. */
const COMMON_TYPES = `
<composite name="groupSizeEncoding">
  <type name="blockLength" primitiveType="uint8"/>
  <type name="numInGroup" primitiveType="uint8"/>
</composite>
<composite name="varString">
  <type name="length" primitiveType="uint8"/>
  <type name="varData" primitiveType="char" length="0" characterEncoding="UTF-8"/>
</composite>
<composite name="varBytes">
  <type name="length" primitiveType="uint16"/>
  <type name="varData" primitiveType="uint8" length="0"/>
</composite>`

export function schemaText({ types = '', messages, attributes = 'version="0"', header = HEADER }: SchemaParts): string {
  return `<messageSchema package="test" id="1" ${attributes}>
<types>
${header}
${COMMON_TYPES}
${types}
</types>
${messages}
</messageSchema>
`
}

/** Text as the value of an attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}
