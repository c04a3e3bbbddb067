import { OnnxError } from './error.ts'
import { type Part, putter, taker } from './fields.ts'
import { graphFrom, graphTo } from './graphproto.ts'
import { tensorFrom, tensorTo, textsPart } from './tensorproto.ts'
import type { Attribute, AttributeValue, FieldValue, Graph, Message, Tensor } from './types.ts'

const encoder = new TextEncoder()
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** A kind of attribute: our tag, AttributeProto's type number and field, and how a value is kept in it. */
interface Kind {
  tag: string
  code: number
  field: string
  part: Part<unknown>
}

const plain: Part<FieldValue> = { from: (value) => value ?? 0, to: (value) => value }
const values: Part<readonly FieldValue[]> = {
  from: (value) => (value as FieldValue[]) ?? [],
  to: (value) => (value.length ? value : undefined),
}
const text: Part<string> = {
  from: (value) => (value ? utf8.decode(value as Uint8Array) : ''),
  to: (value) => encoder.encode(value),
}
const single: Part<number> = { from: (value) => Number(value ?? 0), to: (value) => Math.fround(value) }
const tensor: Part<Tensor> = { from: (value) => tensorFrom((value as Message) ?? {}), to: tensorTo }
const graph: Part<Graph> = { from: (value) => graphFrom((value as Message) ?? {}), to: graphTo }

function listOf<T>(part: Part<T>): Part<readonly T[]> {
  return {
    from: (value) => ((value as FieldValue[]) ?? []).map(part.from),
    to: (value) => (value.length ? value.map((item) => part.to(item)!) : undefined),
  }
}

const kinds: readonly Kind[] = [
  { tag: 'float', code: 1, field: 'f', part: single },
  { tag: 'int', code: 2, field: 'i', part: plain },
  { tag: 'string', code: 3, field: 's', part: text },
  { tag: 'tensor', code: 4, field: 't', part: tensor },
  { tag: 'graph', code: 5, field: 'g', part: graph },
  { tag: 'floats', code: 6, field: 'floats', part: values },
  { tag: 'ints', code: 7, field: 'ints', part: values },
  { tag: 'strings', code: 8, field: 'strings', part: textsPart },
  { tag: 'tensors', code: 9, field: 'tensors', part: listOf(tensor) },
  { tag: 'graphs', code: 10, field: 'graphs', part: listOf(graph) },
]

/** Kinds whose field is compared on reading, to keep bytes that their value does not give again; the others are heavy. */
const compared = new Set([3, 8])

/** An attribute of an AttributeProto. Files older than IR version 2 have no `type`; the field that is there tells it. */
export function attributeFrom(message: Message): Attribute {
  const { name: _, ...rest } = message
  const kind = message.type
    ? kinds.find(({ code }) => code === message.type)
    : kinds.find(({ field }) => message[field] !== undefined)
  if (!kind || message.ref_attr_name !== undefined) return { other: rest }
  const { take, drop, extra } = taker(rest)
  drop('type')
  if (!compared.has(kind.code)) drop(kind.field)
  const part = kind.part
  const value = compared.has(kind.code) ? take(kind.field, part) : part.from(message[kind.field])
  return { [kind.tag]: value, ...extra() } as unknown as Attribute
}

/** AttributeProto of an attribute. */
export function attributeTo(node: string, name: string, attribute: Attribute): Message {
  if ('other' in attribute) return { ...attribute.other, name }
  const kind = kindOf(attribute)
  if (!kind) {
    const found = Object.keys(attribute).join() || 'nothing'
    const message = `${node}: attribute "${name}" is tagged ${found}, expected one of ${tags.join(', ')}`
    throw new OnnxError(message, { params: { attribute: name, expected: tags, found }, node })
  }
  const { put, set, message } = putter(attribute.extra)
  const value = (attribute as Record<string, unknown>)[kind.tag]
  set('name', name)
  set('type', kind.code)
  put(kind.field, kind.part, value)
  return message
}

function kindOf(attribute: AttributeValue): Kind | undefined {
  return kinds.find(({ tag }) => tag in attribute)
}

const tags: readonly string[] = kinds.map(({ tag }) => tag)
