/** The ways of using generated codecs. */
import type { Contender } from '../contender.ts'
import { bookUpdateWithBigints, bookUpdateWithNumbers } from './book-update.ts'
import { carWithBigints, carWithNumbers, carWithTextBytes } from './car.ts'

/** 64-bit integers as Numbers, text as strings. */
export const numbers: Contender = { 'book-update': bookUpdateWithNumbers, 'car': carWithNumbers }
/** 64-bit integers as bigints, text as strings. */
export const bigints: Contender = { 'book-update': bookUpdateWithBigints, 'car': carWithBigints }
/** 64-bit integers as Numbers, text as bytes. */
export const textBytes: Contender = { 'car': carWithTextBytes }
