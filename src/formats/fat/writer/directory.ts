import { Buffer } from 'buffer';
import { high16, low16, writeFields } from '../../fields.js';
import type { Timestamp } from '../../entry.js';
import type { FatAttributes } from '../entry.js';
import {
  ATTRIBUTE,
  DIRECTORY_ENTRY,
  DIRECTORY_ENTRY_BYTES,
  SHORT_NAME_BYTES,
} from '../layout/directory.js';
import { pieceCount, writeLongName } from '../long-name.js';
import { toFatTime } from '../time.js';
import type { DirectoryNode, TreeNode } from './tree.js';

export interface DirectoryFacts {
  /** As encodeLabel gives it; undefined: the volume has none. */
  readonly label: Uint8Array | undefined;
  /** The time of whatever has no other. */
  readonly epochSeconds: number;
}

/** A directory's entries, all of whose children have their clusters. */
export function buildDirectory(directory: DirectoryNode, facts: DirectoryFacts): Uint8Array {
  const bytes = new Uint8Array(directory.entryCount * DIRECTORY_ENTRY_BYTES);
  let at = 0;
  const add = (entry: Entry): void => {
    writeEntry(bytes, at, entry);
    at += DIRECTORY_ENTRY_BYTES;
  };
  const { parent } = directory;
  const own = timeAndAttributes(directory, facts);
  if (parent) {
    add({ ...own, name: dotName('.'), firstCluster: directory.firstCluster });
    // The root is cluster 0 here, even where it lies in clusters.
    add({ ...own, name: dotName('..'), firstCluster: parent.parent ? parent.firstCluster : 0 });
  } else if (facts.label) {
    add({ ...own, name: facts.label, attributes: ATTRIBUTE.volumeLabel, firstCluster: 0 });
  }
  for (const child of directory.sorted) {
    const { name, shortName, lowerCase, isLong } = child.stored!;
    if (isLong) {
      writeLongName(bytes, at, name, shortName);
      at += pieceCount(name) * DIRECTORY_ENTRY_BYTES;
    }
    add({
      ...timeAndAttributes(child, facts),
      name: shortName,
      lowerCase,
      firstCluster: child.firstCluster,
      sizeBytes: child.type === 'file' ? child.data.sizeBytes : 0,
    });
  }
  return bytes;
}

interface Entry {
  readonly name: Uint8Array;
  readonly attributes: number;
  readonly time: Timestamp;
  readonly firstCluster: number;
  readonly lowerCase?: number | undefined;
  readonly sizeBytes?: number | undefined;
}

function writeEntry(bytes: Uint8Array, offset: number, entry: Entry): void {
  const { name, attributes, firstCluster, lowerCase = 0, sizeBytes = 0 } = entry;
  const { date, time, hundredths } = toFatTime(entry.time);
  const isLabel = attributes === ATTRIBUTE.volumeLabel;
  writeFields(DIRECTORY_ENTRY, bytes, offset, {
    name,
    attributes,
    lowerCase,
    // A label has a time of writing only.
    creationHundredths: isLabel ? 0 : hundredths,
    creationTime: isLabel ? 0 : time,
    creationDate: isLabel ? 0 : date,
    accessDate: isLabel ? 0 : date,
    firstClusterHigh: high16(firstCluster),
    writeTime: time,
    writeDate: date,
    firstClusterLow: low16(firstCluster),
    sizeBytes,
  });
}

function timeAndAttributes(
  { type, attributes }: TreeNode,
  { epochSeconds }: DirectoryFacts,
): Pick<Entry, 'attributes' | 'time'> {
  return {
    attributes:
      type === 'file'
        ? ATTRIBUTE.archive | flags(attributes, isReadOnly(attributes))
        : ATTRIBUTE.directory | flags(attributes, false),
    time: attributes.mtime ?? { seconds: epochSeconds },
  };
}

/** As Linux has it: nobody may write to a file whose mode says so (fs/fat/fat.h, fat_make_attrs). */
const isReadOnly = ({ mode = 0o644 }: FatAttributes): boolean => (mode & 0o222) === 0;

function flags(attributes: FatAttributes, isReadOnly: boolean): number {
  const { readOnly = isReadOnly, hidden = false, system = false } = attributes;
  return (
    (readOnly ? ATTRIBUTE.readOnly : 0) |
    (hidden ? ATTRIBUTE.hidden : 0) |
    (system ? ATTRIBUTE.system : 0)
  );
}

function dotName(dots: string): Uint8Array {
  return Buffer.from(dots.padEnd(SHORT_NAME_BYTES));
}
