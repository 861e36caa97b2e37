import { SbeError } from './sbe-error.ts'

/** The interface between generated code and this runtime; raised when generated code must be made anew. */
export const RUNTIME_INTERFACE: number = 1

/** Called by each generated module with the interface it was generated for. */
export function requireRuntime(generatedFor: number, module: string): void {
  if (generatedFor !== RUNTIME_INTERFACE) {
    throw new SbeError(
      'ERR_GODWIT_SBE_RUNTIME',
      `${module} was generated for runtime interface ${generatedFor}, this godwit/sbe has ${RUNTIME_INTERFACE}: ` +
        `regenerate it with 'godwit sbe generate'`,
    )
  }
}
