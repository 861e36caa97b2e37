/**
 * What a schema may ask of the compiler. Schemas can come from strangers, so everything that grows with the input has
 * a bound; the largest published schema stays two orders of magnitude below each of these.
 */

/** Bytes of one document. */
export const MAX_DOCUMENT_BYTES: number = 16 * 1024 * 1024

/** Bytes of a schema with everything it includes. */
export const MAX_TOTAL_BYTES: number = 32 * 1024 * 1024

/** Elements inside one another; the XML parser and the schema parser recurse this deep. */
export const MAX_ELEMENT_DEPTH = 64

/** Elements, comments, CDATA sections and processing instructions of a schema with everything it includes. */
export const MAX_MARKUP_NODES = 500_000

/** Characters of a name; names are repeated in many places. */
export const MAX_NAME_LENGTH = 256

/** Include instructions followed in one run. */
export const MAX_INCLUDES = 256

/** Documents including one another. */
export const MAX_INCLUDE_DEPTH = 16

/** Composites inside one another, through `ref` or inline. */
export const MAX_COMPOSITE_DEPTH = 64

/** Type definitions after every `ref` has been replaced by its target. */
export const MAX_EXPANDED_TYPES = 200_000

/** Tokens of the intermediate representation, all messages together. */
export const MAX_TOKENS = 500_000

/** Errors reported in one run, and as many warnings. */
export const MAX_DIAGNOSTICS = 10_000

/** Size in bytes of a type or block: lengths and offsets are signed 32-bit numbers everywhere. */
export const MAX_BLOCK_LENGTH: number = 2 ** 31 - 1

/** Characters of a page of documentation. */
export const MAX_PAGE_LENGTH: number = 64 * 1024 * 1024
