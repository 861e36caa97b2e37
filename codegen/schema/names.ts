import { identifierOf } from '../typescript/names.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import { CPP_KEYWORDS, CSHARP_KEYWORDS, GO_KEYWORDS, JAVA_KEYWORDS } from './keywords.ts'
import { referencePlace, type Reporter } from './reporter.ts'

/**
 * The reference compiler warns of names that one of its target languages cannot use. Schemas are shared between
 * implementations, so we warn of the same.
 */
interface Language {
  readonly name: string
  /** Name of the language in the reference's sentence. */
  readonly referenceName: string
  accepts(name: string): boolean
}

const LETTERS_AND_DIGITS = /^[\p{L}\p{Nd}_]*$/u
const JAVA_IDENTIFIER = /^[\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{Mn}\p{Mc}\p{Cf}\u0000-\u0008\u000e-\u001b\u007f-\u009f]+$/u
const CSHARP_IDENTIFIER = /^[\p{L}_@\p{Mn}\p{Mc}\p{Nd}\p{Pc}\p{Cf}]*$/u

const LANGUAGES: readonly Language[] = [
  { name: 'C++', referenceName: 'C++', accepts: (name) => LETTERS_AND_DIGITS.test(name) && !CPP_KEYWORDS.has(name) },
  { name: 'Java', referenceName: 'Java', accepts: (name) => name.split('.').every(isJavaIdentifier) },
  { name: 'Go', referenceName: 'Golang', accepts: (name) => LETTERS_AND_DIGITS.test(name) && !GO_KEYWORDS.has(name) },
  { name: 'C#', referenceName: 'C#', accepts: (name) => CSHARP_IDENTIFIER.test(name) && !CSHARP_KEYWORDS.has(name) },
]

function isJavaIdentifier(name: string): boolean {
  return JAVA_IDENTIFIER.test(name) && !JAVA_KEYWORDS.has(name)
}

export function checkName(reporter: Reporter, element: XmlElement, name: string): void {
  const refusing = LANGUAGES.filter((language) => !language.accepts(name))
  if (refusing.length === 0) return
  const identifier = identifierOf(name)
  const changed = identifier === name ? '' : `; in TypeScript it is called '${identifier}'`
  const message = `'${name}' is not a valid name in ${listOf(refusing.map((language) => language.name))}${changed}`
  const place = referencePlace(element)
  const sentences = refusing.map(({ referenceName }) => `${place}name is not valid for ${referenceName}: ${name}`)
  reporter.warning({ code: 'name', at: element, attribute: 'name', message, reference: sentences.join('\n') })
}

function listOf(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' and $1')
}
