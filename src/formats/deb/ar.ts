import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import {
  AR_ALIGNMENT_BYTES,
  AR_FIELDS,
  AR_HEADER_BYTES,
  AR_MAGIC,
  AR_TERMINATOR,
} from './layout.js';
import type { ArField } from './layout.js';

/** A file of an ar archive. */
export interface ArMember {
  readonly name: string;
  /** Where its data start in the archive, in bytes. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Packages have three or four members; what claims more is something else. */
const MAX_MEMBERS = 64;

/** @throws ZosiaError `ZOSIA_DEB_CORRUPT` */
export async function readArMembers(source: RandomAccess): Promise<ArMember[]> {
  if (source.sizeBytes < AR_MAGIC.length) throw corruptDeb('too short');
  if (ascii(await source.read(0, AR_MAGIC.length)) !== AR_MAGIC) throw corruptDeb('not a package');
  const members: ArMember[] = [];
  for (let position = AR_MAGIC.length; position < source.sizeBytes;) {
    const offset = position + AR_HEADER_BYTES;
    if (offset > source.sizeBytes) throw corruptDeb(`cut short at ${position}`);
    if (members.length === MAX_MEMBERS) throw corruptDeb('too many members');
    const header = ascii(await source.read(position, AR_HEADER_BYTES));
    const text = ({ offset: start, width }: ArField): string => header.slice(start, start + width);
    const digits = text(AR_FIELDS.size).trimEnd();
    if (text(AR_FIELDS.terminator) !== AR_TERMINATOR || !/^\d+$/.test(digits)) {
      throw corruptDeb(`no member header at ${position}`);
    }
    const name = text(AR_FIELDS.name).trimEnd().replace(/\/$/, '');
    const sizeBytes = Number(digits);
    if (offset + sizeBytes > source.sizeBytes) throw corruptDeb(`${name} is cut short`);
    members.push({ name, offset, sizeBytes });
    position = Math.ceil((offset + sizeBytes) / AR_ALIGNMENT_BYTES) * AR_ALIGNMENT_BYTES;
  }
  return members;
}

function ascii(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

export function corruptDeb(detail: string, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_DEB_CORRUPT', `no intact Debian package: ${detail}`, {
    hint: 'Fetch the package again.',
    cause,
  });
}
