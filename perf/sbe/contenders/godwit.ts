/** Ways of using generated codecs. */
import type { Contenders } from '../contender.ts'
import { bookUpdateWithBigints, bookUpdateWithNumbers } from './book-update.ts'
import { carWithBigints, carWithNumbers, carWithTextBytes } from './car.ts'

export const contenders: Contenders = {
  'godwit': { 'book-update': bookUpdateWithNumbers, 'car': carWithNumbers },
  'godwit-bigint': { 'book-update': bookUpdateWithBigints, 'car': carWithBigints },
  'godwit-text-bytes': { car: carWithTextBytes },
}
