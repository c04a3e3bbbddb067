import type { DeviceReport, Finding, ToolFound } from '@pixelrow/devices'
import type { Context } from '../../context.ts'
import { command } from '../../line/paste.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { type Diagnosis, diagnose, type TfjsState } from './about.ts'
import type { DoctorOptions } from './command.ts'
import { type Page, pageOn } from './page.ts'

/** `pixelrow doctor`: what can compute here, what is missing, and what mends it. */
export async function run(context: Context, _: DoctorOptions): Promise<void> {
  const diagnosis = await diagnose(context)
  context.terminal.json(diagnosis)
  const page = pageOn(context.terminal)
  tellVersions(context.terminal, diagnosis)
  for (const sentence of diagnosis.passedOver) context.terminal.sentence(sentence)
  for (const report of diagnosis.devices) tellDevice(page, report)
  page.gap()
  tellTfjs(page, diagnosis.tfjs)
  for (const tool of diagnosis.tools) tellTool(page, tool)
}

/** Packages of another version than pixelrow's own are named. */
function tellVersions(terminal: Terminal, { versions, machine, commit }: Diagnosis): void {
  const { pixelrow, node, ...packages } = versions
  const others = Object.entries(packages).filter(([, version]) => version !== pixelrow)
  const named = others.map(([name, version]) => `${name} ${version}`)
  const built = commit === null ? [] : [`built from ${commit}`]
  const parts = [`pixelrow ${pixelrow}`, `Node ${node}`, `${machine.platform} on ${machine.arch}`, ...named, ...built]
  terminal.sentence(parts.join(', '))
}

function tellDevice(page: Page, report: DeviceReport): void {
  const { device, works, reason, fix } = report
  page.gap()
  if (works) page.entry(device, `works: ${nameOf(report)}`, 'good')
  else page.entry(device, `does not work: ${reason}`, 'bad')
  const told = new Set(fix === undefined ? [] : [fix])
  if (fix !== undefined) page.fix(fix)
  for (const finding of worthTelling(report)) {
    const text = `${finding.piece}: ${finding.ok ? finding.found : finding.reason}`
    const isNew = finding.fix !== undefined && !told.has(finding.fix)
    page.item(finding.ok, text, isNew ? finding.fix : undefined)
    told.add(finding.fix ?? '')
  }
}

function nameOf({ device, name = device, adapter }: DeviceReport): string {
  if (!adapter) return name
  return `${name} on ${adapter.backend}${adapter.type === 'software' ? ': software, slower than the device cpu' : ''}`
}

/** Without these, nothing else of a device is worth a line. */
const decisive = ['runtime', 'platform', 'gpu']

/** All but onnxruntime, which the first line has, and what was told already. */
function worthTelling({ findings, reason }: DeviceReport): Finding[] {
  if (findings.some(({ piece, ok, optional }) => !ok && !optional && decisive.includes(piece))) return []
  return findings.filter((finding) => finding.piece !== 'runtime' && (finding.ok || finding.reason !== reason))
}

function tellTfjs(page: Page, tfjs: TfjsState | null): void {
  if (!tfjs) {
    page.entry('tfjs', 'not set up, and not needed')
    page.fix(command('setup', 'tfjs'))
    return
  }
  const { tensorflow, gpu, reason, folder } = tfjs
  const state = gpu === null ? 'does not load' : gpu ? 'computes on a GPU' : 'computes on the CPU'
  page.entry('tfjs', `TensorFlow ${tensorflow} ${state}, in ${folder}`, gpu === null ? 'bad' : undefined)
  if (reason) page.item(false, reason)
}

function tellTool(page: Page, { tool, found, reason, fix }: ToolFound): void {
  page.entry(tool, found ?? `${reason}`)
  if (fix !== undefined) page.fix(fix)
}
