import * as v from 'valibot';
import { ARCHITECTURES } from '../../artifacts/architectures.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { sha256 } from '../../image/sha256.js';
import { byteCount, matching, object, tryJson, wholeNumber } from '../../json.js';

/**
 * What a machine was made of, by name: whatever is not the same now makes another machine. Values are digests,
 * stamps and settings; the names are for people, who are told which has changed.
 */
export type SnapshotParts = Readonly<Record<string, string>>;

/** What tells a machine from another, in 32 hexadecimal digits. */
export function snapshotKey(parts: SnapshotParts): string {
  const sorted = Object.keys(parts)
    .sort()
    .map((name) => [name, parts[name]]);
  return sha256(JSON.stringify(sorted)).slice(0, 32);
}

/** The names of the parts that are not the same in both. */
export function changedParts(before: SnapshotParts, now: SnapshotParts): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter((name) => before[name] !== now[name]).sort();
}

/** So much of the RAM file's beginning is digested: all of it would take as long as a boot. */
export const RAM_HEAD_BYTES = 1 << 20;

/** What a saved machine is, as people know it. */
export interface SnapshotSubject {
  readonly arch: Architecture;
  readonly ramMiB: number;
  readonly cpus: number;
  /** The name of the model's file; of several that of the first. */
  readonly model?: string | undefined;
  /** Whether it converses, or answers one prompt. */
  readonly use: SnapshotUse;
}

export type SnapshotUse = 'chat' | 'prompt';

/** What stands beside a saved machine. */
export interface SnapshotRecord {
  readonly schema: 1;
  readonly subject: SnapshotSubject;
  readonly parts: SnapshotParts;
  /** QEMU's name of the machine type with its version: another version of QEMU has it, too. */
  readonly machineType: string;
  readonly ram: { readonly sizeBytes: number; readonly headSha256: string };
  readonly state: { readonly sizeBytes: number; readonly sha256: string };
  /** What the console had shown by then. */
  readonly console: { readonly sizeBytes: number; readonly sha256: string };
  /**
   * When the host had started, in seconds since 1970: RAM that was not synced is as it was only as long as
   * the host runs on. Undefined once it is synced.
   */
  readonly hostStart?: number | undefined;
}

const digested = object({ sizeBytes: byteCount, sha256: v.string() });

const RECORD = object({
  schema: v.literal(1),
  subject: object({
    arch: v.picklist(ARCHITECTURES),
    ramMiB: wholeNumber(1),
    cpus: wholeNumber(1),
    model: v.exactOptional(v.string()),
    use: v.picklist(['chat', 'prompt']),
  }),
  parts: v.record(v.string(), v.string()),
  // QEMU takes what follows a comma for further options.
  machineType: matching(/^[\w.-]+$/),
  ram: object({ sizeBytes: byteCount, headSha256: v.string() }),
  state: digested,
  console: digested,
  hostStart: v.exactOptional(wholeNumber(0)),
}) satisfies v.GenericSchema<unknown, SnapshotRecord>;

/** Reads a record; one that somebody damaged counts as none. */
export const parseRecord = (text: string): SnapshotRecord | undefined => tryJson(RECORD, text);
