import { NO_LABEL } from '../layout/boot-sector.js';
import { decodeOem } from '../oem.js';
import { readBytes, readNumber } from '../../fields.js';
import {
  ATTRIBUTE,
  DIRECTORY_ENTRY,
  DIRECTORY_ENTRY_BYTES,
  LAST_PIECE,
  LONG_NAME_ATTRIBUTES,
  LONG_NAME_ENTRY,
  LONG_NAME_MASK,
  LOWER_CASE,
  MAX_NAME_UNITS,
  MAX_PIECES,
  NAME_MARK,
  SHORT_BASE_BYTES,
} from '../layout/directory.js';
import type { FatType } from '../layout/table.js';
import { readPiece, shortNameChecksum } from '../long-name.js';
import type { FatTime } from '../time.js';
import { finding } from '../../findings.js';
import type { LocalFinding } from '../../findings.js';

/** A label as text, without its padding and without what a terminal might take for commands. */
export function labelText(bytes: Uint8Array): string {
  return decodeOem(bytes)
    .replace(/ +$/, '')
    .replace(/\p{Cc}/gu, '_');
}

/** A label, or an empty text for one that stands for none. */
export function labelOrNone(label: string | undefined): string {
  return label === undefined || label === NO_LABEL.trimEnd() ? '' : label;
}

/** A directory entry with the long name before it. */
export interface RawEntry {
  /** Its place in the directory, in entries. */
  readonly slot: number;
  /** The 11 bytes of the short name. */
  readonly shortBytes: Uint8Array;
  /** The same as text with a dot, as the lower-case flags have it. */
  readonly shortName: string;
  readonly longName: string | undefined;
  readonly attributes: number;
  /** LOWER_CASE, and bits without a meaning. */
  readonly lowerCase: number;
  readonly firstCluster: number;
  readonly sizeBytes: number;
  readonly writeTime: FatTime;
  readonly creationTime: FatTime;
  readonly accessDate: number;
}

export interface SlotFinding extends LocalFinding {
  readonly slot: number;
}

export interface ParsedDirectory {
  /** In order; deleted ones are passed over. */
  readonly entries: readonly RawEntry[];
  readonly problems: readonly SlotFinding[];
}

/** Parses entries up to the one that ends them. What is wrong with long names makes them be ignored. */
export function parseEntries(bytes: Uint8Array, type: FatType): ParsedDirectory {
  const entries: RawEntry[] = [];
  const problems: SlotFinding[] = [];
  const names = new LongNameReader();
  const note = (slot: number, found: LocalFinding | undefined): void => {
    if (found) problems.push({ ...found, slot });
  };
  const count = Math.floor(bytes.length / DIRECTORY_ENTRY_BYTES);
  let slot = 0;
  for (; slot < count; slot++) {
    const at = slot * DIRECTORY_ENTRY_BYTES;
    const mark = bytes[at]!;
    if (mark === NAME_MARK.end) break;
    const attributes = readNumber(DIRECTORY_ENTRY.attributes, bytes, at);
    if (mark === NAME_MARK.deleted) {
      note(slot, names.abandon());
    } else if ((attributes & LONG_NAME_MASK) === LONG_NAME_ATTRIBUTES) {
      note(slot, names.piece(bytes, at));
      if (attributes !== LONG_NAME_ATTRIBUTES) {
        const message = `a piece of a long name has the attributes 0x${attributes.toString(16)}, by which Linux takes it for none`;
        note(slot, finding('long-name', message));
      }
    } else {
      const shortBytes = Uint8Array.from(readBytes(DIRECTORY_ENTRY.name, bytes, at));
      const { longName, found } = names.finish(shortBytes);
      note(slot, found);
      entries.push({ slot, shortBytes, longName, ...parseEntry(bytes, at, type) });
    }
  }
  note(slot, names.abandon());
  return { entries, problems };
}

function parseEntry(
  bytes: Uint8Array,
  at: number,
  type: FatType,
): Omit<RawEntry, 'slot' | 'shortBytes' | 'longName'> {
  const get = (name: Exclude<keyof typeof DIRECTORY_ENTRY, 'name'>): number =>
    readNumber(DIRECTORY_ENTRY[name], bytes, at);
  const high = type === 'FAT32' ? get('firstClusterHigh') : 0;
  return {
    shortName: shortText(readBytes(DIRECTORY_ENTRY.name, bytes, at), get('lowerCase')),
    attributes: get('attributes'),
    lowerCase: get('lowerCase'),
    firstCluster: high * 0x1_0000 + get('firstClusterLow'),
    sizeBytes: get('sizeBytes'),
    writeTime: { date: get('writeDate'), time: get('writeTime'), hundredths: 0 },
    creationTime: {
      date: get('creationDate'),
      time: get('creationTime'),
      hundredths: get('creationHundredths'),
    },
    accessDate: get('accessDate'),
  };
}

function shortText(bytes: Uint8Array, lowerCase: number): string {
  const unmarked = Uint8Array.from(bytes);
  if (unmarked[0] === NAME_MARK.e5) unmarked[0] = NAME_MARK.deleted;
  const part = (from: number, to: number, flag: number): string => {
    const text = decodeOem(unmarked.subarray(from, to)).replace(/ +$/, '');
    return lowerCase & flag ? text.toLowerCase() : text;
  };
  const base = part(0, SHORT_BASE_BYTES, LOWER_CASE.base);
  const extension = part(SHORT_BASE_BYTES, unmarked.length, LOWER_CASE.extension);
  return extension === '' ? base : `${base}.${extension}`;
}

export function isLabelEntry({ attributes }: RawEntry): boolean {
  return (attributes & ATTRIBUTE.volumeLabel) !== 0;
}

/** Puts long names together from their pieces, of which the last comes first. */
class LongNameReader {
  #pieces: string[] = [];
  #checksum = 0;
  /** The piece that comes next; 0: the name is complete. */
  #next = 0;

  piece(bytes: Uint8Array, at: number): LocalFinding | undefined {
    const order = readNumber(LONG_NAME_ENTRY.order, bytes, at);
    const checksum = readNumber(LONG_NAME_ENTRY.checksum, bytes, at);
    const number = order & ~LAST_PIECE;
    let found: LocalFinding | undefined;
    if (order & LAST_PIECE) {
      found = this.abandon();
      if (number < 1 || number > MAX_PIECES) {
        return finding('long-name-order', `a long name is to have ${number} pieces`);
      }
    } else if (this.#pieces.length === 0 || number !== this.#next || checksum !== this.#checksum) {
      this.#pieces = [];
      return finding('long-name-order', `piece ${number} of a long name is not where it belongs`);
    }
    this.#pieces.unshift(readPiece(bytes, at));
    this.#checksum = checksum;
    this.#next = number - 1;
    return found;
  }

  /** Ends a name without the entry it belongs to. */
  abandon(): LocalFinding | undefined {
    const isPending = this.#pieces.length > 0;
    this.#pieces = [];
    return isPending ? finding('long-name-orphan', 'a long name belongs to no entry') : undefined;
  }

  finish(shortBytes: Uint8Array): {
    longName: string | undefined;
    found: LocalFinding | undefined;
  } {
    const units = this.#pieces.join('');
    const isComplete = this.#next === 0;
    this.#pieces = [];
    if (units === '') return { longName: undefined, found: undefined };
    const ignored = (code: string, message: string) => {
      return { longName: undefined, found: finding(code, message) };
    };
    if (!isComplete) return ignored('long-name-order', 'the first piece of a long name is missing');
    if (shortNameChecksum(shortBytes) !== this.#checksum) {
      return ignored('long-name-checksum', 'a long name belongs to another short one');
    }
    const end = units.indexOf('\0');
    const longName = end < 0 ? units : units.slice(0, end);
    const isPadded = end < 0 || /^\uffff*$/.test(units.slice(end + 1));
    const found =
      isPadded && longName.length <= MAX_NAME_UNITS
        ? undefined
        : finding('long-name-padding', 'what follows the end of a long name is not padding');
    return { longName, found };
  }
}
