// How fast and in how much memory are 77 MB of digits read, beside everything else that reads CSV?
// Arguments: the sections peers, gz, dense, stream; all of them without. Variables: ROUNDS, PYTHON, REF_C, CC.
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { peers, pixelrow, reader, reference } from './contenders.mjs'
import { alternate, here, line, printTable, ratioLine, run } from './run.mjs'

const rounds = Number(process.env.ROUNDS ?? 5)
const sections = { peers: besidePeers, gz: besideInflating, dense: onOtherPictures, stream: streaming }
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in sections))
if (unknown.length > 0)
  throw new Error(`No section ${unknown.join(', ')}: there are ${Object.keys(sections).join(', ')}.`)

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-csv-'))
try {
  console.log(`Node ${process.version}, ${availableParallelism()} × ${cpus()[0].model}, ${rounds} rounds`)
  for (const name of asked.length > 0 ? asked : Object.keys(sections)) {
    console.log(`\n== ${name}, load ${load()}`)
    sections[name]()
    console.log(`load at the end ${load()}`)
  }
} finally {
  rmSync(folder, { recursive: true })
}

function load() {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')
}

/** Makes files, in a process of its own, and says where they are and what they hold. */
function files(...names) {
  return run(process.execPath, [here('prepare.mjs'), folder, ...names]).files
}

function besidePeers() {
  const { train } = files('train')
  const c = reference(train, folder)
  const measured = alternate([pixelrow(train), ...c, ...peers(train)], rounds)
  const [ours, ...rest] = measured
  const [native] = rest.filter(({ name }) => name === 'C reference')
  const others = rest.filter((one) => one !== native).sort((a, b) => a.ms - b.ms)
  printTable([...(native ? [native] : []), ours, ...others], ours)
  ratioLine('fastest peer / pixelrow', others[0], ours, '≥', 7)
  ratioLine(
    'fastest in JavaScript alone / pixelrow',
    others.find(({ js }) => js),
    ours,
    '≥',
    17,
  )
  if (native) ratioLine('pixelrow / C', ours, native, '≤', 1.25)
  line('peak RSS in MiB', ours.rss, '≤', 100)
}

function besideInflating() {
  const { gz } = files('gz')
  const alone = { result: gz.inflated, often: true }
  const measured = alternate(
    [
      { ...pixelrow(gz) },
      reader('inflating in pieces', gz, { ...alone, reader: 'inflate-stream' }),
      reader('inflating at once', gz, { ...alone, reader: 'inflate-whole' }),
    ],
    2 * rounds,
  )
  printTable(measured, measured[0])
  const [ours, ...inflating] = measured
  ratioLine('gz / inflating alone', ours, inflating.sort((a, b) => a.ms - b.ms)[0], '≤', 1.15)
}

function onOtherPictures() {
  const all = Object.values(files('train', 'dense', 'grey'))
  const named = (make, name) => all.flatMap((file) => make(file, `${name}, ${file.name}`))
  const measured = alternate(
    [...named(pixelrow, 'pixelrow'), ...named((file, name) => reference(file, folder, name), 'C')],
    3 * rounds,
  )
  // By the least, per byte: disturbances have nothing to do with what is in the file.
  printTable(measured)
  const [train, ...others] = measured
  const perByte = ({ least, file }) => least / file.bytes
  for (const one of others.filter(({ name }) => name.startsWith('pixelrow'))) {
    line(`time per byte, ${one.file.name} / train`, perByte(one) / perByte(train), '≤', 1.1)
  }
}

function streaming() {
  const { train } = files('train')
  const { ms, bytes, rows, wrong, rss } = run(process.execPath, [here('stream.mjs'), train.path, String(2e9)])
  if (wrong > 0) throw new Error(`readRows gave ${wrong} wrong rows of ${rows}.`)
  console.log(`${bytes} bytes, ${rows} rows in ${(ms / 1e3).toFixed(2)} s: ${(bytes / ms / 1e3).toFixed(0)} MB/s`)
  line('peak RSS in MiB', rss, '≤', 150)
}
