import { writeFile } from 'node:fs/promises';
import { digestBytes } from '../../../src/host/digest.js';
import {
  consolePath,
  describeRam,
  ramPath,
  statePath,
} from '../../../src/machine/snapshot/files.js';
import type { SnapshotParts } from '../../../src/machine/snapshot/record.js';
import type { SnapshotStore } from '../../../src/machine/snapshot/store.js';

export const RAM_BYTES = 1 << 16;

/** Saves a machine as small as a test likes it. @returns its key */
export async function saveSample(
  store: SnapshotStore,
  parts: SnapshotParts,
  { state = 'state', console = 'console' } = {},
): Promise<string> {
  const draft = await store.openDraft(RAM_BYTES);
  try {
    await writeFile(ramPath(draft.folder), Buffer.alloc(RAM_BYTES, 7));
    await writeFile(statePath(draft.folder), state);
    await writeFile(consolePath(draft.folder), console);
    return await store.commit(draft, {
      parts,
      machineType: 'virt-7.2',
      ram: await describeRam(ramPath(draft.folder)),
      state: digested(state),
      console: digested(console),
    });
  } finally {
    await draft.giveBack();
  }
}

const digested = (text: string): { sizeBytes: number; sha256: string } => ({
  sizeBytes: text.length,
  sha256: digestBytes(Buffer.from(text)),
});
