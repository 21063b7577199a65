import { spawnSync } from 'node:child_process';
import { link, mkdir, open, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const environment = {
  ...process.env,
  PATH: [process.env.PATH, '/usr/sbin', '/sbin', '/opt/homebrew/opt/e2fsprogs/sbin'].join(
    delimiter,
  ),
  LC_ALL: 'C',
  TZ: 'UTC',
};

interface RunOptions {
  readonly goodStatuses?: readonly number[];
  readonly input?: string;
}

/** What a program prints. @throws Error when it ends with another status than those that are good */
export function mustRun(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): string {
  const { goodStatuses = [0], input = '' } = options;
  const run = spawnSync(program, args, { env: environment, encoding: 'utf8', input });
  if (!goodStatuses.includes(run.status ?? -1)) {
    const { status, stdout, stderr } = run;
    throw new Error(`${program} ${args.join(' ')}: ${status ?? 'not started'}\n${stdout}${stderr}`);
  }
  return run.stdout;
}

/** Options of mke2fs for the first revision: an extended option, or `-r` in older versions. */
export function firstRevision(): readonly string[] {
  const usage = spawnSync('mke2fs', [], { env: environment, encoding: 'utf8' });
  if (usage.error) return []; // it is not installed, and nothing here will run
  return usage.stderr.includes('[-r fs-revision]') ? ['-r', '0'] : ['-E', 'revision=0'];
}

/** Ways to make a file system, each with something in it that no other has. */
export const MKE2FS_VARIANTS: Readonly<Record<string, readonly string[]>> = {
  'ext2, 1 KiB blocks': ['-t', 'ext2', '-b', '1024'],
  'ext2, 4 KiB blocks, inodes of 128 bytes': ['-t', 'ext2', '-b', '4096', '-I', '128'],
  'ext3 with a journal': ['-t', 'ext3', '-b', '1024'],
  'ext2, first revision': ['-t', 'ext2', ...firstRevision(), '-b', '1024'],
  'ext4 as it comes': ['-t', 'ext4'],
  'ext4, 4 KiB blocks': ['-t', 'ext4', '-b', '4096'],
  'ext4, 1 KiB blocks': ['-t', 'ext4', '-b', '1024'],
  'ext4, 2 KiB blocks': ['-t', 'ext4', '-b', '2048'],
  'ext4 without checksums': ['-t', 'ext4', '-O', '^metadata_csum', '-b', '1024'],
  'ext4 with uninit_bg': ['-t', 'ext4', '-O', '^metadata_csum,uninit_bg', '-b', '1024'],
  'ext4 with uninit_bg, 32-bit': [
    '-t',
    'ext4',
    '-O',
    '^metadata_csum,uninit_bg,^64bit',
    '-b',
    '1024',
  ],
  'ext4, 32-bit': ['-t', 'ext4', '-O', '^64bit', '-b', '1024'],
  'ext4 without flex_bg and resize_inode': [
    '-t',
    'ext4',
    '-O',
    '^flex_bg,^resize_inode',
    '-b',
    '1024',
  ],
  'ext4 with metadata_csum_seed': ['-t', 'ext4', '-O', 'metadata_csum_seed'],
  'ext4 with meta_bg': ['-t', 'ext4', '-O', 'meta_bg,^resize_inode', '-b', '1024'],
  'ext4 with sparse_super2': ['-t', 'ext4', '-O', 'sparse_super2', '-b', '1024'],
  'ext4 with inline_data': ['-t', 'ext4', '-O', 'inline_data'],
  'ext4 with inline_data, large inodes': ['-t', 'ext4', '-O', 'inline_data', '-I', '1024'],
  'ext4 with an orphan file': ['-t', 'ext4', '-O', 'orphan_file', '-b', '1024'],
  'ext4 with quota and project': ['-t', 'ext4', '-O', 'quota,project', '-b', '1024'],
  'ext4 without filetype': ['-t', 'ext4', '-O', '^filetype', '-b', '1024'],
  'ext4 without sparse_super': ['-t', 'ext4', '-O', '^sparse_super,^resize_inode', '-b', '1024'],
  'ext4 with block maps': ['-t', 'ext4', '-O', '^extent,^64bit', '-b', '1024'],
  'ext4 with large_dir': ['-t', 'ext4', '-O', 'large_dir', '-b', '1024'],
};

/** A file's bytes, different at every offset. */
export function patternBytes(sizeBytes: number, start = 1): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + (i >> 8) * 7 + start) & 0xff);
}

/** Fills a folder with one of each kind of file that needs no privilege. */
export async function populate(folder: string): Promise<void> {
  await mkdir(join(folder, 'many'), { recursive: true });
  await mkdir(join(folder, 'deep/er/and deeper'), { recursive: true });
  for (let i = 0; i < 300; i++) {
    await writeFile(join(folder, 'many', `a file with quite a long name ${i}`), '');
  }
  await writeFile(join(folder, 'empty'), '');
  await writeFile(join(folder, 'small'), 'sixteen bytes...');
  await writeFile(join(folder, 'inline'), patternBytes(100));
  await writeFile(join(folder, 'one block'), patternBytes(4096));
  await writeFile(join(folder, 'large'), patternBytes(700_001));
  await writeFile(join(folder, 'deep/er/and deeper/naïve ☃'), patternBytes(5000));
  const sparse = await open(join(folder, 'sparse'), 'w');
  for (let i = 0; i < 40; i++) await sparse.write(patternBytes(1000, i), 0, 1000, i * 50_000);
  await sparse.write('the end', 3_000_000);
  await sparse.close();
  await symlink('deep/er', join(folder, 'fast'));
  await symlink(`/${'long/'.repeat(30)}target`, join(folder, 'slow'));
  await symlink('round', join(folder, 'round'));
  await link(join(folder, 'small'), join(folder, 'deep', 'linked'));
}

/** What debugfs adds. An attribute of 600 bytes fits no inode, but any block. */
const SPECIAL_FILES = [
  'mknod character c 5 1',
  'mknod block b 259 65000',
  'mknod pipe p',
  'ea_set small user.comment "kept in the inode"',
  `ea_set large user.long ${'x'.repeat(600)}`,
  'ea_set deep trusted.kind directory',
];

/**
 * Makes a file system with mke2fs, with what {@link populate} made in it, and special files and
 * attributes from debugfs. Directories have hash trees where the file system allows it.
 */
export async function makeWithMke2fs(
  image: string,
  contents: string,
  options: readonly string[],
  { sizeKib = 12 * 1024, tuning = [] }: { sizeKib?: number; tuning?: readonly string[] } = {},
): Promise<void> {
  const fixed = ['-F', '-q', '-U', '0f0e0d0c-0b0a-0908-0706-050403020100', '-L', 'ORACLE'];
  await writeFile(image, '');
  mustRun('mke2fs', [...fixed, ...options, '-d', contents, image, `${sizeKib}k`]);
  mustRun('debugfs', ['-w', '-f', '-', image], { input: `${SPECIAL_FILES.join('\n')}\n` });
  if (tuning.length > 0) mustRun('tune2fs', [...tuning, image]);
  // Optimises directories, which gives the large ones a hash tree; 1 means that it changed something.
  mustRun('e2fsck', ['-f', '-y', '-D', image], { goodStatuses: [0, 1] });
}

/** Makes a file system without anything in it. */
export async function makeEmpty(
  image: string,
  options: readonly string[],
  sizeKib = 12 * 1024,
): Promise<void> {
  await writeFile(image, '');
  mustRun('mke2fs', ['-F', '-q', ...options, image, `${sizeKib}k`]);
}
