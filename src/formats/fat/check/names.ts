import { Buffer } from 'buffer';
import type { Findings } from '../../findings.js';
import { NAME_MARK, SHORT_BASE_BYTES } from '../layout/directory.js';
import { foldName, isAllowedName } from '../names.js';
import type { RawEntry } from '../reader/entries.js';

const FORBIDDEN_BYTES: ReadonlySet<number> = new Set(Buffer.from('"*+,./:;<=>?[\\]|\x7f'));
const BLANK = 0x20;

/** Checks the names in one directory. */
export class NameCheck {
  readonly #shortNames = new Set<string>();
  readonly #longNames = new Set<string>();

  constructor(private readonly findings: Findings) {}

  add({ shortBytes, longName }: RawEntry, where: string): void {
    const { findings } = this;
    const key = Buffer.from(shortBytes).toString('latin1');
    findings.expect(
      isAllowedShortName(shortBytes),
      'short-name',
      where,
      'its short name has what short names cannot have',
    );
    findings.expect(
      longName === undefined || isAllowedName(longName),
      'long-name',
      where,
      'its long name has what long names cannot have',
    );
    const isNewShort = this.#shortNames.size < this.#shortNames.add(key).size;
    findings.expect(isNewShort, 'duplicate-name', where, 'another entry has the same short name');
    if (longName === undefined) return;
    const isNewLong = this.#longNames.size < this.#longNames.add(foldName(longName)).size;
    findings.expect(isNewLong, 'duplicate-name', where, 'another entry has the same long name');
  }
}

function isAllowedShortName(bytes: Uint8Array): boolean {
  const base = bytes.subarray(0, SHORT_BASE_BYTES);
  const extension = bytes.subarray(SHORT_BASE_BYTES);
  return base[0] !== BLANK && [base, extension].every(isAllowedPart);
}

/** Upper case, nothing forbidden, and blanks at the end only. */
function isAllowedPart(part: Uint8Array): boolean {
  return part.every((byte, i) => {
    if (byte === BLANK) return part.subarray(i).every((rest) => rest === BLANK);
    const isControl = byte < BLANK && !(byte === NAME_MARK.e5 && i === 0);
    const isLowerCase = byte >= 0x61 && byte <= 0x7a;
    return !isControl && !isLowerCase && !FORBIDDEN_BYTES.has(byte);
  });
}
