import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Qmp } from '../qemu/qmp.js';
import { statePath } from './files.js';
import { saveState } from './transfer.js';
import type { StateDigest } from './transfer.js';

/**
 * Stops a machine and writes its state beside its RAM file. Afterwards it can only be ended: QEMU may have let go
 * of what it needs to run.
 *
 * @param folder of the saved machine; there is no state in it yet
 * @throws as `saveState`
 */
export async function saveMachine(
  qmp: Qmp,
  folder: string,
  { socketFolder, signal }: { readonly socketFolder: string; readonly signal: AbortSignal },
): Promise<StateDigest> {
  await qmp.execute('stop');
  const file = await open(statePath(folder), 'wx', 0o600);
  try {
    return await saveState(qmp, file, join(socketFolder, 'out'), signal);
  } finally {
    await file.close();
  }
}
