import { readBytes, readNumber } from '../../fields.js';
import type { NumberField } from '../../fields.js';
import { CLASSIC_INODE_BYTES } from '../layout/inode.js';
import { CHECKSUM_CRC32C, ENCODING_UTF8, JOURNAL_INODE, SUPERBLOCK } from '../layout/superblock.js';
import type { Ext4Feature } from '../reader/features.js';
import type { CheckContext } from './context.js';
import { isZero } from './inode-table.js';
import { isKnownHashVersion } from './name-hash.js';

const WHERE = 'superblock';
/** Features with a name that no release of Linux has. */
const ABANDONED: readonly Ext4Feature[] = [
  'lazy_bg',
  'exclude_inode',
  'exclude_bitmap',
  'btree_dir',
  'has_snapshot',
  'replica',
];
/** Half of the blocks is the most that tune2fs reserves. */
const MAX_RESERVED_SHARE = 0.5;

/** What the superblock says about itself, beyond the geometry that everything else depends on. */
export function checkSuperblock(context: CheckContext, bytes: Uint8Array): void {
  const { superblock, findings, nowSeconds } = context;
  const { features, blockCount, inodeSizeBytes, state, journal } = superblock;
  const expect = (good: boolean, code: string, message: string): void => {
    findings.expect(good, code, WHERE, message);
  };
  const abandoned = ABANDONED.filter((name) => features.has(name));
  for (const name of [...superblock.unknownFeatures, ...abandoned]) {
    findings.add('unknown-feature', WHERE, `it has the unknown feature ${name}`);
  }
  expect(!state.errors, 'state-errors', 'errors were found when it was last in use');
  // Without a journal to be replayed this says only that a check is due, and this is one.
  if (!state.clean && !features.has('needs_recovery')) {
    findings.warn('state-unclean', WHERE, 'it was not unmounted properly');
  }
  expect(
    !features.has('needs_recovery'),
    'needs-recovery',
    'its journal holds changes that are not in place yet',
  );
  expect(
    superblock.reservedBlockCount <= blockCount * MAX_RESERVED_SHARE,
    'superblock-reserved',
    `${superblock.reservedBlockCount} of ${blockCount} blocks are reserved`,
  );
  expect(
    superblock.blockGroupNumber === 0,
    'superblock-group',
    `it says that it lies in group ${superblock.blockGroupNumber}`,
  );
  const roomBytes = inodeSizeBytes - CLASSIC_INODE_BYTES;
  for (const bytesAsked of [superblock.minExtraIsize, superblock.wantExtraIsize]) {
    if (roomBytes === 0 || !features.has('extra_isize') || bytesAsked <= roomBytes) continue;
    // Only asked of inodes that are made from now on; Linux takes what there is room for.
    const message = `inodes of ${inodeSizeBytes} bytes have no room for ${bytesAsked} bytes of further fields`;
    findings.warn('superblock-extra-isize', WHERE, message);
  }
  if (features.has('metadata_csum')) {
    expect(
      readNumber(SUPERBLOCK.checksumType, bytes) === CHECKSUM_CRC32C,
      'superblock-checksum-type',
      'its checksums are of an unknown kind',
    );
    expect(
      !features.has('uninit_bg'),
      'feature-conflict',
      'metadata_csum and uninit_bg exclude each other',
    );
  }
  expect(
    !features.has('meta_bg') || !features.has('resize_inode'),
    'feature-conflict',
    'meta_bg and resize_inode exclude each other',
  );
  expect(
    isKnownHashVersion(superblock.defaultHashVersion),
    'superblock-hash',
    `names are hashed in the unknown way ${superblock.defaultHashVersion}`,
  );
  expect(
    !features.has('casefold') || superblock.encoding.id === ENCODING_UTF8,
    'superblock-encoding',
    `names without case have the unknown character set ${superblock.encoding.id}`,
  );
  const get = (field: NumberField): number => readNumber(field, bytes);
  const journalInode = get(SUPERBLOCK.journalInode);
  const isOnOtherDevice =
    get(SUPERBLOCK.journalDevice) !== 0 || !isZero(readBytes(SUPERBLOCK.journalUuid, bytes));
  const isSoundJournal = !journal
    ? journalInode === 0 && !isOnOtherDevice
    : journalInode === (isOnOtherDevice ? 0 : JOURNAL_INODE);
  expect(isSoundJournal, 'journal-inode', 'it contradicts itself about where the journal is');
  expect(
    journal !== undefined || !features.has('needs_recovery'),
    'feature-conflict',
    'it needs a journal replayed but has none',
  );
  const orphanFile = get(SUPERBLOCK.orphanFileInode);
  expect(
    features.has('orphan_file')
      ? orphanFile >= superblock.firstInode && orphanFile <= superblock.inodeCount
      : orphanFile === 0 && !features.has('orphan_present'),
    'orphan-file',
    `the orphan file cannot be inode ${orphanFile}`,
  );
  expect(
    !features.has('mmp') || superblock.protectionBlock !== 0,
    'mmp',
    'its block of multi-mount protection is missing',
  );
  const quotas = [
    SUPERBLOCK.userQuotaInode,
    SUPERBLOCK.groupQuotaInode,
    SUPERBLOCK.projectQuotaInode,
  ];
  expect(
    features.has('quota') || quotas.every((field) => get(field) === 0),
    'quota-inode',
    'it names files of quotas but keeps none',
  );
  if (nowSeconds === undefined) return;
  const times: readonly [string, number][] = [
    ['written', superblock.writtenSeconds],
    ['mounted', superblock.mountedSeconds],
    ['checked', superblock.checkedSeconds],
  ];
  for (const [what, seconds] of times) {
    expect(seconds <= nowSeconds, 'superblock-time', `it was last ${what} in the future`);
  }
}
