// What was measured, as text to paste.

/** One line a device: what it is, or the true reason why not, with what mends it. */
export function devicesText(survey) {
  const line = ({ device, works, name, adapter, reason, fix }) => {
    const what = [name ?? adapter?.name, adapter?.type === 'software' && 'software'].filter(Boolean).join(', ')
    const told = works ? what || 'works' : `${reason}${fix ? `\n        ${fixText(fix)}` : ''}`
    return `${device.padEnd(7)} ${works ? 'yes' : 'no '} ${told}`
  }
  return `${survey.map(line).join('\n')}\n`
}

const fixText = (fix) => (typeof fix === 'string' ? fix : (fix.command ?? fix.text ?? JSON.stringify(fix)))

export function tables({ ours, torch }) {
  return [stepTable(ours, torch), to99Table(ours, torch), throughputTable(ours, torch), failures(ours, torch)]
    .filter(Boolean)
    .join('\n')
}

/** The quickest of PyTorch's modes by a figure, with its name. */
function best(found, figure, isBetter) {
  const modes = Object.entries(found ?? {}).filter(([, one]) => Number.isFinite(one[figure]))
  const [first] = modes.toSorted(([, a], [, b]) => (isBetter(a[figure], b[figure]) ? -1 : 1))
  return first && { mode: first[0], ...first[1] }
}

/** Losses that are compared: later ones differ by what rounding has grown to, with Muon above all. */
const COMPARED = 5

const smaller = (a, b) => a < b
const larger = (a, b) => a > b

function stepTable(ours, torch) {
  const devices = Object.keys(ours)
  const names = [...new Set(devices.flatMap((device) => Object.keys(ours[device].steps ?? {})))]
  const rows = names.map((name) => {
    const peer = best(torch?.steps?.[name], 'ms', smaller)
    const cells = devices.flatMap((device) => {
      const one = ours[device].steps?.[name]
      if (!one || one.error) return ['–', '', '']
      const ratio = peer ? (one.ms / peer.ms).toFixed(2) : ''
      return [one.ms.toFixed(3), ratio, difference(one.losses, peer?.losses)]
    })
    return [name, ...cells, peer ? `${peer.ms.toFixed(3)} (${peer.mode})` : '']
  })
  const head = ['ms a step', ...devices.flatMap((device) => [device, '/ PyTorch', `max |Δloss| of ${COMPARED}`])]
  return markdown([...head, torch?.version ? `PyTorch ${torch.version}, ${torch.device}` : 'PyTorch'], rows)
}

function difference(losses, others) {
  if (!losses || !others) return ''
  return Math.max(...losses.slice(0, COMPARED).map((loss, i) => Math.abs(loss - others[i]))).toExponential(1)
}

function to99Table(ours, torch) {
  const peer = best(torch?.to99, 'training', smaller)
  const accuracies = (runs) => runs.map(({ accuracy }) => (100 * accuracy).toFixed(2)).join(' ')
  const rows = Object.entries(ours).flatMap(([device, { to99 }]) =>
    to99?.runs
      ? [
          [
            device,
            to99.training.toFixed(2),
            medianOf(to99.runs, 'whole').toFixed(2),
            accuracies(to99.runs),
            peer ? (to99.training / peer.training).toFixed(2) : '',
          ],
        ]
      : [],
  )
  if (peer) rows.push([`PyTorch ${peer.mode}`, peer.training.toFixed(2), '', accuracies(peer.runs), '1.00'])
  return markdown(['fast on 42,000 digits', 'training, s', 'with start, s', 'accuracy on 10,000, %', '/ PyTorch'], rows)
}

function medianOf(runs, key) {
  const values = runs.map((run) => run[key]).toSorted((a, b) => a - b)
  return values[values.length >> 1]
}

function throughputTable(ours, torch) {
  const peer = best(torch?.throughput, 'rowsPerSecond', larger)
  const reference = ours.cpu?.throughput?.labels
  const rows = Object.entries(ours).flatMap(([device, { throughput: found }]) => {
    if (!found?.rowsPerSecond) return []
    const agree =
      reference && `${found.labels.filter((label, i) => label === reference[i]).length} of ${reference.length}`
    return [
      [
        device,
        Math.round(found.rowsPerSecond),
        agree ?? '',
        peer ? (found.rowsPerSecond / peer.rowsPerSecond).toFixed(2) : '',
      ],
    ]
  })
  if (peer) rows.push([`PyTorch ${peer.mode}`, Math.round(peer.rowsPerSecond), '', '1.00'])
  return markdown(['28,000 rows', 'rows a second', "the CPU's class", '/ PyTorch'], rows)
}

/** What could not be measured, and why. */
function failures(ours, torch) {
  const lines = []
  const look = (where, value) => {
    if (!value || typeof value !== 'object' || Array.isArray(value)) return
    if (value.error) lines.push(`- ${where}: ${value.error}`)
    else for (const [key, inner] of Object.entries(value)) look(`${where}, ${key}`, inner)
  }
  for (const [device, found] of Object.entries(ours)) look(device, found)
  look('PyTorch', torch)
  return lines.length > 0 ? `Not measured:\n${lines.join('\n')}\n` : ''
}

function markdown(head, rows) {
  if (rows.length === 0) return ''
  const line = (cells) => `| ${cells.join(' | ')} |`
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`
}
