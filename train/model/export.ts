import type { ModelShape } from './shape.js';

/**
 * A legacy checkpoint of llama2.c (export.py, legacy_export): seven numbers, the parameters in the order
 * they have here, and tables of cosines and sines that run.c skips.
 */
export function legacyCheckpoint(shape: ModelShape, parameters: Float32Array): Uint8Array {
  const { dim, hiddenDim, layerCount, headCount, kvHeadCount } = shape;
  const { vocabularySize, contextLength } = shape;
  const config = [
    dim,
    hiddenDim,
    layerCount,
    headCount,
    kvHeadCount,
    vocabularySize,
    contextLength,
  ];
  const pairs = dim / headCount / 2;
  const angles = Array.from({ length: contextLength * pairs }, (_, i) => {
    return Math.floor(i / pairs) / 10_000 ** ((i % pairs) / pairs);
  });
  const values = [...angles.map(Math.cos), ...angles.map(Math.sin)];
  const bytes = new Uint8Array(4 * (config.length + parameters.length + values.length));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const number of config) {
    view.setInt32(offset, number, true);
    offset += 4;
  }
  for (const list of [parameters, values]) {
    for (const value of list) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  }
  return bytes;
}
