/** A step of the set-up, or how far the one under way has come. */
export interface SetupProgress {
  /** What is being done, as a sentence without its full stop. */
  text: string
  /** Not there when a step begins. */
  bytes?: number
  totalBytes?: number
}
