import { bytesSegment, checkpointLayout, planCheckpoint } from 'zosia';
import type { Image } from 'zosia';
import { configOf } from './shape.js';
import type { ModelShape } from './shape.js';

/**
 * A legacy checkpoint of llama2.c: the config, the parameters in the order of `tensorsOf`, and zeros for
 * the tables of cosines and sines, which run.c skips.
 */
export function legacyCheckpoint(shape: ModelShape, parameters: Float32Array): Image {
  const config = configOf(shape);
  const bytes = new Uint8Array(parameters.length * Float32Array.BYTES_PER_ELEMENT);
  const view = new DataView(bytes.buffer);
  parameters.forEach((value, i) => {
    view.setFloat32(i * Float32Array.BYTES_PER_ELEMENT, value, true);
  });
  const { offset } = checkpointLayout(config).tensors[0]!;
  return planCheckpoint(config, [bytesSegment(offset, bytes, 'parameters')]);
}
