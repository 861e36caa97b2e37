import type { Diagnostic, Severity } from '../diagnostic.ts'
import { MAX_DIAGNOSTICS } from '../limits.ts'
import type { Position } from '../xml/source-text.ts'
import type { XmlElement } from '../xml/xml-element.ts'

export interface Finding {
  readonly code: string
  readonly at: XmlElement
  /** Attribute of `at` that is to blame. */
  readonly attribute?: string | undefined
  readonly message: string
  readonly expected?: string | undefined
  /** What the reference reports for this, see {@link Diagnostic.reference}. */
  readonly reference?: string | undefined
  /** The reference parses no further after this. */
  readonly referenceStops?: boolean | undefined
}

export interface PlacedFinding {
  readonly code: string
  readonly file: string
  readonly position: Position
  readonly message: string
  readonly expected?: string | undefined
}

/**
 * Collects findings, and keeps track of how far the reference implementation would have come: it gives up at the end
 * of a phase that had errors, and at once on some findings. We go on, but claim no reference sentence from there on.
 */
export class Reporter {
  readonly lenient: boolean
  readonly diagnostics: Diagnostic[] = []
  private readonly seen = new Set<string>()
  private errors = 0
  private referenceErrors = 0
  private referenceStopped = false

  constructor(lenient: boolean) {
    this.lenient = lenient
  }

  get hasErrors(): boolean {
    return this.errors > 0
  }

  error(finding: Finding): void {
    this.report('error', finding)
  }

  warning(finding: Finding): void {
    this.report('warning', finding)
  }

  /** What real schemas get wrong without doing harm: an error, or in lenient mode a warning. */
  deviation(finding: Finding): void {
    this.report(this.lenient ? 'warning' : 'error', finding)
  }

  /** A finding about a document rather than an element of it. */
  placed(severity: Severity, finding: PlacedFinding): void {
    const { code, file, position, message, expected } = finding
    this.add({ severity, code, file, ...position, message, expected, reference: '' })
  }

  endPhase(): void {
    if (this.referenceErrors > 0) this.referenceStopped = true
  }

  private report(severity: Severity, finding: Finding): void {
    const { code, at, attribute, message, expected } = finding
    const reference = this.referenceStopped ? '' : (finding.reference ?? '')
    this.add({ severity, code, file: at.source.file, ...at.position(attribute), message, expected, reference })
    if (severity === 'error' && reference !== '') this.referenceErrors++
    if (finding.referenceStops === true) this.referenceStopped = true
  }

  private add(diagnostic: Diagnostic): void {
    // The target of a ref is read once per ref, and says the same each time.
    const { severity, code, file, line, column, message } = diagnostic
    const key = [severity, code, file, line, column, message].join('\0')
    if (this.seen.has(key)) return
    this.seen.add(key)
    if (severity === 'error') this.errors++
    if (this.diagnostics.length < MAX_DIAGNOSTICS) {
      this.diagnostics.push(diagnostic)
    } else if (this.diagnostics.length === MAX_DIAGNOSTICS) {
      const message = `more than ${MAX_DIAGNOSTICS} findings; the rest is not shown`
      this.diagnostics.push({ ...diagnostic, severity: 'error', code: 'too-many-findings', message, reference: '' })
      this.errors++
    }
  }
}

/** The place of an element as the reference writes it in front of its sentences. */
export function referencePlace(element: XmlElement): string {
  const parent = element.parent
  return `at ${tag(parent?.name ?? '#document', parent?.attributes.get('name'))}` +
    tag(element.name, element.attributes.get('name'))
}

function tag(elementName: string, name: string | undefined): string {
  return name === undefined ? `<${elementName}>` : `<${elementName} name="${name}"> `
}
