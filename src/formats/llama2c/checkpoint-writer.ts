import { bytesSegment, makeImage } from '../../image/image.js';
import type { Image, Segment } from '../../image/image.js';
import { endOf, FLOAT32, int8HeaderBytes, legacyConfigBytes, tensorTable } from './config.js';
import type { CheckpointConfig, CheckpointTensor, TensorType } from './config.js';
import { HEADER_BYTES, LEGACY_CONFIG_BYTES, LEGACY_ORDER, VERSIONED_ORDER } from './layout.js';

export interface CheckpointLayout {
  /** In the order of the file, where the rope tables are that run.c skips. */
  readonly tensors: readonly CheckpointTensor[];
  readonly sizeBytes: number;
}

/** Where a checkpoint has its tensors: a legacy one, whose weights are float32, or one of version 2, in int8. */
export function checkpointLayout(
  config: CheckpointConfig,
  type: TensorType = FLOAT32,
): CheckpointLayout {
  if (type.kind === 'int8') {
    const tensors = tensorTable(config, VERSIONED_ORDER, HEADER_BYTES, type);
    return { tensors, sizeBytes: endOf(tensors) };
  }
  const tensors = tensorTable(config, LEGACY_ORDER, LEGACY_CONFIG_BYTES);
  return { tensors, sizeBytes: endOf(tensors) };
}

/**
 * Plans a checkpoint of llama2.c: the config, then the weights.
 *
 * @param weights at the offsets of {@link checkpointLayout}, little-endian float32, or what `accessInt8` makes of
 *   matrices; what they leave out is 0
 */
export function planCheckpoint(
  config: CheckpointConfig,
  weights: readonly Segment[],
  type: TensorType = FLOAT32,
): Image {
  const { sizeBytes } = checkpointLayout(config, type);
  const header =
    type.kind === 'int8' ? int8HeaderBytes(config, type.groupSize) : legacyConfigBytes(config);
  return makeImage(sizeBytes, [bytesSegment(0, header, 'config'), ...weights]);
}
