// What a terminal may be sent. The build copies this file into each package that has a command.

/**
 * What a terminal carries out and what nobody sees: control characters (ESC and its 8-bit kin among them), what turns the direction of a line, what has no
 * width, halves of a pair. Line ends are none of it, nor what joins two emoji or makes a sign one.
 */
const unseen =
  /(?!\n|(?<=\p{ExtPict}[\uFE0F\p{EMod}]?)\u200D(?=\p{ExtPict})|(?<=\p{ExtPict})\uFE0F)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{DI}\uFFF9-\uFFFB]/gu

/** A text from anywhere as a terminal may have it: what cannot be seen is shown as in JSON, `\u001b`. Twice is as good as once. */
export const visible = (text: string): string => text.replace(unseen, notation)

/** The same for what stands within a line, such as a name: line ends are shown too. */
export const visibleName = (text: string): string => visible(text).replaceAll('\n', '\\u000a')

/** Whether a text is the same when it is shown. */
export const isVisible = (text: string): boolean => visibleName(text) === text

function notation(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
