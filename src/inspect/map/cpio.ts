import { ZosiaError } from '../../errors.js';
import { ALIGNMENT_BYTES, alignUp } from '../../formats/cpio/layout.js';
import { readCpio } from '../../formats/cpio/reader.js';
import type { CpioMember, CpioPart } from '../../formats/cpio/reader.js';
import { byteStringBytes } from '../../formats/byte-string.js';
import { escapeName } from '../../formats/escaped-name.js';
import type { RandomAccess } from '../../image/random-access.js';
import { MemberBounds } from '../../formats/cpio/root/too-large.js';
import { tile } from './range.js';
import type { MapRange, RangeKind } from './range.js';

/** Up to so many members are drawn with their headers, data and padding. */
const MAX_DETAILED = 20_000;

/** A part of an initramfs, and the members in it, by archive. */
interface FoundPart {
  readonly part: CpioPart;
  readonly archives: Map<number, CpioMember[]>;
}

/**
 * What lies in an initramfs, in order: the parts that follow each other in the file, packed or not, the
 * archives in them, and their members. What comes behind damage is one range, whose note says what it is.
 *
 * @throws ZosiaError as `readCpio` when there is nothing before the damage; `ZOSIA_CPIO_TOO_LARGE`
 */
export async function cpioRanges(source: RandomAccess, signal?: AbortSignal): Promise<MapRange[]> {
  const parts: FoundPart[] = [];
  const bounds = new MemberBounds();
  let memberCount = 0;
  let damage: ZosiaError | undefined;
  try {
    const onPart = (part: CpioPart): void => void parts.push({ part, archives: new Map() });
    for await (const member of readCpio(source, { onPart })) {
      if (memberCount++ % 1024 === 0) signal?.throwIfAborted();
      bounds.count(member);
      const { archives } = parts.at(-1)!;
      const members = archives.get(member.archive);
      if (members) members.push(member);
      else archives.set(member.archive, [member]);
    }
  } catch (error) {
    const isDamage = error instanceof ZosiaError && error.code !== 'ZOSIA_CPIO_TOO_LARGE';
    if (!isDamage || memberCount === 0) throw error;
    damage = error;
  }
  const isDetailed = memberCount <= MAX_DETAILED;
  const ranges = parts.flatMap((found) => partRange(found, source.sizeBytes, isDetailed) ?? []);
  return tile(ranges, source.sizeBytes, behind(damage));
}

const behind = (damage: ZosiaError | undefined): Omit<MapRange, 'offset' | 'length'> =>
  damage
    ? { kind: 'lost', what: 'not read, from the damage on', note: damage.message }
    : { kind: 'free', what: 'zeros between the archives' };

/** Undefined of a part in which nothing was found before the damage. */
function partRange(
  { part, archives }: FoundPart,
  sizeBytes: number,
  isDetailed: boolean,
): MapRange | undefined {
  const { offset, compression } = part;
  const isPacked = compression !== undefined;
  // In a plain part members count from the start of the file.
  const start = isPacked ? 0 : offset;
  const memberEnd = lastEnd(archives);
  const end = isPacked
    ? Math.max(part.unpackedBytes, memberEnd)
    : Math.min(sizeBytes, Math.max(offset + part.length, memberEnd));
  if (end <= start) return undefined;
  const inside = archiveRanges(archives, { start, end, isDetailed });
  const count = [...archives.values()].reduce((sum, members) => sum + members.length, 0);
  const note = `${count} members`;
  const what = isPacked ? `packed with ${compression}` : 'cpio archive';
  if (!isPacked) {
    return { offset, length: end - start, kind: 'container', what, note, children: inside };
  }
  return {
    offset,
    length: Math.min(part.length, sizeBytes - offset),
    kind: 'container',
    what,
    note: `${note}, ${end} bytes unpacked`,
    unpackedBytes: end,
    children: inside,
  };
}

const endOf = ({ offset, sizeBytes }: CpioMember): number =>
  alignUp(offset + sizeBytes, ALIGNMENT_BYTES);

function lastEnd(archives: FoundPart['archives']): number {
  const last = [...archives.values()].at(-1)?.at(-1);
  return last ? last.offset + last.sizeBytes : 0;
}

interface PartBounds {
  /** Where the part's bytes begin and end, as its members count. */
  readonly start: number;
  readonly end: number;
  readonly isDetailed: boolean;
}

/** Trailers are no members: one ends each archive. */
const BETWEEN = { kind: 'structure', what: 'trailer, or padding' } as const;

/** Each archive as one range if there are several; else the members themselves. Counted from `start`. */
function archiveRanges(
  archives: FoundPart['archives'],
  { start, end, isDetailed }: PartBounds,
): MapRange[] {
  const all = [...archives.values()];
  const ranges = all.map((members, index): MapRange => {
    const from = index === 0 ? start : members[0]!.headerOffset;
    const to = all[index + 1]?.[0]?.headerOffset ?? end;
    const inside = members.map((member) => memberRange(member, from, isDetailed));
    return {
      offset: from - start,
      length: to - from,
      kind: 'container',
      what: `archive ${index + 1}`,
      note: `${members.length} members`,
      children: tile(inside, to - from, BETWEEN),
    };
  });
  if (ranges.length === 1) return [...ranges[0]!.children!];
  return tile(ranges, end - start, BETWEEN);
}

function memberRange(member: CpioMember, from: number, isDetailed: boolean): MapRange {
  const { headerOffset, offset, sizeBytes, path } = member;
  const length = endOf(member) - headerOffset;
  const range: MapRange = {
    offset: headerOffset - from,
    length,
    kind: kindOf(member),
    what: whatOf(member),
    name: path,
    note: noteOf(member),
  };
  if (!isDetailed || sizeBytes === 0) return range;
  const dataAt = offset - headerOffset;
  const inside: MapRange[] = [
    { offset: 0, length: dataAt, kind: 'structure', what: 'header and name' },
    { offset: dataAt, length: sizeBytes, kind: 'part', what: 'data' },
  ];
  return { ...range, children: tile(inside, length, { kind: 'free', what: 'padding' }) };
}

const whatOf = ({ type }: CpioMember): string => type.replace('-', ' ');

function kindOf({ type }: CpioMember): RangeKind {
  if (type === 'directory') return 'directory';
  return type === 'none' ? 'lost' : 'file';
}

function noteOf(member: CpioMember): string | undefined {
  const mode = `mode ${member.mode.toString(8).padStart(4, '0')}`;
  if (member.type === 'symlink') return `to ${escapeName(byteStringBytes(member.target))}`;
  if (member.type === 'character-device' || member.type === 'block-device')
    return `${member.major}, ${member.minor}; ${mode}`;
  return mode;
}
