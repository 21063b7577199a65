import { readNumber } from '../../fields.js';
import type { NumberField } from '../../fields.js';
import { CLASSIC_INODE_BYTES, INODE, INODE_FLAGS, TIME_EXTRA } from '../layout/inode.js';
import type { Inode } from '../reader/inode.js';
import type { Ext4Feature } from '../reader/features.js';
import { inodeAttributes, NO_ATTRIBUTES } from '../reader/xattr.js';
import { checkAttributes } from './attributes.js';
import type { CheckContext } from './context.js';

/** Extra fields begin with their own size and the upper half of the checksum. */
const MIN_EXTRA_ISIZE = 4;
const SIGN_BIT = 0x8000_0000;
const LAST_EPOCH = 2 ** TIME_EXTRA.epochBits - 1;

/** What the flags of an inode stand for, each with the feature that it takes. */
const FLAG_FEATURES: readonly {
  readonly flag: number;
  readonly feature: Ext4Feature;
  readonly what: string;
}[] = [
  { flag: INODE_FLAGS.extents, feature: 'extent', what: 'extents' },
  { flag: INODE_FLAGS.inlineData, feature: 'inline_data', what: 'inline data' },
  { flag: INODE_FLAGS.index, feature: 'dir_index', what: 'a hash tree' },
  { flag: INODE_FLAGS.hugeFile, feature: 'huge_file', what: 'a count of whole blocks' },
  { flag: INODE_FLAGS.attributeValue, feature: 'ea_inode', what: 'the value of an attribute' },
  { flag: INODE_FLAGS.encrypted, feature: 'encrypt', what: 'encryption' },
  { flag: INODE_FLAGS.casefold, feature: 'casefold', what: 'names without case' },
  { flag: INODE_FLAGS.verity, feature: 'verity', what: 'a verity tree' },
  { flag: INODE_FLAGS.imagic, feature: 'imagic_inodes', what: 'the AFS mark' },
];

const TIMES: readonly {
  readonly name: string;
  readonly seconds: NumberField;
  readonly extra: NumberField;
}[] = [
  { name: 'access', seconds: INODE.accessTime, extra: INODE.accessTimeExtra },
  { name: 'change', seconds: INODE.changeTime, extra: INODE.changeTimeExtra },
  { name: 'modification', seconds: INODE.modificationTime, extra: INODE.modificationTimeExtra },
  { name: 'creation', seconds: INODE.creationTime, extra: INODE.creationTimeExtra },
];

/** Checks what an inode says of itself, its blocks aside. */
export function checkInodeFields(context: CheckContext, inode: Inode): void {
  const { findings, superblock } = context;
  const { features } = superblock;
  const { type, flags, bytes } = inode;
  const get = (field: NumberField): number => readNumber(field, bytes);
  const bad = (code: string, message: string): void => {
    findings.add(code, `inode ${inode.number}`, message);
  };
  const expect = (good: boolean, code: string, message: string): void => {
    if (!good) bad(code, message);
  };
  if (type === undefined) {
    bad('inode-mode', `its mode 0${inode.mode.toString(8)} names no type of file`);
  }
  for (const { flag, feature, what } of FLAG_FEATURES) {
    if ((flags & flag) === 0 || features.has(feature)) continue;
    bad('inode-flags', `it has the flag for ${what}, the file system not the feature`);
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
  checkExtraFields(context, inode);
}

function checkExtraFields(context: CheckContext, inode: Inode): void {
  const { findings } = context;
  const { extraIsize, bytes, number } = inode;
  const roomBytes = bytes.length - CLASSIC_INODE_BYTES;
  if (roomBytes === 0 || extraIsize === 0) return;
  if (extraIsize < MIN_EXTRA_ISIZE || extraIsize > roomBytes || extraIsize % 4 !== 0) {
    findings.add(
      'inode-extra-isize',
      `inode ${number}`,
      `its further fields take ${extraIsize} bytes`,
    );
    return;
  }
  for (const { name, seconds, extra } of TIMES) {
    if (extra.offset + extra.width > CLASSIC_INODE_BYTES + extraIsize) continue;
    const epoch = readNumber(extra, bytes) % 2 ** TIME_EXTRA.epochBits;
    if (epoch !== LAST_EPOCH || readNumber(seconds, bytes) < SIGN_BIT) continue;
    const message = `its ${name} time lies after 2310-04-04: it was meant to lie before 1970`;
    findings.add('inode-time', `inode ${number}`, message);
  }
  const area = inodeAttributes(inode);
  if (area === NO_ATTRIBUTES) return;
  const where = `inode ${number}`;
  findings.addAll(where, area.problems);
  if (area.problems.length === 0) checkAttributes(findings, area, 0, where);
}
