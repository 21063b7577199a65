import { ZosiaError } from '../errors.js';
import type { Builder } from './builder.js';

/** What a build takes. */
export interface BuildNeeds {
  /** "a kernel". */
  readonly what: string;
  /** Of the builder's folder. */
  readonly diskMiB: number;
  /** Of memory, for one compiler at work. */
  readonly jobMiB: number;
}

/**
 * Sees that a builder has room for a build, before minutes are spent on it.
 *
 * @returns how many processes to run at a time, where nobody has said: as many as there are processors, and
 *   memory for
 * @throws ZosiaError `ZOSIA_DISK_FULL`
 */
export async function requireRoom(
  builder: Builder,
  { what, diskMiB, jobMiB }: BuildNeeds,
): Promise<number> {
  const { processors, memoryMiB = Infinity, freeMiB = Infinity } = await builder.capacity();
  if (freeMiB >= diskMiB) return Math.max(1, Math.min(processors, Math.floor(memoryMiB / jobMiB)));
  const { place, hint } = roomOf(builder);
  throw new ZosiaError(
    'ZOSIA_DISK_FULL',
    `no room to build ${what} in ${place}: it needs ${diskMiB} MiB, ${freeMiB} MiB are free`,
    { hint },
  );
}

/** What is filled by what is built, for messages, and what to do when that is full. */
export interface Room {
  readonly place: string;
  readonly hint: string;
}

export const DOCKER_ROOM: Room = {
  place: "Docker's storage",
  hint: 'Free some space, for instance with docker system prune.',
};

export const temporaryRoom = (folder: string): Room => ({
  place: `the folder for temporary files (${folder})`,
  hint: 'Free some space, or set TMPDIR to a folder on another disk.',
});

export const roomOf = ({ kind, folder }: Builder): Room =>
  kind === 'docker' ? DOCKER_ROOM : temporaryRoom(folder);

/** The error for a place that became full while something was put into it. */
export const full = ({ place, hint }: Room, cause: unknown): ZosiaError =>
  new ZosiaError('ZOSIA_DISK_FULL', `${place} is full`, { hint, cause });
