import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestBytes } from '../../../src/host/digest.js';
import {
  consolePath,
  describeRam,
  ramPath,
  recordPath,
  statePath,
} from '../../../src/machine/snapshot/files.js';
import { openTemporaryFolder } from '../../../src/host/temporary.js';
import type { SnapshotParts, SnapshotRecord } from '../../../src/machine/snapshot/record.js';
import type { SessionStore } from '../../../src/machine/snapshot/sessions.js';
import type { SnapshotStore } from '../../../src/machine/snapshot/store.js';

export const RAM_BYTES = 1 << 16;

/** Saves three machines, each used later than the one before. @returns their keys */
export async function saveThree(store: SnapshotStore): Promise<string[]> {
  const keys: string[] = [];
  for (const [index, kernel] of ['oldest', 'middle', 'newest'].entries()) {
    const key = await saveSample(store, { kernel });
    const used = new Date(1e12 + index * 1e6);
    await utimes(recordPath(join(store.folder, key)), used, used);
    keys.push(key);
  }
  return keys;
}

interface SampleTexts {
  readonly state?: string;
  readonly console?: string;
}

/** Saves a machine as small as a test likes it. @returns its key */
export async function saveSample(
  store: SnapshotStore,
  parts: SnapshotParts,
  texts: SampleTexts = {},
): Promise<string> {
  const draft = await store.openDraft(RAM_BYTES);
  try {
    return await store.commit(draft, await writeSample(draft.folder, parts, texts));
  } finally {
    await draft.giveBack();
  }
}

/** Leaves a session with such a machine, as often as it is called. */
export async function leaveSample(
  store: SessionStore,
  name: string,
  texts: SampleTexts = {},
): Promise<void> {
  const session = await store.open(name);
  const draft = await openTemporaryFolder(session.folder);
  try {
    await session.commit(draft, await writeSample(draft.folder, { kernel: 'k' }, texts));
  } finally {
    await draft.giveBack();
    await session.giveBack();
  }
}

async function writeSample(
  folder: string,
  parts: SnapshotParts,
  { state = 'state', console = 'console' }: SampleTexts,
): Promise<Omit<SnapshotRecord, 'schema' | 'hostStart'>> {
  await writeFile(ramPath(folder), Buffer.alloc(RAM_BYTES, 7));
  await writeFile(statePath(folder), state);
  await writeFile(consolePath(folder), console);
  return {
    parts,
    machineType: 'virt-7.2',
    subject: { arch: 'aarch64', ramMiB: 576, cpus: 2, model: 'tiny.gguf', use: 'chat' },
    ram: await describeRam(ramPath(folder)),
    state: digested(state),
    console: digested(console),
  };
}

const digested = (text: string): { sizeBytes: number; sha256: string } => ({
  sizeBytes: text.length,
  sha256: digestBytes(Buffer.from(text)),
});
