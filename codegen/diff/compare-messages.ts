import type { MessageModel } from '../model/schema-model.ts'
import type { Pair, Party, Place, Rule } from './change-list.ts'
import { compareBlocks } from './compare-blocks.ts'
import type { BlockContext } from './compare-blocks.ts'
import { idOf, matchParts } from './match-parts.ts'
import type { Reading } from './schema-change.ts'
import { COMPATIBLE, caveat, incompatible } from './schema-change.ts'

type Messages = readonly MessageModel[]

/** Returns the messages of the old schema, and those that only the new one has. */
export function compareMessages(context: BlockContext, messages: Pair<Messages>): Messages {
  const { changes } = context
  const { pairs, added, removed } = matchParts(messages, idOf)
  const byId = { old: tableOf(messages.before), new: tableOf(messages.after) }
  const rule: Rule<MessageModel | undefined> = (reader, writer) => {
    const { part } = writer
    return part === undefined ? COMPATIBLE : readMessage(byId[reader.name], reader, { ...writer, part })
  }
  for (const message of removed) {
    changes.add(placeOf(message), {
      element: 'message',
      change: 'removed',
      from: `template id ${message.id}`,
      readings: changes.judge({ before: message, after: undefined }, rule),
      api: 'breaking',
    })
  }
  for (const message of added) {
    changes.add(placeOf(message), {
      element: 'message',
      change: 'added',
      to: `template id ${message.id}`,
      readings: changes.judge({ before: undefined, after: message }, rule),
      api: 'extended',
    })
  }
  for (const pair of pairs) {
    const { before, after } = pair
    const place = placeOf(before)
    if (before.name !== after.name) {
      const [from, to] = [before.name, after.name]
      changes.add(place, { element: 'message', change: 'renamed', from, to, api: 'breaking' })
    }
    if (before.id !== after.id) {
      const [from, to] = [String(before.id), String(after.id)]
      const readings = changes.judge<MessageModel | undefined>(pair, rule)
      changes.add(place, { element: 'message', change: 'template-id', from, to, readings })
    }
    changes.note(place, 'message', 'since-version', { before: before.sinceVersion, after: after.sinceVersion })
    changes.compareNotes(place, 'message', pair)
    changes.note(place, 'message', 'semantic-type', { before: before.semanticType, after: after.semanticType })
    compareBlocks(context, place, 'message', pair)
  }
  return [...messages.before, ...added]
}

function placeOf({ name }: MessageModel): Place {
  return { path: name, owner: { message: name } }
}

function tableOf(messages: Messages): ReadonlyMap<number, MessageModel> {
  return new Map(messages.map((message) => [message.id, message]))
}

/** A message whose template id is new to the reader, or was another one's. */
function readMessage(
  known: ReadonlyMap<number, MessageModel>, { name, part }: Party<MessageModel | undefined>,
  writer: Party<MessageModel>,
): Reading {
  const { id } = writer.part
  const other = known.get(id)
  if (other !== undefined) {
    return incompatible(`taken for ${other.name}`)
  }
  if (part === undefined && name === 'old') {
    return caveat('unknown: only the framing tells where such a message ends')
  }
  return incompatible(`template id ${id} is unknown`)
}
