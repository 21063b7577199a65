import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  consolePath,
  describeRam,
  ramPath,
  statePath,
} from '../../../src/machine/snapshot/files.js';
import type { Snapshot } from '../../../src/machine/snapshot/files.js';
import { SessionStore } from '../../../src/machine/snapshot/sessions.js';
import type { KeptSession } from '../../../src/machine/snapshot/kept-session.js';
import { SnapshotStore } from '../../../src/machine/snapshot/store.js';
import { digestBytes } from '../../../src/host/digest.js';
import { temporaryFolder } from '../../support/temporary.js';
import { saveSample } from './samples.js';

describe('a session that is kept', () => {
  const folder = temporaryFolder();
  let sessions: SessionStore;
  let ready: Snapshot;
  let number = 0;
  beforeEach(async () => {
    const cache = folder.file(`cache${number++}`);
    sessions = new SessionStore(cache);
    const snapshots = new SnapshotStore(cache);
    const lent = await snapshots.lend(await saveSample(snapshots, { kernel: 'k' }));
    ready = lent!.snapshot;
    await lent!.giveBack();
  });

  /** Leaves a session with a state of these words. */
  async function leave(session: KeptSession, words: string): Promise<void> {
    const before = (await session.read()) ?? ready;
    const draft = await session.copyRam(before, new AbortController().signal);
    const digested = { sizeBytes: words.length, sha256: digestBytes(Buffer.from(words)) };
    try {
      for (const path of [statePath, consolePath]) await writeFile(path(draft.folder), words);
      await session.commit(draft, {
        parts: { kernel: 'k' },
        machineType: 'virt-7.2',
        subject: before.record.subject,
        state: digested,
        console: digested,
        ram: await describeRam(ramPath(draft.folder)),
      });
    } finally {
      await draft.giveBack();
    }
  }

  const stateOf = async (session: KeptSession): Promise<string | undefined> => {
    const snapshot = await session.read();
    return snapshot && Buffer.from(snapshot.state).toString();
  };

  it('is as it was left the last time, and nobody else has it meanwhile', async () => {
    const session = await sessions.open('notes');
    expect(await stateOf(session)).toBeUndefined();
    await expect(sessions.open('notes')).rejects.toMatchObject({ code: 'ZOSIA_SESSION_IN_USE' });
    await leave(session, 'one');
    await leave(session, 'two');
    expect(await stateOf(session)).toBe('two');
    await session.giveBack();
    const again = await sessions.open('notes');
    expect(await stateOf(again)).toBe('two');
    await again.giveBack();
    expect((await readdir(again.folder)).sort()).toEqual(['current', 'state-2']);
  });

  it('is none when it has never been left', async () => {
    const session = await sessions.open('notes');
    const draft = await session.copyRam(ready, new AbortController().signal);
    await draft.giveBack();
    await session.giveBack();
    expect(await readdir(sessions.folder)).toEqual([]);
  });

  it('rids itself of what was left by who was killed while keeping it', async () => {
    const session = await sessions.open('notes');
    await leave(session, 'one');
    await leave(session, 'two');
    // Killed before the new state was said to be the current one, and before the old one was removed.
    for (const name of ['state-1', 'state-3']) await mkdir(join(session.folder, name));
    await writeFile(join(session.folder, 'state-3', 'state'), 'half');
    expect(await stateOf(session)).toBe('two');
    await leave(session, 'three');
    expect(await stateOf(session)).toBe('three');
    await session.giveBack();
    expect((await readdir(session.folder)).sort()).toEqual(['current', 'state-3']);
  });

  it('is damaged when its state is not whole, and stays', async () => {
    const session = await sessions.open('notes');
    await leave(session, 'one');
    await truncate(statePath(join(session.folder, 'state-1')), 1);
    await expect(session.read()).rejects.toMatchObject({
      code: 'ZOSIA_SESSION_DAMAGED',
      hint: 'To begin anew: zosia session rm notes',
    });
    await session.giveBack();
    expect((await readdir(session.folder)).sort()).toEqual(['current', 'state-1']);
  });
});
