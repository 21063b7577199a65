import { open, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { digestBytes } from '../../host/digest.js';
import { STAT_BLOCK_BYTES } from '../../host/free-space.js';
import { readTextFile } from '../../host/text-file.js';
import { MAX_STATE_BYTES } from './transfer.js';
import { RAM_HEAD_BYTES, parseRecord } from './record.js';
import type { SnapshotRecord } from './record.js';

/** The files of a saved machine, in a folder of its own. */
export const recordPath = (folder: string): string => join(folder, 'snapshot.json');
export const ramPath = (folder: string): string => join(folder, 'ram');
export const statePath = (folder: string): string => join(folder, 'state');
export const consolePath = (folder: string): string => join(folder, 'console');

/** More than what a guest prints until it is ready; what is beyond is not kept. */
export const MAX_CONSOLE_BYTES = 1 << 20;

/** A saved machine that was found whole. */
export interface Snapshot {
  readonly folder: string;
  readonly record: SnapshotRecord;
  readonly state: Uint8Array;
  readonly console: Uint8Array;
}

/** Clocks of different kinds, read one after the other. */
const START_TOLERANCE_SECONDS = 5;

/** When this host was started, in seconds since 1970. */
export const hostStart = (): number => Math.round(Date.now() / 1000 - uptime());

/** The record of a saved machine. @returns undefined where it tells nothing, or RAM that may not be on the disk */
export async function readRecord(folder: string): Promise<SnapshotRecord | undefined> {
  const record = parseRecord(await readTextFile(recordPath(folder)).catch(() => ''));
  return record && isOfThisRun(record) ? record : undefined;
}

/** Reads a saved machine. @returns undefined unless it is all there, and as it was when it was saved */
export async function readSnapshot(folder: string): Promise<Snapshot | undefined> {
  try {
    if (!(await isOwn(folder))) return undefined;
    const record = await readRecord(folder);
    if (!record) return undefined;
    const [state, console, ram] = await Promise.all([
      readDigested(statePath(folder), record.state, MAX_STATE_BYTES),
      readDigested(consolePath(folder), record.console, MAX_CONSOLE_BYTES),
      describeRam(ramPath(folder)),
    ]);
    const { sizeBytes, headSha256 } = record.ram;
    const isWhole = ram.sizeBytes === sizeBytes && ram.headSha256 === headSha256;
    return state && console && isWhole ? { folder, record, state, console } : undefined;
  } catch {
    // What cannot be read is no more use than what is not there.
    return undefined;
  }
}

/** Root reads the files of everybody; what a machine does is for its user to say, and for nobody else. */
const isOwn = async (folder: string): Promise<boolean> =>
  process.getuid === undefined || (await stat(folder)).uid === process.getuid();

const isOfThisRun = ({ hostStart: start }: SnapshotRecord): boolean =>
  start === undefined || Math.abs(start - hostStart()) <= START_TOLERANCE_SECONDS;

async function readDigested(
  path: string,
  expected: SnapshotRecord['state'],
  most: number,
): Promise<Uint8Array | undefined> {
  const { sizeBytes, sha256 } = expected;
  if (sizeBytes > most) return undefined;
  // One byte more shows that there is more.
  const bytes = await readHead(path, sizeBytes + 1);
  return bytes.length === sizeBytes && digestBytes(bytes) === sha256 ? bytes : undefined;
}

/** The length of a RAM file, and the digest of its beginning. */
export async function describeRam(path: string): Promise<SnapshotRecord['ram']> {
  const [{ size }, head] = await Promise.all([stat(path), readHead(path, RAM_HEAD_BYTES)]);
  return { sizeBytes: size, headSha256: digestBytes(head) };
}

/** The first bytes of a file, fewer where it is shorter. */
export async function readHead(path: string, most: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(most);
    let length = 0;
    for (let count = -1; count !== 0 && length < most; length += count) {
      ({ bytesRead: count } = await file.read(bytes, length, most - length, length));
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** What a saved machine takes of the disk: of a sparse file, what is allocated. */
export async function allocatedBytes(folder: string): Promise<number> {
  const paths = [recordPath, ramPath, statePath, consolePath].map((path) => path(folder));
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ blocks }) => blocks * STAT_BLOCK_BYTES,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, each) => sum + each, 0);
}

/** Sees to it that a file of a saved machine outlives a crash of the host. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
