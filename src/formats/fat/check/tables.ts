import { Buffer } from 'buffer';
import { FAT_TYPE_FACTS, FIRST_CLUSTER, FREE_CLUSTER } from '../layout/table.js';
import { FatTable } from '../reader/table.js';
import { hex } from './boot-sector.js';
import type { CheckContext } from './context.js';

/** Entries 0 and 1, which stand for no clusters. */
export async function checkFirstEntries({ volume, findings }: CheckContext): Promise<void> {
  const { bootSector, table } = volume;
  const { entryMask, endOfChain, cleanBit, noErrorBit } = FAT_TYPE_FACTS[bootSector.type];
  const media = await table.entry(0);
  const expected = ((entryMask & ~0xff) | bootSector.media) >>> 0;
  findings.expect(
    media === expected,
    'media',
    'FAT',
    `its first entry is ${hex(media)}; by the media descriptor it is ${hex(expected)}`,
  );
  const state = await table.entry(1);
  findings.expect(
    (state | cleanBit | noErrorBit) >= endOfChain,
    'second-entry',
    'FAT',
    `its second entry is ${hex(state)}, which ends no chain`,
  );
  findings.expect(
    (state & cleanBit) === cleanBit,
    'not-clean',
    'FAT',
    'it was not closed properly',
  );
  findings.expect((state & noErrorBit) === noErrorBit, 'disk-error', 'FAT', 'it notes disk errors');
}

/** Whether the other FATs are copies of the one that counts. */
export async function checkCopies(context: CheckContext): Promise<void> {
  const { volume, findings, signal } = context;
  const { source, bootSector, table } = volume;
  if (!bootSector.isMirrored) return;
  for (let copy = 1; copy < bootSector.fatCount; copy++) {
    if (await hasSameBytes(context, copy)) continue;
    const other = new FatTable(source, bootSector, copy);
    let differing = 0;
    let first = 0;
    for (let index = 0; index < table.entryCount; index++) {
      if (index % 65_536 === 0) signal?.throwIfAborted();
      const a = table.cached(index) ?? (await table.entry(index));
      const b = other.cached(index) ?? (await other.entry(index));
      if (a === b) continue;
      if (differing === 0) first = index;
      differing++;
    }
    findings.expect(
      differing === 0,
      'fat-copies',
      `FAT ${copy + 1}`,
      `${differing} of its entries, entry ${first} first, differ from those of FAT 1`,
    );
    if (differing === 0) {
      // The upper four bits of entries of FAT32, and what follows the last entry.
      const message = 'it differs from FAT 1, though only in bits without a meaning';
      findings.warn('reserved-bits', `FAT ${copy + 1}`, message);
    }
  }
}

const CHUNK_BYTES = 1 << 18;

async function hasSameBytes(
  { volume: { source, bootSector }, signal }: CheckContext,
  copy: number,
): Promise<boolean> {
  const { fatOffset, fatSectorCount, sectorBytes } = bootSector;
  const fatBytes = fatSectorCount * sectorBytes;
  for (let at = 0; at < fatBytes; at += CHUNK_BYTES) {
    signal?.throwIfAborted();
    const length = Math.min(CHUNK_BYTES, fatBytes - at);
    const first = await source.read(fatOffset + at, length);
    const other = await source.read(fatOffset + copy * fatBytes + at, length);
    if (Buffer.compare(first, other) !== 0) return false;
  }
  return true;
}

export interface ClusterTotals {
  readonly freeClusterCount: number;
  readonly badClusterCount: number;
}

/** Counts clusters, and reports those that are marked as used but that no file leads to. */
export async function checkUse(context: CheckContext): Promise<ClusterTotals> {
  const { volume, findings, claims, signal } = context;
  const { table, bootSector } = volume;
  const { badCluster } = FAT_TYPE_FACTS[bootSector.type];
  let freeClusterCount = 0;
  let badClusterCount = 0;
  let lostFrom: number | undefined;
  const endLost = (end: number): void => {
    if (lostFrom === undefined) return;
    const where =
      end - lostFrom === 1 ? `cluster ${lostFrom}` : `clusters ${lostFrom} to ${end - 1}`;
    findings.add('cluster-lost', where, 'marked as used, but nothing uses it');
    lostFrom = undefined;
  };
  for (let cluster = FIRST_CLUSTER; cluster < table.entryCount; cluster++) {
    if (cluster % 65_536 === 0) signal?.throwIfAborted();
    const value = table.cached(cluster) ?? (await table.entry(cluster));
    if (value === FREE_CLUSTER) freeClusterCount++;
    else if (value === badCluster) badClusterCount++;
    else if (!claims.has(cluster)) {
      lostFrom ??= cluster;
      continue;
    }
    endLost(cluster);
  }
  endLost(table.entryCount);
  return { freeClusterCount, badClusterCount };
}
