import { bytesSegment, makeImage } from '../../image/image.js';
import type { Image, Segment } from '../../image/image.js';
import { buildBootSector, buildFsInfo } from './writer/boot-sector.js';
import { chooseGeometry } from './writer/choose.js';
import type { Contents } from './writer/choose.js';
import { buildDirectory } from './writer/directory.js';
import type { FatEntry } from './entry.js';
import type { Geometry } from './writer/geometry.js';
import { deriveVolumeId } from './writer/identity.js';
import { encodeLabel } from './writer/label.js';
import { labelText } from './reader/entries.js';
import type { FatType } from './layout/table.js';
import { BACKUP_SECTOR, FSINFO_SECTOR } from './layout/boot-sector.js';
import { DIRECTORY_ENTRY_BYTES } from './layout/directory.js';
import { FIRST_CLUSTER } from './layout/table.js';
import { resolveOptions } from './options.js';
import type { FatOptions } from './options.js';
import { buildTable } from './table.js';
import type { ClusterRun } from './table.js';
import { buildTree } from './writer/tree.js';
import type { Tree, TreeNode } from './writer/tree.js';
import { SECTOR_BYTES } from '../sector.js';

export type { FatAttributes, FatEntry } from './entry.js';
export type { FatType } from './layout/table.js';
export type { FatOptions } from './options.js';

/** A planned volume, and what was decided for it. */
export interface FatImage extends Image {
  readonly type: FatType;
  /** As it is stored: in upper case; empty: none. */
  readonly label: string;
  /** 32 bits. */
  readonly volumeId: number;
  readonly clusterSizeBytes: number;
  readonly clusterCount: number;
  readonly freeClusterCount: number;
}

/**
 * Plans a FAT volume that holds the entries, with long names. File data is referred to, never read;
 * each file lies in one run of clusters, the clusters start at a multiple of 4 KiB, so that a disk can
 * be composed of the files themselves. The image is as small as its contents allow unless a size is
 * given, and depends on nothing but the arguments. Times are UTC.
 *
 * @throws ZosiaError with a code that starts with `ZOSIA_FAT_` for what FAT cannot hold
 */
export function planFat(entries: readonly FatEntry[], options: FatOptions = {}): FatImage {
  const resolved = resolveOptions(options);
  const label = encodeLabel(resolved.label);
  const hasLabel = resolved.label !== '';
  const tree = buildTree(entries, hasLabel);
  const geometry = chooseGeometry(contentsOf(tree), resolved);
  const runs = placeClusters(tree, geometry);
  const usedClusterCount = runs.reduce((sum, { clusterCount }) => sum + clusterCount, 0);

  const table = buildTable(geometry.type, runs);
  const volumeId = deriveVolumeId(resolved, tree);
  const bootSector = buildBootSector({
    geometry,
    label,
    volumeId,
    hiddenSectorCount: resolved.partitionOffsetBytes / SECTOR_BYTES,
    rootCluster: tree.root.firstCluster,
  });
  const at = (sector: number): number => sector * SECTOR_BYTES;
  const { reservedSectorCount, fatSectorCount } = geometry;
  const segments = [
    bytesSegment(0, bootSector, 'boot sector'),
    bytesSegment(at(reservedSectorCount), table, 'FAT'),
    bytesSegment(at(reservedSectorCount + fatSectorCount), table, 'second FAT'),
  ];
  if (geometry.type === 'FAT32') {
    const fsInfo = buildFsInfo(geometry, usedClusterCount);
    segments.push(
      bytesSegment(at(FSINFO_SECTOR), fsInfo, 'FSInfo'),
      bytesSegment(at(BACKUP_SECTOR), bootSector, 'backup boot sector'),
      bytesSegment(at(BACKUP_SECTOR + FSINFO_SECTOR), fsInfo, 'backup FSInfo'),
    );
  }
  const { epochSeconds } = resolved;
  const facts = { label: hasLabel ? label : undefined, epochSeconds };
  for (const directory of tree.directories) {
    if (directory.entryCount === 0) continue;
    const bytes = buildDirectory(directory, facts);
    segments.push(bytesSegment(offsetOf(directory, geometry), bytes, directory.path));
  }
  for (const file of tree.files) {
    const offset = offsetOf(file, geometry);
    for (const segment of file.data.segments) {
      segments.push(moved(segment, offset, file.path));
    }
  }
  const { type, clusterSizeBytes, clusterCount } = geometry;
  return {
    ...makeImage(resolved.sizeBytes ?? at(geometry.sectorCount), segments),
    type,
    label: hasLabel ? labelText(label) : '',
    volumeId,
    clusterSizeBytes,
    clusterCount,
    freeClusterCount: clusterCount - usedClusterCount,
  };
}

function contentsOf(tree: Tree): Contents {
  return {
    rootEntryCount: tree.root.entryCount,
    clusterCount: (type, clusterSizeBytes) =>
      [...tree.directories, ...tree.files].reduce(
        (sum, node) => sum + nodeClusterCount(node, { type, clusterSizeBytes }),
        0,
      ),
  };
}

type ClusterShape = Pick<Geometry, 'type' | 'clusterSizeBytes'>;

function nodeClusterCount(node: TreeNode, { type, clusterSizeBytes }: ClusterShape): number {
  if (node.type === 'file') return Math.ceil(node.data.sizeBytes / clusterSizeBytes);
  if (!node.parent && type !== 'FAT32') return 0;
  return Math.max(1, Math.ceil((node.entryCount * DIRECTORY_ENTRY_BYTES) / clusterSizeBytes));
}

/** Gives every directory its clusters, then every file: all in a row, from the first one up. */
function placeClusters({ directories, files }: Tree, geometry: Geometry): ClusterRun[] {
  const runs: ClusterRun[] = [];
  let nextCluster = FIRST_CLUSTER;
  for (const node of [...directories, ...files]) {
    const clusterCount = nodeClusterCount(node, geometry);
    if (clusterCount === 0) continue;
    node.firstCluster = nextCluster;
    runs.push({ firstCluster: nextCluster, clusterCount });
    nextCluster += clusterCount;
  }
  return runs;
}

/** In bytes; the root of FAT12 and FAT16 lies in no cluster. */
function offsetOf({ firstCluster }: TreeNode, geometry: Geometry): number {
  const { heapSector, rootSector, clusterSizeBytes } = geometry;
  if (firstCluster === 0) return rootSector * SECTOR_BYTES;
  return heapSector * SECTOR_BYTES + (firstCluster - FIRST_CLUSTER) * clusterSizeBytes;
}

function moved(segment: Segment, offset: number, label: string): Segment {
  return { ...segment, offset: offset + segment.offset, label };
}
