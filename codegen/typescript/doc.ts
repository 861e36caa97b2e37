interface Documented {
  readonly description?: string | undefined
  readonly sinceVersion?: number
  readonly deprecated?: number
}

/** Doc comment text of a schema element: its description and the versions in which it came and is to go. */
export function docOf(element: Documented): string {
  const parts = [element.description?.trim() ?? '']
  if (element.sinceVersion !== undefined && element.sinceVersion > 0) {
    parts.push(`Since version ${element.sinceVersion}.`)
  }
  if (element.deprecated !== undefined && element.deprecated > 0) {
    parts.push(`@deprecated since version ${element.deprecated}`)
  }
  return parts.filter((part) => part !== '').join('\n')
}
