// @ts-check
import { readLabels, score } from './score.mjs'
import { zipOf } from './zip.mjs'

/**
 * @typedef {object} Competition
 * @property {string} slug
 * @property {string} title
 * @property {boolean} joined
 * @property {boolean} [notebooksOnly]
 * @property {boolean} [disabled]
 * @property {boolean} [unlisted] Not found by the list.
 * @property {Record<string, Uint8Array>} files
 * @property {string} [labels] CSV of true labels, by which submissions are scored.
 * @property {{ teamName: string, score: string }[]} [teams] The others on the leaderboard.
 *
 * @typedef {{ owner: string, name: string, files: Record<string, Uint8Array> }} Dataset
 *
 * @typedef {{ ref: number, slug: string, fileName: string, description: string, bytes: number, date: Date, looks: number, hidden: number,
 *   publicScore: string, errorDescription: string }} Submission
 * @typedef {{ id: string, name: string, total: number, body: Buffer, done: boolean, token: string }} Upload
 *
 * @typedef {object} Options
 * @property {string} [token] The one that is accepted. Default `KGAT_` and 32 digits.
 * @property {string} [username] Whose it is. Default `fakeuser`.
 * @property {string} [key] The old-style key of that user.
 * @property {boolean} [readOnly] The token lacks the right to submit.
 * @property {Dataset[]} [datasets] Default: none.
 * @property {Partial<Competition>[]} [competitions] Default: Digit Recognizer, joined, with small files.
 * @property {number} [dailyLimit] Default 5.
 * @property {number} [totalLimit] Most submissions in all. Default: as many as one likes.
 * @property {number} [pendingLooks] How often a submission is looked at before it has its score. Default 1.
 * @property {number} [hiddenLists] In how many lists a new submission is still missing. Default 0.
 * @property {number} [granule] Storage keeps multiples of so many bytes of an upload that is cut. Default 256 KiB.
 * @property {() => Date} [clock] Kaggle's clock. Default: this computer's.
 * @property {number} [port] Of the calls. Default: any.
 * @property {number} [storagePort] Of storage. Default: any.
 */

/** What of a small competition like Digit Recognizer there is. @returns {Competition} */
function digitRecognizer() {
  const labels = `ImageId,Label\n${Array.from({ length: 20 }, (_, i) => `${i + 1},${(i * 7) % 10}\n`).join('')}`
  const text = (/** @type {string} */ content) => Buffer.from(content)
  return {
    slug: 'digit-recognizer',
    title: 'Digit Recognizer',
    joined: true,
    files: {
      'train.csv': text(`label,pixel0,pixel1\n${'7,0,255\n'.repeat(3000)}`),
      'test.csv': text(`pixel0,pixel1\n${'0,255\n'.repeat(20)}`),
      'sample_submission.csv': text(labels.replaceAll(/,\d\n/g, ',0\n')),
    },
    labels,
    teams: [
      { teamName: 'First', score: '0.99900' },
      { teamName: 'Second', score: '0.50000' },
      { teamName: 'Third', score: '0.10000' },
    ],
  }
}

/** All that the service knows. @param {Options} options */
export function createState(options) {
  const competitions = (options.competitions ?? [{}]).map((each) => ({ ...digitRecognizer(), ...each }))
  const { token = `KGAT_${'0123456789abcdef'.repeat(2)}`, username = 'fakeuser', key = 'c0ffee'.repeat(6) } = options
  /** @type {Submission[]} */
  const submissions = []
  /** @type {Upload[]} */
  const uploads = []
  /** By the files that they hold. @type {Map<object, Buffer>} */
  const zips = new Map()
  return {
    token,
    username,
    key,
    readOnly: options.readOnly ?? false,
    competitions,
    datasets: options.datasets ?? [],
    submissions,
    uploads,
    /** Signed addresses that still work, and what they lead to. @type {Map<string, { bytes: Uint8Array, name: string }>} */
    signed: new Map(),
    /** Access tokens handed out for a refresh token. @type {Set<string>} */
    accessTokens: new Set(),
    dailyLimit: options.dailyLimit ?? 5,
    totalLimit: options.totalLimit,
    pendingLooks: options.pendingLooks ?? 1,
    hiddenLists: options.hiddenLists ?? 0,
    granule: options.granule ?? 256 * 1024,
    now: options.clock ?? (() => new Date()),
    /** @param {Pick<Competition, 'files'>} from */
    zip({ files }) {
      const found = zips.get(files) ?? zipOf(files)
      zips.set(files, found)
      return found
    },
    /** Takes a submission, and scores it at once; it tells its score when it has been looked at. @param {Competition} competition @param {Upload} upload @param {string} description */
    submit(competition, upload, description) {
      const result = competition.labels
        ? score(upload.body.toString(), readLabels(competition.labels))
        : { error: 'This competition has no labels' }
      const submission = {
        ref: 50000001 + submissions.length,
        slug: competition.slug,
        fileName: upload.name,
        description,
        bytes: upload.total,
        date: this.now(),
        looks: 0,
        hidden: this.hiddenLists,
        publicScore: 'score' in result ? result.score : '',
        errorDescription: 'error' in result ? result.error : '',
      }
      submissions.unshift(submission)
      return submission
    },
    /** Submissions that count. @param {string} slug */
    used(slug) {
      const counted = submissions.filter((each) => each.slug === slug && !each.errorDescription)
      const today = this.now().toISOString().slice(0, 10)
      return { today: counted.filter(({ date }) => date.toISOString().startsWith(today)).length, total: counted.length }
    },
  }
}

/** @typedef {ReturnType<typeof createState>} State */
