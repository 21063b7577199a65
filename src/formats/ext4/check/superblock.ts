import { readBytes, readNumber } from '../fields.js';
import type { NumberField } from '../fields.js';
import { CLASSIC_INODE_BYTES } from '../layout/inode.js';
import { CHECKSUM_CRC32C, JOURNAL_INODE, SUPERBLOCK } from '../layout/superblock.js';
import type { CheckContext } from './context.js';
import { isZero } from './inode-table.js';
import { isKnownHashVersion } from './name-hash.js';

const WHERE = 'superblock';
/** Half of the blocks is the most that tune2fs reserves. */
const MAX_RESERVED_SHARE = 0.5;

/** What the superblock says about itself, beyond the geometry that everything else depends on. */
export function checkSuperblock(context: CheckContext, bytes: Uint8Array): void {
  const { superblock, findings, nowSeconds } = context;
  const { features, blockCount, inodeSizeBytes, state, journal } = superblock;
  const expect = (good: boolean, code: string, message: string): void => {
    findings.expect(good, code, WHERE, message);
  };
  for (const name of superblock.unknownFeatures) {
    findings.add('unknown-feature', WHERE, `it has the unknown feature ${name}`);
  }
  expect(!state.errors, 'state-errors', 'errors were found when it was last in use');
  expect(
    state.clean || features.has('needs_recovery'),
    'state-unclean',
    'it was not unmounted properly',
  );
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
    expect(
      roomBytes === 0 || !features.has('extra_isize') || bytesAsked <= roomBytes,
      'superblock-extra-isize',
      `inodes of ${inodeSizeBytes} bytes have no room for ${bytesAsked} bytes of further fields`,
    );
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
  if (journal) {
    expect(
      journal.inode === JOURNAL_INODE || journal.inode === 0,
      'journal-inode',
      `the journal is inode ${journal.inode}`,
    );
  } else {
    expect(
      readNumber(SUPERBLOCK.journalInode, bytes) === 0,
      'journal-inode',
      'it names a journal but has none',
    );
    expect(
      !features.has('needs_recovery'),
      'feature-conflict',
      'it needs a journal replayed but has none',
    );
  }
  const get = (field: NumberField): number => readNumber(field, bytes);
  expect(
    journal?.inode === 0 ||
      (get(SUPERBLOCK.journalDevice) === 0 && isZero(readBytes(SUPERBLOCK.journalUuid, bytes))),
    'journal-device',
    'it names a journal on another device',
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
  const descriptorSize = get(SUPERBLOCK.descriptorSize);
  expect(
    descriptorSize === 0 || Number.isInteger(Math.log2(descriptorSize)),
    'superblock-geometry',
    `group descriptors of ${descriptorSize} bytes`,
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
