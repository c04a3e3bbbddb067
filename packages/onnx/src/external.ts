import { isA } from '../../../common/kinds.ts'
import { decodeMessage } from './decode.ts'
import { bytesFrom } from './options.ts'
import type { FieldValue, Message } from './types.ts'

/**
 * The names of the files beside a model in which it keeps weights, at whatever depth, sorted and each once; none for most models. They count from
 * the model's folder and do not lead out of it. Nothing is opened.
 * @throws OnnxError with the byte offset for cut, damaged or foreign files, and for a path that leads out of the folder.
 */
export function externalFiles(bytes: Uint8Array): string[] {
  const found = new Set<string>()
  gather(decodeMessage('ModelProto', bytesFrom('externalFiles', bytes)), found)
  return [...found].sort()
}

function gather(message: Message, found: Set<string>): void {
  for (const [field, value] of Object.entries(message)) {
    if (field === 'external_data') for (const { key, value: name } of value as Message[]) add(found, key, name)
    else for (const each of nested(value)) gather(each, found)
  }
}

/** Where a key comes twice, runtimes differ in which one they take: all are named. */
function add(found: Set<string>, key: FieldValue | undefined, name: FieldValue | undefined): void {
  if (key === 'location') found.add((name as string | undefined) ?? '')
}

/** The messages in a field; the numbers of a list of millions are not looked at one by one. */
function nested(value: FieldValue | undefined): readonly Message[] {
  if (typeof value !== 'object' || isA(value, 'Uint8Array')) return []
  if (!Array.isArray(value)) return [value as Message]
  const [first] = value
  return typeof first === 'object' && !isA(first, 'Uint8Array') ? (value as Message[]) : []
}
