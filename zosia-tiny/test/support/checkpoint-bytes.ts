import { openPlan } from 'zosia/host';
import { legacyCheckpoint } from '../../src/model/export.js';
import type { ModelShape } from '../../src/model/shape.js';

/** The whole file of {@link legacyCheckpoint}. */
export async function checkpointBytes(
  shape: ModelShape,
  parameters: Float32Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = openPlan(legacyCheckpoint(shape, parameters));
  return Uint8Array.from(await file.read(0, file.sizeBytes));
}
