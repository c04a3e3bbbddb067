// Modules that the entry exports, too, as copies that come later.
import type { describedIfOurs, metadataOf, withGiven } from './description.ts'
import type { explainModelError } from './explain.ts'

interface Explanations {
  explainModelError: typeof explainModelError
}

interface Descriptions {
  describedIfOurs: typeof describedIfOurs
  metadataOf: typeof metadataOf
  withGiven: typeof withGiven
}

/** What puts a runtime's errors into sentences, loaded when there is an error: for pages. */
export const loadExplanations = (): Promise<Explanations> =>
  import('./explain.ts?later') as Promise<unknown> as Promise<Explanations>

/** What reads a model's metadata strictly. */
export const loadDescriptions = (): Promise<Descriptions> =>
  import('./description.ts?later') as Promise<unknown> as Promise<Descriptions>
