import { generateHtml } from '../../../codegen/index.ts'
import type { HtmlOptions, Ir } from '../../../codegen/index.ts'
import { HtmlPage } from '../../support/html-page.ts'
import { compile } from './schema-text.ts'

export function irOf(text: string): Ir {
  const { ir, diagnostics } = compile(text, { lenient: true })
  if (ir === undefined) throw new Error(JSON.stringify(diagnostics, null, 2))
  return ir
}

export function pageOf(text: string, options?: HtmlOptions): HtmlPage {
  return new HtmlPage(generateHtml(irOf(text), options))
}
