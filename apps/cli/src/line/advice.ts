import { quoted } from './paste.ts'

/** What a library says to its caller, and what it means on the command line. */
const sentences: [RegExp, string][] = [
  [/Is this test\.csv\? Then pass label: false\./, 'Is this the test file? Then it is for predict, not to train on.'],
  [/Pass one of these names, an index, or false for none\./, 'Give one of these names, or a place: 0 first, -1 last.'],
  [/Pass its 0-based index\./, 'Give its place: 0 first, -1 last.'],
  [
    /Pass the shape that the file has\./,
    'That is the size in the model, in train.csv or of --shape: is this another data set?',
  ],
  [/Pass the shape;/, 'Give the size, e.g. --shape 28x28x3;'],
  [
    /Pass maxValue: 255 if white is above (\d+) here\./,
    'White is $1 in the model, in train.csv or by --max-value: is this another data set?',
  ],
  [
    /If the values are fractions 0\.\.1, pass fractions: true\./,
    'The training values were 0 and 1 alone: is this another data set?',
  ],
  [/Pass label: its name or index\./, 'Give --label its name or place.'],
  [/Pass the images, and the labels as option\./, 'Name the images; their labels are found beside them.'],
  [/Pass the path of a CSV file\./, 'Name a file.'],
  [/Pass the folder\b/, 'Name the folder'],
  [/Pass size: a number or \[height, width\],/, 'Add --shape, e.g. --shape 28x28,'],
  [/Pass a smaller size\./, 'Add --shape with a smaller size.'],
  [/pass drop: its name/, 'add --drop with its name'],
  [/Pass drop: its name/, 'Add --drop with its name'],
  [/Pass label: false to read pictures without classes\./, 'Put the pictures of each class into a folder of its name.'],
  [/Pass member: its name\./, 'Add --part, or unpack it and name the file.'],
  [/Pass part, or the folder itself\./, 'Add --part, or name the folder itself.'],
  [/Leave part out\./, 'Leave --part away.'],
  [/\(options member and part\)/, '(if that is wrong, add --part)'],
]

/** An option of `readTable` with its value, as a flag. */
function flagOf(option: string, value: string): string {
  if (option === 'header') return value === 'true' ? '--header' : '--no-header'
  const flag = option === 'maxValue' ? '--max-value' : `--${option}`
  return `${flag} ${value.startsWith("'") ? quoted(value.slice(1, -1)) : value}`
}

/** `'a', 'b', …` as `--drop a --drop b …`. */
function dropped(list: string): string {
  const names = [...list.matchAll(/'(.*?)'(?=, |$)/g)].map(([, name]) => `--drop ${quoted(name!)}`)
  return `${names.join(' ')}${list.endsWith('…') ? ' …' : ''}`
}

/**
 * Advice that names options of `readTable`, in flags. `takes` tells which of them the command has: what it says of a label
 * column is left out for a command that wants none.
 */
export function inFlags(advice: string, takes: (flag: string) => boolean = () => true): string {
  let text = advice
  for (const [pattern, sentence] of sentences) text = text.replace(pattern, sentence)
  if (!takes('label')) text = text.replace(/, or label: .*? is the label/, '')
  return text
    .replace(/drop: \[(.*)\]/, (_, list: string) => dropped(list))
    .replace(/(?<!-)\b(label|header|maxValue|shape|channels): ('.*?'(?= if|[.,;]|$)|[^\s',.;]+)/g, (_, option, value) =>
      flagOf(option, value),
    )
    .replace(/\(option (\w+)\)/, (_, option: string) => `(if that is wrong, add --${option})`)
    .replace(/\b(P|p)ass (?=--)/g, (_, letter: string) => (letter === 'P' ? 'Add ' : 'add '))
}

/** What another package's error says as data. */
interface Coded {
  code?: string
  params?: Readonly<Record<string, unknown>>
}

/** What to do about an error of another package, in flags that the command `takes`; undefined where its code is not known here. */
export function fixOf({ code, params = {} }: Coded, takes: (flag: string) => boolean = () => true): string | undefined {
  if (code === 'DATA_COLUMN_UNKNOWN') return columnFix(params, takes)
  if (code === 'DATA_OPTION_UNFIT') return `Leave --${String(params.option).replace('maxValue', 'max-value')} away.`
  if (code === 'DATA_PIXEL_MISSING' && params.named) return 'Name a column that holds no pixels.'
  if (code === 'DATA_SUBMISSION_COLUMNS') return 'A submission that is checked here has an id and a label in each line'
  if (code === 'DATA_INDEX_BROKEN') return 'Add --id 0 if the first column names the rows, --drop 0 to leave it out'
  return undefined
}

/** Which column is what: the flag for each that it may be. */
function columnFix({ columns, places, label, id }: Coded['params'] & object, takes: (flag: string) => boolean): string {
  const names = listed(columns).map((name, index) => quoted(String(name || listed(places)[index])))
  const [first = ''] = names
  const roles = [
    label && takes('label') && `--label ${first} if ${names[1] ? `${first} is` : 'it is'} the label`,
    id && takes('id') && `--id ${first} if it names the rows`,
    `${names.map((name) => `--drop ${name}`).join(' ')} to leave ${names[1] ? 'them' : 'it'} out`,
  ].filter((role) => typeof role === 'string')
  return `Add ${roles.join(', ')}`
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
