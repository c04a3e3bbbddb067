import type { InferenceSession, Tensor } from 'onnxruntime-node'

/** What is used of onnxruntime, whichever package it comes from. */
export interface Runtime {
  InferenceSession: { create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> }
  Tensor: typeof Tensor
}
