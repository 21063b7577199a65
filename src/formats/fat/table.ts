import { FAT_TYPE_FACTS, FIRST_CLUSTER } from './layout/table.js';
import type { FatType } from './layout/table.js';
import { MEDIA } from './layout/boot-sector.js';

/** Clusters in a row that something uses. */
export interface ClusterRun {
  readonly firstCluster: number;
  readonly clusterCount: number;
}

/**
 * The start of a FAT in which each run is a chain, up to the last entry that is not zero.
 *
 * @param runs in ascending order
 */
export function buildTable(type: FatType, runs: readonly ClusterRun[]): Uint8Array {
  const { entryBits, entryMask } = FAT_TYPE_FACTS[type];
  const last = runs.at(-1);
  const entryCount = last ? last.firstCluster + last.clusterCount : FIRST_CLUSTER;
  const bytes = new Uint8Array(Math.ceil((entryCount * entryBits) / 8));
  // Entry 0 repeats the media descriptor; entry 1 says that the volume is clean.
  writeEntry(type, bytes, 0, (entryMask & ~0xff) | MEDIA);
  writeEntry(type, bytes, 1, entryMask);
  for (const { firstCluster, clusterCount } of runs) {
    const lastCluster = firstCluster + clusterCount - 1;
    for (let cluster = firstCluster; cluster < lastCluster; cluster++) {
      writeEntry(type, bytes, cluster, cluster + 1);
    }
    writeEntry(type, bytes, lastCluster, entryMask);
  }
  return bytes;
}

/**
 * Writes an entry that has been zero so far. Entries of 12 bits share every third byte: an even one has
 * its lower half, an odd one its upper half.
 */
export function writeEntry(type: FatType, bytes: Uint8Array, index: number, value: number): void {
  const { entryBits } = FAT_TYPE_FACTS[type];
  const at = Math.floor((index * entryBits) / 8);
  const shift = (index * entryBits) % 8;
  for (let i = 0, rest = value << shift; i * 8 < entryBits + shift; i++, rest >>>= 8) {
    bytes[at + i]! |= rest & 0xff;
  }
}

/** The value of an entry, without the bits that do not count. */
export function readEntry(type: FatType, bytes: Uint8Array, index: number): number {
  const { entryBits, entryMask } = FAT_TYPE_FACTS[type];
  const at = Math.floor((index * entryBits) / 8);
  const shift = (index * entryBits) % 8;
  let value = 0;
  for (let i = 0; i * 8 < entryBits + shift; i++) value |= bytes[at + i]! << (8 * i);
  return (value >>> shift) & entryMask;
}
