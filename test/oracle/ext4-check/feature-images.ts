import { spawnSync } from 'node:child_process';
import { mkdir, open, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INODE_FLAGS } from '../../../src/formats/ext4/layout/inode.js';
import { XATTR_NAMESPACE } from '../../../src/formats/ext4/layout/xattr.js';
import { debugfs, e2fsck } from '../ext4/programs.js';
import { firstRevision, mustRun, patternBytes } from '../ext4-reader/mke2fs.js';

/** Options of mke2fs beside `-t ext4`; features that need others or exclude them say so. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  bigalloc: ['-O', 'bigalloc', '-C', '8192'],
  casefold: ['-O', 'casefold'],
  'casefold, strict': ['-O', 'casefold', '-E', 'encoding=utf8,encoding_flags=strict'],
  encrypt: ['-O', 'encrypt'],
  ea_inode: ['-O', 'ea_inode'],
  inline_data: ['-O', 'inline_data'],
  large_dir: ['-O', 'large_dir'],
  stable_inodes: ['-O', 'stable_inodes'],
  verity: ['-O', 'verity'],
  quota: ['-O', 'quota'],
  project: ['-O', 'quota,project'],
  metadata_csum_seed: ['-O', 'metadata_csum_seed'],
  orphan_file: ['-O', 'orphan_file'],
  fast_commit: ['-O', 'fast_commit'],
  sparse_super2: ['-O', 'sparse_super2'],
  meta_bg: ['-O', 'meta_bg,^resize_inode'],
  'no metadata_csum': ['-O', '^metadata_csum'],
  uninit_bg: ['-O', '^metadata_csum,uninit_bg'],
  'no journal': ['-O', '^has_journal'],
  'no flex_bg': ['-O', '^flex_bg'],
  'no resize_inode': ['-O', '^resize_inode'],
  'no 64bit': ['-O', '^64bit'],
  'no extents': ['-O', '^extent,^64bit'],
  'no dir_index': ['-O', '^dir_index'],
  'no filetype': ['-O', '^filetype'],
  'no huge_file': ['-O', '^huge_file'],
  'no extra_isize': ['-O', '^extra_isize'],
  'no sparse_super': ['-O', '^sparse_super,^resize_inode'],
  'no dir_nlink': ['-O', '^dir_nlink'],
  'blocks of 2 KiB': ['-b', '2048'],
  'blocks of 4 KiB': ['-b', '4096'],
  'blocks of 64 KiB': ['-b', '65536'],
  'inodes of 128 bytes': ['-I', '128'],
  'inodes of 1024 bytes': ['-I', '1024'],
  'small groups': ['-g', '2048'],
  'packed metadata': ['-E', 'packed_meta_blocks=1'],
  'first revision': ['-O', 'none', ...firstRevision()],
};

/** Fills a folder with what an image of 8 MiB and few inodes has room for. */
export async function fillSmall(folder: string): Promise<void> {
  await mkdir(join(folder, 'many'), { recursive: true });
  await mkdir(join(folder, 'no case'), { recursive: true });
  await mkdir(join(folder, 'sealed'), { recursive: true });
  for (let i = 0; i < 40; i++) {
    await writeFile(join(folder, 'many', `${'a rather long name '.repeat(6)}${i}`), '');
  }
  await writeFile(join(folder, 'small'), 'sixteen bytes...');
  await writeFile(join(folder, 'inline'), patternBytes(100));
  await writeFile(join(folder, 'large'), patternBytes(300_001));
  await writeFile(join(folder, 'value'), patternBytes(1024));
  const sparse = await open(join(folder, 'sparse'), 'w');
  for (let i = 0; i < 12; i++) await sparse.write(patternBytes(1000, i), 0, 1000, i * 50_000);
  await sparse.close();
  await symlink('small', join(folder, 'fast'));
  await symlink('target/'.repeat(11), join(folder, 'slow'));
}

/** A sequence of commands to debugfs that writes to the image. */
function change(image: string, commands: readonly string[], options: readonly string[] = []): void {
  mustRun('debugfs', [...options, '-w', '-f', '-', image], { input: `${commands.join('\n')}\n` });
}

function hasFeature(image: string, name: string): boolean {
  const features = /Filesystem features:(.*)/.exec(debugfs(image, ['features']))?.[1] ?? '';
  return features.split(' ').includes(name);
}

function addFlag(image: string, path: string, flag: number): string {
  const flags = /Flags: (0x[0-9a-f]+)/.exec(debugfs(image, [`stat ${path}`]))![1]!;
  return `sif ${path} flags 0x${((Number(flags) | flag) >>> 0).toString(16)}`;
}

/** A directory without case, with names in a hash tree of more than one block. */
function makeCasefolded(image: string, contents: string): void {
  const names = Array.from({ length: 24 }, (_, i) => `${'Name In Mixed Case '.repeat(8)}${i}`);
  change(image, [
    addFlag(image, '"/no case"', INODE_FLAGS.casefold),
    ...[...names, 'naïve ☃'].map((name) => `write "${contents}/small" "no case/${name}"`),
  ]);
}

/** Sets the context of encryption of an inode: as user.c, whose namespace is then another. */
async function setContext(image: string, path: string, context: string): Promise<string> {
  const number = /Inode (\d+) is part/.exec(debugfs(image, [`imap "${path}"`]))![1]!;
  const sealing = addFlag(image, `<${number}>`, INODE_FLAGS.encrypted);
  change(image, [`ea_set -f "${context}" "${path}" user.c`]);
  const where = debugfs(image, [`imap <${number}>`]);
  const [, block, offset] = /located at block (\d+), offset (0x[0-9a-f]+)/.exec(where)!;
  const blockBytes = Number(/Block size:\s+(\d+)/.exec(debugfs(image, ['stats']))![1]);
  const inodeBytes = Number(/Inode size:\s+(\d+)/.exec(debugfs(image, ['stats']))![1]);
  const file = await open(image, 'r+');
  const inode = Buffer.alloc(inodeBytes);
  const start = Number(block) * blockBytes + Number(offset);
  await file.read(inode, 0, inodeBytes, start);
  // An entry begins with the length of its name and the namespace.
  const entry = inode.indexOf(Uint8Array.of(1, XATTR_NAMESPACE.user), 128);
  await file.write(Uint8Array.of(XATTR_NAMESPACE.encryption), 0, 1, start + entry + 1);
  await file.close();
  return sealing;
}

/** A directory that looks as an encrypted one does without the key. */
async function makeEncrypted(image: string, contents: string): Promise<void> {
  const context = `${contents}.context`;
  await writeFile(context, Uint8Array.of(1, 1, 4, 2, ...patternBytes(24)));
  const names = Array.from({ length: 3 }, (_, i) => `ciphertext of name ${i}`);
  const paths = names.map((name) => `/sealed/${name}`);
  change(
    image,
    paths.map((path) => `write "${contents}/small" "${path}"`),
  );
  const commands: string[] = [];
  for (const path of [...paths, '/sealed']) {
    commands.push(await setContext(image, path, context));
  }
  // The checksums of the inodes, which do not match now, are written anew.
  change(image, commands, ['-n']);
}

/** Of options that may be given once only, those with lists become one. */
function merged(options: readonly string[]): string[] {
  const lists = new Map<string, string[]>([
    ['-O', []],
    ['-E', []],
  ]);
  const others: string[] = [];
  for (let i = 0; i < options.length; i += 2) {
    const list = lists.get(options[i]!);
    if (list) list.push(options[i + 1]!);
    else others.push(options[i]!, options[i + 1]!);
  }
  const joined = [...lists].filter(([, values]) => values.length > 0);
  return [...joined.flatMap(([option, values]) => [option, values.join(',')]), ...others];
}

/**
 * Makes an image with mke2fs, and with debugfs what its features are for.
 *
 * @returns false when mke2fs makes none with these options, or e2fsck does not find it clean
 */
export async function makeFeatureImage(
  image: string,
  contents: string,
  options: readonly string[],
): Promise<boolean> {
  const sizeKib = options.includes('65536') ? 64 * 1024 : 8 * 1024;
  await writeFile(image, '');
  const fixed = [
    '-F',
    '-q',
    '-t',
    'ext4',
    '-N',
    '128',
    '-U',
    '0f0e0d0c-0b0a-0908-0706-050403020100',
  ];
  const blocks = options.includes('-b') ? [] : ['-b', '1024'];
  const args = [...fixed, ...blocks, ...merged(options), '-d', contents, image, `${sizeKib}k`];
  if (spawnSync('mke2fs', args, { encoding: 'utf8' }).status !== 0) return false;
  if (hasFeature(image, 'ext_attr')) {
    change(image, [
      'ea_set small user.comment "kept in the inode"',
      `ea_set large user.long ${'x'.repeat(600)}`,
      `ea_set -f "${contents}/value" inline user.value`,
      `ea_set -f "${contents}/value" large user.value`,
    ]);
  }
  if (hasFeature(image, 'casefold')) makeCasefolded(image, contents);
  if (hasFeature(image, 'encrypt') && !options.includes('128'))
    await makeEncrypted(image, contents);
  // The first pass gives large directories their hash trees, and counts what debugfs does not.
  mustRun('e2fsck', ['-f', '-y', '-D', image], { goodStatuses: [0, 1, 4, 8, 12] });
  mustRun('e2fsck', ['-f', '-y', image], { goodStatuses: [0, 1, 4, 8, 12] });
  return e2fsck(image).status === 0;
}
