import { schemaText } from './schema-parts.ts'

/** A schema with the shapes that access order is about: what follows what, nested in what, since when. */
const field = (name: string, id: number, rest: string = ''): string =>
  `<field name="${name}" id="${id}" type="uint16" ${rest}/>`
const data = (name: string, id: number, rest: string = ''): string =>
  `<data name="${name}" id="${id}" type="varString" ${rest}/>`
const group = (name: string, id: number, members: string, rest: string = ''): string =>
  `<group name="${name}" id="${id}" ${rest}>${members}</group>`
const message = (name: string, id: number, members: string): string =>
  `<message name="${name}" id="${id}">${members}</message>`

export const orderSchema: string = schemaText({ attributes: 'version="2"', messages: `
${message('BlockOnly', 1, field('a', 1))}
${message('TwoData', 2, field('a', 1) + data('b', 2) + data('c', 3))}
${message('GroupThenData', 3, field('a', 1) + group('b', 2, field('c', 3)) + data('d', 4))}
${message('TwoGroups', 4, field('a', 1) + group('b', 2, field('c', 3)) + group('d', 4, field('e', 5)))}
${message('DataInGroup', 5, field('a', 1) + group('b', 2, field('c', 3) + data('d', 4)) + data('e', 5))}
${message(
  'Siblings', 6,
  field('a', 1) +
    group('b', 2, field('c', 3) + group('d', 4, field('e', 5)) + group('f', 6, field('g', 7))) +
    group('h', 8, field('i', 9)),
)}
${message(
  'Deep', 7,
  group(
    'a', 1,
    field('b', 2) + group('c', 3, field('d', 4) + group('e', 5, data('f', 6)) + data('g', 7)) + data('h', 8),
  ),
)}
${message('EmptyEntries', 8, group('a', 1, '') + data('b', 2))}
${message(
  'Grown', 9,
  field('a', 1) + field('b', 2, 'sinceVersion="1"') +
    group('c', 3, field('d', 4) + field('e', 5, 'sinceVersion="2"') + data('f', 6)) +
    group('g', 7, field('h', 8, 'sinceVersion="1"'), 'sinceVersion="1"') +
    data('i', 9) + data('j', 10, 'sinceVersion="2"'),
)}
${message(
  'GrownInside', 10,
  group('a', 1, field('b', 2) + group('c', 3, field('d', 4), 'sinceVersion="1"') + data('e', 5, 'sinceVersion="2"')),
)}
${message(
  'OlderInside', 11,
  field('a', 1) +
    group(
      'b', 2,
      field('c', 3) + field('d', 4, 'sinceVersion="1"') +
        group('e', 5, field('f', 6, 'sinceVersion="1"'), 'sinceVersion="2"'),
      'sinceVersion="2"',
    ),
)}
` })
