import { ZosiaError } from '../../../errors.js';
import { fit, isPossible, layOut } from './geometry.js';
import type { Geometry, VolumeShape } from './geometry.js';
import { FAT_TYPE_FACTS } from '../layout/table.js';
import type { FatType } from '../layout/table.js';
import { badOption, CLUSTER_SIZES, MAX_ROOT_ENTRIES } from '../options.js';
import type { ResolvedFatOptions } from '../options.js';
import { SECTOR_BYTES } from '../../sector.js';
import { GIB, KIB, MIB } from '../../../image/units.js';

/** What a volume is to hold. */
export interface Contents {
  /** Directory entries in the root. */
  readonly rootEntryCount: number;
  /** How many clusters everything takes; in FAT12 and FAT16 the root takes none. */
  readonly clusterCount: (type: FatType, clusterSizeBytes: number) => number;
}

/** Volumes below these sizes are of the type, when nothing else decides. */
const USUAL_TYPES: readonly [number, readonly FatType[]][] = [
  [4 * MIB, ['FAT12', 'FAT16', 'FAT32']],
  [512 * MIB, ['FAT16', 'FAT12', 'FAT32']],
  [Infinity, ['FAT32', 'FAT16', 'FAT12']],
];

/**
 * The largest cluster sizes that are usual for volumes up to a size: Microsoft, "FAT32 File System
 * Specification" 1.03, "Initializing a FAT Volume". Small FAT32 volumes get larger ones than there, as
 * far as the cluster count allows: firmware reads a file with longer transfers then.
 */
const USUAL_CLUSTERS: Readonly<Record<FatType, readonly [number, number][]>> = {
  FAT12: [[Infinity, 512]],
  FAT16: [
    [16 * MIB, KIB],
    [128 * MIB, 2 * KIB],
    [256 * MIB, 4 * KIB],
    [512 * MIB, 8 * KIB],
    [GIB, 16 * KIB],
    [Infinity, 32 * KIB],
  ],
  FAT32: [
    [8 * GIB, 4 * KIB],
    [16 * GIB, 8 * KIB],
    [32 * GIB, 16 * KIB],
    [Infinity, 32 * KIB],
  ],
};

const DEFAULT_ROOT_ENTRIES = 512;

/**
 * The volume for some contents: of the size asked for, or else the smallest.
 *
 * @throws ZosiaError `ZOSIA_FAT_TOO_SMALL`, `ZOSIA_FAT_TOO_LARGE`, `ZOSIA_FAT_DIRECTORY_FULL`,
 * `ZOSIA_FAT_BAD_OPTION`
 */
export function chooseGeometry(contents: Contents, options: ResolvedFatOptions): Geometry {
  const { sizeBytes } = options;
  const types = possibleTypes(contents, options);
  for (const type of types) {
    const shapes = shapesOf(type, contents, options);
    const chosen =
      sizeBytes === undefined
        ? smallest(shapes, contents, options)
        : mostUsual(shapes.flatMap((shape) => ofSize(shape, contents, options, sizeBytes) ?? []));
    if (chosen) return chosen;
  }
  throw nothingFits(types, contents, options);
}

function possibleTypes(contents: Contents, options: ResolvedFatOptions): readonly FatType[] {
  const roomCount = options.rootEntryCount ?? MAX_ROOT_ENTRIES;
  const types = preferredTypes(contents, options);
  const possible = types.filter((type) => type === 'FAT32' || contents.rootEntryCount <= roomCount);
  if (possible.length > 0) return possible;
  throw new ZosiaError(
    'ZOSIA_FAT_DIRECTORY_FULL',
    `/ takes ${contents.rootEntryCount} directory entries; it has room for ${roomCount}`,
    { hint: 'Move files into directories, or use FAT32, whose root directory grows.' },
  );
}

function preferredTypes(contents: Contents, options: ResolvedFatOptions): readonly FatType[] {
  if (options.type !== undefined) return [options.type];
  if (options.esp) return ['FAT32', 'FAT16', 'FAT12'];
  const [smallestCluster] = CLUSTER_SIZES;
  const contentBytes = contents.clusterCount('FAT16', smallestCluster!) * smallestCluster!;
  const bytes = options.sizeBytes ?? contentBytes + options.extraBytes;
  return USUAL_TYPES.find(([below]) => bytes < below)![1];
}

/** Whether a volume of the type is made when its contents are too few for it. */
function isWanted(type: FatType, options: ResolvedFatOptions): boolean {
  return type === options.type || (options.esp && type === 'FAT16');
}

function shapesOf(type: FatType, contents: Contents, options: ResolvedFatOptions): VolumeShape[] {
  const perSector = 16;
  const neededCount = Math.ceil(contents.rootEntryCount / perSector) * perSector;
  const rootEntryCount = options.rootEntryCount ?? Math.max(DEFAULT_ROOT_ENTRIES, neededCount);
  const sizes = options.clusterSizeBytes === undefined ? CLUSTER_SIZES : [options.clusterSizeBytes];
  return sizes.map((clusterSizeBytes) => ({ type, clusterSizeBytes, rootEntryCount }));
}

function neededClusters(
  shape: VolumeShape,
  contents: Contents,
  options: ResolvedFatOptions,
): number {
  const { type, clusterSizeBytes } = shape;
  const extraCount = Math.ceil(options.extraBytes / clusterSizeBytes);
  return Math.max(1, contents.clusterCount(type, clusterSizeBytes) + extraCount);
}

/** The smallest volume, but for clusters as large as usual where that costs little. */
function smallest(
  shapes: readonly VolumeShape[],
  contents: Contents,
  options: ResolvedFatOptions,
): Geometry | undefined {
  const snug = shapes.map((shape) => layOut(shape, neededClusters(shape, contents, options)));
  const usual = mostUsual(snug.filter(isPossible));
  if (usual) return usual;
  const wanted = shapes.filter(({ type }) => isWanted(type, options));
  return filledUp(wanted, contents, options)[0];
}

/** Volumes with as many clusters as the contents need, or more where the type needs more. */
function filledUp(
  shapes: readonly VolumeShape[],
  contents: Contents,
  options: ResolvedFatOptions,
): Geometry[] {
  return shapes
    .map((shape) => {
      const { minClusterCount } = FAT_TYPE_FACTS[shape.type];
      const clusterCount = Math.max(minClusterCount, neededClusters(shape, contents, options));
      return layOut(shape, clusterCount);
    })
    .filter(isPossible);
}

function ofSize(
  shape: VolumeShape,
  contents: Contents,
  options: ResolvedFatOptions,
  sizeBytes: number,
): Geometry | undefined {
  const geometry = fit(shape, Math.floor(sizeBytes / SECTOR_BYTES));
  const isEnough = geometry && geometry.clusterCount >= neededClusters(shape, contents, options);
  return isEnough ? geometry : undefined;
}

/** @param candidates by ascending cluster size */
function mostUsual(candidates: readonly Geometry[]): Geometry | undefined {
  const usual = candidates.filter(({ type, clusterSizeBytes, sectorCount }) => {
    const sizeBytes = sectorCount * SECTOR_BYTES;
    const [, largest] = USUAL_CLUSTERS[type].find(([upTo]) => sizeBytes <= upTo)!;
    return clusterSizeBytes <= largest;
  });
  return usual.at(-1) ?? candidates[0];
}

function nothingFits(
  types: readonly FatType[],
  contents: Contents,
  options: ResolvedFatOptions,
): ZosiaError {
  const { sizeBytes, type, clusterSizeBytes } = options;
  const what = `${type ?? 'FAT'} volume`;
  const shapes = types.flatMap((each) => shapesOf(each, contents, options));
  const volumes = filledUp(shapes, contents, options);
  const sizes = volumes.map(({ sectorCount }) => sectorCount * SECTOR_BYTES);
  if (sizes.length === 0) {
    return new ZosiaError('ZOSIA_FAT_TOO_LARGE', `no ${what} can hold so much`, {
      hint: 'Use FAT32 with larger clusters, or an ext4 disk.',
    });
  }
  const leastBytes = Math.min(...sizes);
  if (sizeBytes !== undefined && sizeBytes < leastBytes) {
    return new ZosiaError(
      'ZOSIA_FAT_TOO_SMALL',
      `the ${what} takes at least ${leastBytes} bytes, and is to have ${sizeBytes}`,
      { hint: `Give a size of ${leastBytes} bytes or more, or put less on it.` },
    );
  }
  const clusters =
    clusterSizeBytes === undefined ? '' : ` in clusters of ${clusterSizeBytes} bytes`;
  return badOption(
    `a ${what} of ${sizeBytes ?? leastBytes} bytes${clusters}`,
    `The number of clusters decides the type; the smallest that fits has ${leastBytes} bytes.`,
  );
}
