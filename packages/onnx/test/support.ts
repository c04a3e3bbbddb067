import { readFileSync } from 'node:fs'
import type { Graph, Model, Node } from '@pixelrow/onnx'

/** A file made by fixtures/make.py. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}.onnx`, import.meta.url)))
}

/** A model around a graph. */
export function modelOf(graph: Graph, rest: Partial<Model> = {}): Model {
  return { irVersion: 8, opsets: { '': 17 }, graph, ...rest }
}

/** A node with what a test says of it. */
export function nodeOf(opType: string, inputs: string[], outputs: string[], rest: Partial<Node> = {}): Node {
  return { opType, domain: '', name: '', inputs, outputs, attributes: {}, ...rest }
}

/** A graph with what a test says of it. */
export function graphOf(rest: Partial<Graph> = {}): Graph {
  return { name: 'g', nodes: [], inputs: [], outputs: [], initializers: [], ...rest }
}

/** One protobuf field with a length, written by hand. */
export function field(number: number, content: Uint8Array | readonly number[] | string): Uint8Array {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : Uint8Array.from(content)
  return Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length), ...bytes])
}

/** Protobuf's numbers: seven bits a byte, the lowest first. */
export function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
}

/** Bytes one after the other. */
export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** A graph in an attribute in a node, so many times: from the inmost to the outmost. */
export function nested(depth: number): Uint8Array {
  const heads: number[][] = []
  for (let level = 0, length = 0; level < 3 * depth; level++) {
    const head = [[6, 5, 1][level % 3]! * 8 + 2, ...varint(length)]
    length += head.length
    heads.push(head)
  }
  return field(7, heads.reverse().flat())
}
