import { ZosiaError } from '../../../errors.js';
import { FEATURE_COMPAT, FEATURE_INCOMPAT, FEATURE_RO_COMPAT } from '../layout/superblock.js';

/** Feature names as mke2fs and tune2fs take them. */
const COMPAT_NAMES = {
  directoryPreallocation: 'dir_prealloc',
  imagicInodes: 'imagic_inodes',
  hasJournal: 'has_journal',
  extendedAttributes: 'ext_attr',
  resizeInode: 'resize_inode',
  directoryIndex: 'dir_index',
  lazyGroups: 'lazy_bg',
  excludeInode: 'exclude_inode',
  excludeBitmap: 'exclude_bitmap',
  sparseSuper2: 'sparse_super2',
  fastCommit: 'fast_commit',
  stableInodes: 'stable_inodes',
  orphanFile: 'orphan_file',
} as const satisfies Record<keyof typeof FEATURE_COMPAT, string>;

const INCOMPAT_NAMES = {
  compression: 'compression',
  fileType: 'filetype',
  needsRecovery: 'needs_recovery',
  journalDevice: 'journal_dev',
  metaGroups: 'meta_bg',
  extents: 'extent',
  sixtyFourBit: '64bit',
  multiMountProtection: 'mmp',
  flexibleGroups: 'flex_bg',
  attributeInodes: 'ea_inode',
  directoryData: 'dirdata',
  checksumSeed: 'metadata_csum_seed',
  largeDirectories: 'large_dir',
  inlineData: 'inline_data',
  encryption: 'encrypt',
  casefold: 'casefold',
} as const satisfies Record<keyof typeof FEATURE_INCOMPAT, string>;

const RO_COMPAT_NAMES = {
  sparseSuper: 'sparse_super',
  largeFile: 'large_file',
  btreeDirectories: 'btree_dir',
  hugeFile: 'huge_file',
  descriptorChecksums: 'uninit_bg',
  directoryLinks: 'dir_nlink',
  extraIsize: 'extra_isize',
  snapshots: 'has_snapshot',
  quota: 'quota',
  bigalloc: 'bigalloc',
  metadataChecksums: 'metadata_csum',
  replica: 'replica',
  readOnly: 'read-only',
  projectQuota: 'project',
  sharedBlocks: 'shared_blocks',
  verity: 'verity',
  orphansPresent: 'orphan_present',
} as const satisfies Record<keyof typeof FEATURE_RO_COMPAT, string>;

type ValueOf<T> = T[keyof T];

/** A feature by the name that mke2fs and tune2fs know it by. */
export type Ext4Feature =
  ValueOf<typeof COMPAT_NAMES> | ValueOf<typeof INCOMPAT_NAMES> | ValueOf<typeof RO_COMPAT_NAMES>;

/** Features whose images the reader would misread. */
const UNREADABLE: readonly Ext4Feature[] = ['compression', 'journal_dev', 'dirdata'];

export interface FeatureSet {
  /** In the order of their bits: compatible, incompatible, read-only compatible. */
  readonly features: ReadonlySet<Ext4Feature>;
  /** Bits nobody has named yet, such as `incompat 0x100000`. */
  readonly unknown: readonly string[];
  /** Those of them that a reader must know: the incompatible ones. */
  readonly unknownIncompat: readonly string[];
}

/** Names the features of the three words in the superblock. */
export function nameFeatures(compat: number, incompat: number, roCompat: number): FeatureSet {
  const features = new Set<Ext4Feature>();
  const decode = <K extends string>(
    word: number,
    bits: Readonly<Record<K, number>>,
    names: Readonly<Record<K, Ext4Feature>>,
    label: string,
  ): string[] => {
    let rest = word;
    for (const key of Object.keys(bits) as K[]) {
      if ((word & bits[key]) === 0) continue;
      features.add(names[key]);
      rest &= ~bits[key];
    }
    return rest === 0 ? [] : [`${label} 0x${(rest >>> 0).toString(16)}`];
  };
  const unknownCompat = decode(compat, FEATURE_COMPAT, COMPAT_NAMES, 'compat');
  const unknownIncompat = decode(incompat, FEATURE_INCOMPAT, INCOMPAT_NAMES, 'incompat');
  const unknownRoCompat = decode(roCompat, FEATURE_RO_COMPAT, RO_COMPAT_NAMES, 'ro_compat');
  return {
    features,
    unknown: [...unknownCompat, ...unknownIncompat, ...unknownRoCompat],
    unknownIncompat,
  };
}

/** @throws ZosiaError `ZOSIA_EXT4_UNSUPPORTED_FEATURE` naming what the reader cannot read */
export function refuseUnreadable({ features, unknownIncompat }: FeatureSet): void {
  const unreadable = [...UNREADABLE.filter((name) => features.has(name)), ...unknownIncompat];
  if (unreadable.length > 0) throw unsupported(unreadable);
}

export function unsupported(names: readonly string[]): ZosiaError {
  return new ZosiaError(
    'ZOSIA_EXT4_UNSUPPORTED_FEATURE',
    `the file system uses ${names.join(', ')}, which zosia does not read`,
    { hint: 'Mount it with Linux, or copy its files to an image made without that.' },
  );
}
