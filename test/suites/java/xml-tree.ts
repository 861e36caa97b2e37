import type { Random } from '../../support/random.ts'

/** An element of a schema being made: changed freely until it is printed. */
export interface XmlElement {
  name: string
  readonly attributes: Map<string, string>
  readonly children: (XmlElement | string)[]
}

/** An element; attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
  children: readonly (XmlElement | string)[] = [],
): XmlElement {
  const present = Object.entries(attributes).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, String(value)]],
  )
  return { name, attributes: new Map(present), children: [...children] }
}

export function childElements(parent: XmlElement): XmlElement[] {
  return parent.children.filter((child) => typeof child !== 'string')
}

/** The element and everything below it, parents first. */
export function descendants(root: XmlElement): XmlElement[] {
  return [root, ...childElements(root).flatMap(descendants)]
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}

/** Text of a document; white space, comments and the order of attributes vary where they mean nothing. */
export function printDocument(root: XmlElement, random: Random): string {
  const declaration = random.bool(0.8) ? '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' : ''
  return `${declaration}${printElement(root, '', random)}\n`
}

function printElement(node: XmlElement, indent: string, random: Random): string {
  const attributes = random.bool(0.3) ? random.shuffle([...node.attributes]) : [...node.attributes]
  const quote = random.bool(0.9) ? '"' : "'"
  const written = attributes.map(([name, value]) => {
    const text = quote === '"' ? escapeAttribute(value) : escapeAttribute(value).replaceAll("'", '&apos;')
    return ` ${name}${random.bool(0.95) ? '=' : ' = '}${quote}${text}${quote}`
  })
  const start = `${indent}<${node.name}${written.join('')}`
  if (node.children.length === 0) return random.bool(0.9) ? `${start}/>` : `${start}></${node.name}>`
  if (node.children.some((child) => typeof child === 'string')) {
    const text = node.children.map((child) => (typeof child === 'string' ? escapeText(child) : '')).join('')
    return `${start}>${text}</${node.name}>`
  }
  const inner = childElements(node).map((child) => {
    const comment = random.bool(0.03) ? `${indent}  <!-- <${child.name}> & such -->\n` : ''
    return comment + printElement(child, `${indent}  `, random)
  })
  return `${start}>\n${inner.join('\n')}\n${indent}</${node.name}>`
}
