import { random } from '@pixelrow/data'
import { whole } from '../../../common/options.ts'
import { checkArguments, seedRule } from './check.ts'

/** The stream of members' seeds: above those of the data package, and of dropout masks, which count up from 256. */
const MEMBER_STREAM = 0x8000_0000

/**
 * The seed of an ensemble's member, a pure function of the ensemble's seed and the member's number (from 1): members can be trained in
 * any order and in separate processes, to the same bits.
 */
export function memberSeed(seed: number, member: number): number {
  checkArguments('memberSeed', { seed, member }, { seed: seedRule, member: whole(1, { most: 2 ** 32 - 1 }) })
  return random(seed, MEMBER_STREAM).uint32(0, member)
}
