import { Buffer } from 'buffer';
import { SHORT_BASE_BYTES, SHORT_NAME_BYTES, LOWER_CASE } from '../layout/directory.js';
import { encodeOemUpper } from '../oem.js';

/**
 * How a name is stored: its short form, and whether that alone says all of it. Source of the rules:
 * Microsoft, "FAT32 File System Specification" 1.03, "Generating 8.3 names".
 */
export interface StoredName {
  readonly name: string;
  /** 11 bytes: base and extension, padded with blanks. */
  readonly shortName: Uint8Array;
  /** Flags of LOWER_CASE. */
  readonly lowerCase: number;
  /** Whether the name needs entries of its own. */
  readonly isLong: boolean;
}

/** What may stand in a short name beside upper-case letters and digits. */
const SHORT_PUNCTUATION = "$%'-_@~`!(){}^#&";
const REPLACEMENT = '_'.charCodeAt(0);
const BLANK = 0x20;
const MAX_TAIL = 999_999;

/** A name that the specification's "basis" stands for exactly, in one case each side of the dot. */
const PLAIN = /^([^.]{1,8})(?:\.([^.]{1,3}))?$/;

interface Basis {
  /** Bytes before the dot and after it; the former not yet cut to eight. */
  readonly base: readonly number[];
  readonly extension: readonly number[];
  /** Whether the name in upper case is the same. */
  readonly isExact: boolean;
}

/**
 * The short names for the names in one directory, which must differ in more than case. Names that are
 * 8.3 themselves keep theirs; the others get a number after `~`, lower ones first by UTF-16 unit.
 *
 * @param names in the order in which numbers are given
 */
export function storeNames(names: readonly string[]): StoredName[] {
  const bases = names.map(basisOf);
  const aliases = new Aliases();
  bases.forEach((basis) => {
    if (basis.isExact) aliases.take(pack(basis.base, basis.extension));
  });
  return names.map((name, i) => {
    const basis = bases[i]!;
    const exact = pack(basis.base, basis.extension);
    const lowerCase = basis.isExact ? lowerCaseFlags(name) : undefined;
    return {
      name,
      shortName: basis.isExact ? exact : aliases.numbered(basis),
      lowerCase: lowerCase ?? 0,
      isLong: lowerCase === undefined,
    };
  });
}

function basisOf(name: string): Basis {
  const stripped = name.replaceAll(' ', '').replace(/^\.+/, '');
  const dot = stripped.lastIndexOf('.');
  const [base, extension] =
    dot < 0
      ? [stripped, '']
      : [stripped.slice(0, dot).replaceAll('.', ''), stripped.slice(dot + 1)];
  const isShort = stripped === name && PLAIN.test(name);
  return {
    base: Array.from(base, (character) => shortByte(character) ?? REPLACEMENT),
    extension: Array.from(extension, (character) => shortByte(character) ?? REPLACEMENT).slice(
      0,
      3,
    ),
    isExact: isShort && Array.from(base + extension).every((each) => shortByte(each) !== undefined),
  };
}

function shortByte(character: string): number | undefined {
  const isPlain = /^[A-Za-z0-9]$/.test(character) || SHORT_PUNCTUATION.includes(character);
  return isPlain || character.codePointAt(0)! >= 0x80 ? encodeOemUpper(character) : undefined;
}

/**
 * The flags that show a short name as `name`, or undefined when none do. Letters outside of ASCII are
 * left to long names, which every system reads the same.
 */
function lowerCaseFlags(name: string): number | undefined {
  const [, base, extension = ''] = PLAIN.exec(name)!;
  const flag = (part: string, bit: number): number | undefined => {
    if (!/^[\x20-\x7e]*$/.test(part)) return undefined;
    if (part === part.toUpperCase()) return 0;
    return part === part.toLowerCase() ? bit : undefined;
  };
  const baseFlag = flag(base!, LOWER_CASE.base);
  const extensionFlag = flag(extension, LOWER_CASE.extension);
  if (baseFlag === undefined || extensionFlag === undefined) return undefined;
  return baseFlag | extensionFlag;
}

function pack(base: readonly number[], extension: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(SHORT_NAME_BYTES).fill(BLANK);
  bytes.set(base.slice(0, SHORT_BASE_BYTES));
  bytes.set(extension, SHORT_BASE_BYTES);
  return bytes;
}

/** The short names of a directory that are taken. */
class Aliases {
  readonly #taken = new Set<string>();
  /** By what stays the same among them, the number that is next: long rows take no square of time. */
  readonly #next = new Map<string, number>();

  take(name: Uint8Array): boolean {
    const key = Buffer.from(name).toString('latin1');
    if (this.#taken.has(key)) return false;
    this.#taken.add(key);
    return true;
  }

  numbered({ base, extension }: Basis): Uint8Array {
    for (let digits = 1; digits <= String(MAX_TAIL).length; digits++) {
      const kept = base.slice(0, SHORT_BASE_BYTES - 1 - digits);
      const row = `${digits}:${Buffer.from(pack(kept, extension)).toString('latin1')}`;
      for (let n = this.#next.get(row) ?? 10 ** (digits - 1); n < 10 ** digits; n++) {
        const name = pack([...kept, ...Buffer.from(`~${n}`)], extension);
        this.#next.set(row, n + 1);
        if (this.take(name)) return name;
      }
      this.#next.set(row, 10 ** digits);
    }
    // A directory has no more than 65,536 entries, each of which takes one number at most.
    throw new RangeError('a directory has more names than there are short ones');
  }
}
