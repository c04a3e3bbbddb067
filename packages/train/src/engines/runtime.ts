import type { InferenceSession, Tensor } from '@pixelrow/runtime'
import type { Trainer } from '../types.ts'

/** What is used of onnxruntime, whichever package it comes from. */
export interface Runtime {
  InferenceSession: { create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> }
  Tensor: typeof Tensor
}

/** A job under way where onnxruntime is. */
export interface Sessions extends Pick<Trainer, 'train' | 'logits' | 'validate' | 'state'> {
  release(): Promise<void>
}
