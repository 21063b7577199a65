import { bytesSegment, makeImage } from '../../image/image.js';
import type { Image, Segment } from '../../image/image.js';
import { endOf, legacyConfigBytes, tensorTable } from './config.js';
import type { CheckpointConfig, CheckpointTensor } from './config.js';
import { LEGACY_CONFIG_BYTES, LEGACY_ORDER } from './layout.js';

export interface CheckpointLayout {
  /** In the order of the file, where the rope tables are that run.c skips. */
  readonly tensors: readonly CheckpointTensor[];
  readonly sizeBytes: number;
}

/** Where a legacy checkpoint, whose weights are float32, has its tensors. */
export function checkpointLayout(config: CheckpointConfig): CheckpointLayout {
  const tensors = tensorTable(config, LEGACY_ORDER, LEGACY_CONFIG_BYTES);
  return { tensors, sizeBytes: endOf(tensors) };
}

/**
 * Plans a legacy checkpoint of llama2.c: the config, then the weights.
 *
 * @param weights little-endian float32, at the offsets of {@link checkpointLayout}; what they leave out is 0
 */
export function planCheckpoint(config: CheckpointConfig, weights: readonly Segment[]): Image {
  const { sizeBytes } = checkpointLayout(config);
  return makeImage(sizeBytes, [bytesSegment(0, legacyConfigBytes(config), 'config'), ...weights]);
}
