import { readNumber } from '../../fields.js';
import type { NumberField } from '../../fields.js';
import { CLASSIC_INODE_BYTES, INODE, INODE_FLAGS, TIME_EXTRA } from '../layout/inode.js';
import type { Inode } from '../reader/inode.js';
import type { Ext4Feature } from '../reader/features.js';
import { inodeAttributes } from '../reader/xattr.js';
import { checkAttributes } from './attributes.js';
import type { CheckContext } from './context.js';

/** Extra fields begin with their own size and the upper half of the checksum. */
const MIN_EXTRA_ISIZE = 4;
const SIGN_BIT = 0x8000_0000;
const LAST_EPOCH = 2 ** TIME_EXTRA.epochBits - 1;

/** What the flags of an inode stand for, each with the feature that it takes. */
const FLAG_FEATURES: readonly (readonly [number, Ext4Feature, string])[] = [
  [INODE_FLAGS.extents, 'extent', 'extents'],
  [INODE_FLAGS.inlineData, 'inline_data', 'inline data'],
  [INODE_FLAGS.index, 'dir_index', 'a hash tree'],
  [INODE_FLAGS.hugeFile, 'huge_file', 'a count of whole blocks'],
  [INODE_FLAGS.attributeValue, 'ea_inode', 'the value of an attribute'],
  [INODE_FLAGS.encrypted, 'encrypt', 'encryption'],
  [INODE_FLAGS.casefold, 'casefold', 'names without case'],
  [INODE_FLAGS.verity, 'verity', 'a verity tree'],
  [INODE_FLAGS.imagic, 'imagic_inodes', 'the AFS mark'],
];

const TIMES: readonly (readonly [string, NumberField, NumberField])[] = [
  ['access', INODE.accessTime, INODE.accessTimeExtra],
  ['change', INODE.changeTime, INODE.changeTimeExtra],
  ['modification', INODE.modificationTime, INODE.modificationTimeExtra],
  ['creation', INODE.creationTime, INODE.creationTimeExtra],
];

/** Checks what an inode says of itself, its blocks aside. */
export function checkInodeFields(context: CheckContext, inode: Inode): void {
  const { findings, superblock } = context;
  const { features } = superblock;
  const { type, flags, bytes } = inode;
  const where = `inode ${inode.number}`;
  const get = (field: NumberField): number => readNumber(field, bytes);
  const expect = (good: boolean, code: string, message: string): void => {
    findings.expect(good, code, where, message);
  };
  expect(
    type !== undefined,
    'inode-mode',
    `its mode 0${inode.mode.toString(8)} names no type of file`,
  );
  for (const [flag, feature, what] of FLAG_FEATURES) {
    if ((flags & flag) === 0 || features.has(feature)) continue;
    findings.add(
      'inode-flags',
      where,
      `it has the flag for ${what}, the file system not the feature`,
    );
  }
  expect(
    (flags & INODE_FLAGS.index) === 0 || type === 'directory',
    'inode-flags',
    'it has a hash tree but is no directory',
  );
  expect(
    (flags & INODE_FLAGS.casefold) === 0 || type === 'directory',
    'inode-flags',
    'its names are without case, but it is no directory',
  );
  const mayBeWide = type === 'file' || (type === 'directory' && features.has('large_dir'));
  expect(
    mayBeWide || get(INODE.sizeHigh) === 0,
    'inode-size',
    'it has an upper half of its size, which only regular files have',
  );
  expect(get(INODE.fragmentAddress) === 0, 'inode-obsolete', 'it has a fragment');
  if (!features.has('huge_file')) {
    expect(
      get(INODE.blocksHigh) === 0,
      'inode-obsolete',
      'it has an upper half of its block count',
    );
  }
  if (!features.has('64bit')) {
    expect(
      get(INODE.fileAclHigh) === 0,
      'inode-obsolete',
      'it has an upper half of its attribute block',
    );
  }
  checkExtraFields(context, inode, where);
}

function checkExtraFields(context: CheckContext, inode: Inode, where: string): void {
  const { findings } = context;
  const { extraIsize, bytes } = inode;
  const roomBytes = bytes.length - CLASSIC_INODE_BYTES;
  if (roomBytes === 0 || extraIsize === 0) return;
  if (extraIsize < MIN_EXTRA_ISIZE || extraIsize > roomBytes || extraIsize % 4 !== 0) {
    findings.add('inode-extra-isize', where, `its further fields take ${extraIsize} bytes`);
    return;
  }
  for (const [name, seconds, extra] of TIMES) {
    if (extra.offset + extra.width > CLASSIC_INODE_BYTES + extraIsize) continue;
    const epoch = readNumber(extra, bytes) % 2 ** TIME_EXTRA.epochBits;
    findings.expect(
      epoch !== LAST_EPOCH || readNumber(seconds, bytes) < SIGN_BIT,
      'inode-time',
      where,
      `its ${name} time lies after 2310-04-04: it was meant to lie before 1970`,
    );
  }
  const area = inodeAttributes(inode);
  findings.addFaults(where, area.faults);
  if (area.faults.length === 0) checkAttributes(findings, area, 0, where);
}
