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
  /** The reference parses no further after this. */
  readonly referenceStops?: boolean | undefined
}

/** Thrown to end a run in which nothing more would be reported. Never leaves the compiler. */
export class TooManyErrorsError extends Error {}

/**
 * Collects findings, and keeps track of how far the reference implementation would have come: it gives up at the end
 * of a phase that had errors, and at once on some findings. We go on, but claim no reference sentence from there on.
 */
export class Reporter {
  readonly lenient: boolean
  readonly diagnostics: Diagnostic[] = []
  private readonly seen = new Set<string>()
  private errors = 0
  private warnings = 0
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
    if (finding.referenceStops === true) this.referenceStopped = true
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
    if (severity === 'warning') {
      this.warnings++
      if (this.warnings > MAX_DIAGNOSTICS + 1) return
      if (this.warnings > MAX_DIAGNOSTICS) diagnostic = tooMany(diagnostic)
    } else {
      this.errors++
      if (this.errors > MAX_DIAGNOSTICS) {
        this.diagnostics.push(tooMany(diagnostic))
        throw new TooManyErrorsError()
      }
    }
    this.seen.add(key)
    this.diagnostics.push(diagnostic)
  }
}

function tooMany(diagnostic: Diagnostic): Diagnostic {
  const message = `there are more than ${MAX_DIAGNOSTICS} ${diagnostic.severity}s; the rest is not shown`
  return { ...diagnostic, code: 'too-many-findings', message, expected: undefined, reference: '' }
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
