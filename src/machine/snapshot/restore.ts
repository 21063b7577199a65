import { join } from 'node:path';
import type { ControlledQemu } from '../qemu/controlled.js';
import { loadState } from './transfer.js';
import type { Snapshot } from './files.js';

/** QEMU's arguments for a machine that begins as another one was when it was saved. */
export const INCOMING: readonly string[] = ['-incoming', 'defer'];

/** Gives a machine, started with {@link INCOMING}, the state of a saved one, and lets it run. */
export async function restore(
  { qmp }: ControlledQemu,
  { state }: Pick<Snapshot, 'state'>,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  const control = await qmp;
  await loadState(control, state, join(folder, 'in'), signal);
  await control.execute('cont');
}
