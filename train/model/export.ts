import {
  FLOAT_BYTES,
  endOf,
  legacyConfigBytes,
  tensorTable,
} from '../../src/formats/llama2c/config.js';
import { LEGACY_CONFIG_BYTES, LEGACY_ORDER } from '../../src/formats/llama2c/layout.js';
import { ROPE_BASE } from '../../src/formats/llama2c/run-constants.js';
import type { ModelShape } from './shape.js';

/**
 * A legacy checkpoint of llama2.c: the config, the parameters in the order they have here, and tables of
 * cosines and sines that run.c skips.
 */
export function legacyCheckpoint(shape: ModelShape, parameters: Float32Array): Uint8Array {
  const config = { ...shape, sharedClassifier: true };
  const table = tensorTable(config, LEGACY_ORDER, LEGACY_CONFIG_BYTES);
  const bytes = new Uint8Array(endOf(table));
  const view = new DataView(bytes.buffer);
  bytes.set(legacyConfigBytes(config));
  const angles = ropeAngles(shape);
  for (const { name, offset, sizeBytes } of table) {
    const first = (offset - LEGACY_CONFIG_BYTES) / FLOAT_BYTES;
    let values = parameters.subarray(first, first + sizeBytes / FLOAT_BYTES);
    if (name === 'ropeCosines') values = Float32Array.from(angles, Math.cos);
    if (name === 'ropeSines') values = Float32Array.from(angles, Math.sin);
    values.forEach((value, i) => {
      view.setFloat32(offset + i * FLOAT_BYTES, value, true);
    });
  }
  return bytes;
}

/** By how much each pair of a head's dimensions is turned, for one position after another. */
function ropeAngles({ dim, headCount, contextLength }: ModelShape): number[] {
  const pairs = dim / headCount / 2;
  return Array.from({ length: contextLength * pairs }, (_, i) => {
    return Math.floor(i / pairs) / ROPE_BASE ** ((i % pairs) / pairs);
  });
}
