import type { Zip } from '@pixelrow/files'

/** What a wheel says of itself. */
export interface WheelSays {
  /** The project's name; empty for a zip that is no wheel. */
  name: string
  version: string
  /** The last part of its tag is the platform: `cp312-cp312-manylinux_2_28_x86_64`. */
  tag: string
  /** All of METADATA. */
  metadata: string
}

/** Reads what a wheel says of itself, out of the one folder that describes it. */
export async function wheelSays(zip: Zip): Promise<WheelSays> {
  const infos = zip.entries.flatMap(({ name }) => /^([^/]+\.dist-info)\/METADATA$/.exec(name)?.[1] ?? [])
  const [info, another] = infos
  const isWheel = info !== undefined && another === undefined
  const metadata = isWheel ? await textIn(zip, `${info}/METADATA`) : ''
  const tag = isWheel ? field(await textIn(zip, `${info}/WHEEL`), 'Tag') : ''
  return { name: field(metadata, 'Name'), version: field(metadata, 'Version'), tag, metadata }
}

/** A member's text; empty where there is no such member. */
export async function textIn(zip: Zip, name: string): Promise<string> {
  return zip.entry(name) ? new TextDecoder().decode(await zip.bytes(name)) : ''
}

const field = (text: string, name: string) => new RegExp(`^${name}: *(\\S+)`, 'm').exec(text)?.[1] ?? ''
