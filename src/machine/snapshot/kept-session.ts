import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { writeOutput } from '../../host/output-file.js';
import { writeRaw } from '../../host/raw-writer.js';
import { openTemporaryFolder } from '../../host/temporary.js';
import type { TemporaryFolder } from '../../host/temporary.js';
import { readTextFile } from '../../host/text-file.js';
import { makeImage } from '../../image/image.js';
import { formatCommand } from '../../shell-word.js';
import { consolePath, ramPath, readSnapshot, recordPath, statePath, syncFile } from './files.js';
import type { Snapshot } from './files.js';
import type { SnapshotRecord } from './record.js';

/** Which of a session's folders is the last whole one. */
const CURRENT = 'current';
const GENERATION = /^state-(\d{1,15})$/;

/** A session that is open. */
export class KeptSession {
  constructor(
    readonly name: string,
    readonly folder: string,
    /** Closes it. */
    readonly giveBack: () => Promise<void>,
  ) {}

  /**
   * The machine as it was left; undefined for a new session.
   *
   * @throws ZosiaError `ZOSIA_SESSION_DAMAGED`
   */
  async read(): Promise<Snapshot | undefined> {
    const generation = await currentGeneration(this.folder);
    if (generation === undefined) return undefined;
    const snapshot = await readSnapshot(generation);
    if (snapshot) return snapshot;
    throw new ZosiaError('ZOSIA_SESSION_DAMAGED', `the session ${this.name} is damaged`, {
      hint: `To begin anew: ${removeCommand(this.name)}`,
    });
  }

  /**
   * Copies the RAM of a machine for one that goes on: what was there stays whole until the new one is committed.
   * Where the file system can, the copy shares the original's blocks.
   */
  async copyRam({ folder, record }: Snapshot, signal: AbortSignal): Promise<TemporaryFolder> {
    const length = record.ram.sizeBytes;
    const source = { kind: 'file', path: ramPath(folder), offset: 0 } as const;
    const image = makeImage(length, [{ offset: 0, length, source }]);
    return openTemporaryFolder(this.folder, (draft) =>
      writeRaw(image, ramPath(draft), { durable: false, mode: 0o600, signal }),
    );
  }

  /** Makes a machine that has been left the session's. Everything is on the disk when it resolves. */
  async commit(
    { folder: draft }: TemporaryFolder,
    record: Omit<SnapshotRecord, 'schema' | 'hostStart'>,
  ): Promise<void> {
    await writeFile(recordPath(draft), JSON.stringify({ schema: 1, ...record }), { mode: 0o600 });
    for (const path of [ramPath, statePath, consolePath, recordPath]) await syncFile(path(draft));
    const before = await currentGeneration(this.folder);
    const number = Number(GENERATION.exec(basename(before ?? ''))?.[1] ?? 0) + 1;
    const name = `state-${number}`;
    await rm(join(this.folder, name), { recursive: true, force: true });
    await rename(draft, join(this.folder, name));
    await writeOutput(join(this.folder, CURRENT), name, { mode: 0o600 });
    // Whoever was killed here has left older ones, too.
    for (const other of await readdir(this.folder)) {
      if (other === name || !GENERATION.test(other)) continue;
      await rm(join(this.folder, other), { recursive: true, force: true });
    }
  }
}

/** The folder with the last whole state; undefined where there is none yet. */
export async function currentGeneration(folder: string): Promise<string | undefined> {
  const name = (await readTextFile(join(folder, CURRENT)).catch(() => '')).trim();
  return GENERATION.test(name) ? join(folder, name) : undefined;
}

/** What removes a session. */
export const removeCommand = (name: string): string =>
  formatCommand(['zosia', 'session', 'rm', name]);
