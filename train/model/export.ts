import { FLOAT_BYTES } from '../../src/formats/gguf/floats.js';
import { endOf, legacyConfigBytes, tensorTable } from '../../src/formats/llama2c/config.js';
import { LEGACY_CONFIG_BYTES, LEGACY_ORDER } from '../../src/formats/llama2c/layout.js';
import type { ModelShape } from './shape.js';

/**
 * A legacy checkpoint of llama2.c: the config, the parameters in the order of {@link tensorsOf}, and zeros
 * for the tables of cosines and sines, which run.c skips.
 */
export function legacyCheckpoint(shape: ModelShape, parameters: Float32Array): Uint8Array {
  const config = { ...shape, sharedClassifier: true };
  const bytes = new Uint8Array(endOf(tensorTable(config, LEGACY_ORDER, LEGACY_CONFIG_BYTES)));
  bytes.set(legacyConfigBytes(config));
  const tensors = new DataView(bytes.buffer, LEGACY_CONFIG_BYTES);
  parameters.forEach((value, i) => {
    tensors.setFloat32(i * FLOAT_BYTES, value, true);
  });
  return bytes;
}
