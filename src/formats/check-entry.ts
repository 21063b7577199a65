import { ZosiaError } from '../errors.js';
import { displayName, toByteString } from './byte-string.js';
import type { EntryContent } from './entry.js';

/** What callers that TypeScript does not check may have put into an entry. */
type Unchecked = Readonly<Record<string, unknown>>;

type EntryType = EntryContent['type'];

const NUMBERS = ['mode', 'uid', 'gid'] as const;
const TIMES = ['mtime', 'atime', 'ctime', 'crtime'] as const;

type Check = (value: unknown, takesBytes: true | undefined) => boolean;

/** What an entry of a type has beside its path and attributes. */
const CONTENTS: Readonly<Record<EntryType, Readonly<Record<string, Check>>>> = {
  file: { data: isContent },
  directory: {},
  symlink: { target: isName },
  hardlink: { target: isName },
  'character-device': { major: isNumber, minor: isNumber },
  'block-device': { major: isNumber, minor: isNumber },
  fifo: {},
  socket: {},
};

const ENTRY_TYPES = Object.keys(CONTENTS) as EntryType[];

/** What a format's images can have in them. */
export interface EntryRules {
  /** For messages: `an ext4 file system`. */
  readonly format: string;
  /** Every type unless given. */
  readonly types?: readonly EntryType[] | undefined;
  /** Whether names may be given as bytes, not only as text. */
  readonly takesBytes?: true | undefined;
}

/**
 * Checks that an entry has a type that the format has, and what such an entry has, each of its kind. Which
 * numbers and names it can have is for the format to say.
 *
 * @throws ZosiaError `ZOSIA_BAD_ENTRY`
 */
export function checkEntry(
  entry: unknown,
  { format, types = ENTRY_TYPES, takesBytes }: EntryRules,
): void {
  if (typeof entry !== 'object' || entry === null) {
    throw badEntry('an entry', `it is ${String(entry)}`, 'Give an object with a type and a path.');
  }
  const given = entry as Unchecked;
  const path = given['path'];
  if (!isName(path, takesBytes)) {
    throw badEntry('an entry', `its path is ${shown(path)}`, 'Give one such as /etc/motd.');
  }
  const name = displayName(toByteString(path));
  const type = types.find((each) => each === given['type']);
  if (type === undefined) {
    const hint = `In ${format} there can be: ${types.join(', ')}.`;
    throw badEntry(name, `its type is ${shown(given['type'])}`, hint);
  }
  for (const [key, isGood] of Object.entries(CONTENTS[type])) {
    if (isGood(given[key], takesBytes)) continue;
    throw badEntry(
      name,
      `its ${key} is ${shown(given[key])}`,
      `See what an entry of type ${type} has.`,
    );
  }
  for (const key of NUMBERS) {
    if (given[key] === undefined || isNumber(given[key])) continue;
    throw badEntry(
      name,
      `its ${key} is ${shown(given[key])}`,
      'Give a whole number, or leave it out.',
    );
  }
  for (const key of TIMES) {
    if (given[key] === undefined || isTimestamp(given[key])) continue;
    const hint = 'Give { seconds }, whole seconds since 1970, or leave it out.';
    throw badEntry(name, `its ${key} is ${shown(given[key])}`, hint);
  }
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isName(value: unknown, takesBytes: true | undefined): value is string | Uint8Array {
  return typeof value === 'string' || (takesBytes === true && value instanceof Uint8Array);
}

function isTimestamp(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('seconds' in value)) return false;
  const { seconds, nanoseconds = 0 } = value as Unchecked;
  return isNumber(seconds) && isNumber(nanoseconds);
}

function isContent(value: unknown): boolean {
  if (typeof value === 'string' || value instanceof Uint8Array) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { sizeBytes, segments } = value as Unchecked;
  return Number.isSafeInteger(sizeBytes) && Array.isArray(segments);
}

const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null ? 'an object of another kind' : JSON.stringify(value);

function badEntry(name: string, reason: string, hint: string): ZosiaError {
  return new ZosiaError('ZOSIA_BAD_ENTRY', `${name} cannot be in an image: ${reason}`, { hint });
}
