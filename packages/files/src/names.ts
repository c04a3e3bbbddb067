const cp437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text in the zip format's own code page. */
export function fromCp437(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte < 128 ? String.fromCharCode(byte) : cp437[byte - 128]
  return text
}

/** Text in UTF-8, or `undefined` if it is not. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** A name's parts, without the empty ones and `.`: two names with the same parts are the same file. */
export function partsOf(name: string): string[] {
  return name.split('/').filter((part) => part !== '' && part !== '.')
}

/** No system has longer paths, and nobody deeper ones; comparing names takes the product of both. */
const longestName = 4096
const deepestName = 100

/** What makes a name (its parts separated by `/`) unsafe to use as a path below a folder, on any system, in words; undefined if nothing does. */
export function unsafe(name: string): string | undefined {
  if (name.length > longestName) return `its name is longer than ${longestName} characters`
  if (name.split('/').length > deepestName) return `its name lies deeper than ${deepestName} folders`
  if (name.includes('\0')) return 'its name holds a NUL byte'
  if (/^[/\\]/.test(name)) return 'its name is an absolute path'
  if (/^[a-z]:/i.test(name)) return 'its name begins with a drive letter'
  if (name.split(/[/\\]/).includes('..')) return 'its name leads out of the folder (..)'
  if (name.includes('\\')) return 'its name holds a backslash, where the zip format has /'
  return partsOf(name).length === 0 && !name.endsWith('/') ? 'its name is empty' : undefined
}

const device = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])( *\.|$)/i

/** What makes a path part impossible, or something other than a file, on Windows, in words. */
export function unsafeOnWindows(part: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Windows forbids.
  if (/[<>:"|?*\x00-\x1f]/.test(part)) return 'its name holds a character that Windows forbids'
  if (/[. ]$/.test(part)) return 'its name ends in a dot or a space, which Windows drops'
  return device.test(part) ? 'its name is that of a device on Windows' : undefined
}
