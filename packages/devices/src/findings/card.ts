import { userInfo } from 'node:os'
import { cardDevices, cardVendors, mayUse } from './graphics.ts'
import type { Finding } from './types.ts'

/** The graphics card of a Linux machine, as its kernel offers it to this process; optional where software can take its place. */
export function lookAtCard(root: string, { isNeeded }: { isNeeded: boolean }): Finding {
  const [vendors, devices] = [cardVendors(root), cardDevices(root)]
  const problem =
    devices.length === 0 ? withoutDevice(vendors) : devices.some(mayUse) ? undefined : notAllowed(devices[0]!)
  if (!problem) return { piece: 'gpu', ok: true, found: [...vendors, ...devices].join(', ') }
  return { piece: 'gpu', ok: false, ...(!isNeeded && { optional: true }), ...problem }
}

type Problem = Required<Pick<Finding, 'reason' | 'fix'>>

function withoutDevice(vendors: readonly string[]): Problem {
  if (vendors.length === 0)
    return {
      reason: 'this machine has no graphics card',
      fix: 'No command can mend that; the device cpu computes the same.',
    }
  return {
    reason: `the kernel offers no graphics card to this process (of ${vendors.join(' and ')} there is one): no /dev/dri/renderD*`,
    fix: "Load the card's kernel driver; a container needs --device /dev/dri, or --gpus all for NVIDIA.",
  }
}

function notAllowed(device: string): Problem {
  const reason = `${device} is not open to this user, who must be in the group render and log in again`
  return { reason, fix: `sudo usermod -aG render ${userInfo().username}` }
}
