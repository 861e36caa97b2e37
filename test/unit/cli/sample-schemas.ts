/** Schemas for the tests of the command line. */

const TYPES = `
  <types>
    <composite name="messageHeader">
      <type name="blockLength" primitiveType="uint16"/>
      <type name="templateId" primitiveType="uint16"/>
      <type name="schemaId" primitiveType="uint16"/>
      <type name="version" primitiveType="uint16"/>
    </composite>
  </types>`

/** A valid schema with these messages, each with one field. */
export function goodSchema(packageName: string, ...messages: readonly string[]): string {
  const texts = messages.map(
    (name, index) => `
  <sbe:message name="${name}" id="${index + 1}">
    <field name="value" id="1" type="uint32"/>
  </sbe:message>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<sbe:messageSchema xmlns:sbe="http://fixprotocol.io/2016/sbe" package="${packageName}" id="7" version="0">${TYPES}
  ${texts.join('')}
</sbe:messageSchema>
`
}

/** Three errors, one of each of three messages: the types of their fields do not exist. */
export function badSchema(packageName: string): string {
  return goodSchema(packageName, 'First', 'Second', 'Third').replaceAll('"uint32"', '"nothing"')
}

/** A schema whose two fields have the same id: an error, or in lenient mode a warning. */
export function deviatingSchema(packageName: string): string {
  const field = '<field name="value" id="1" type="uint32"/>'
  return goodSchema(packageName, 'First').replace(field, `${field}<field name="other" id="1" type="uint32"/>`)
}
