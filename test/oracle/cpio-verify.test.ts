import { execFileSync } from 'node:child_process';
import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyCpio } from '../../src/formats/cpio/check/checker.js';
import type { CpioReport } from '../../src/formats/cpio/check/checker.js';
import { accessBytes } from '../../src/image/random-access.js';
import { SecondReader } from '../../src/inspect/cpio/second-reader.js';
import { GNU_CPIO, describeWithPrograms } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const MAX_BYTES = 1 << 28;

/** A tree with every type of file that needs no privilege, hard links, and names of all kinds. */
async function makeTree(): Promise<void> {
  const at = (name: string): string => folder.file(`tree/${name}`);
  await mkdir(at('usr/share/größe 模型'), { recursive: true });
  await writeFile(at('usr/share/größe 模型/file'), Buffer.alloc(70_001, 'zosia'));
  await writeFile(at('usr/tool'), '#!/bin/sh\n', { mode: 0o755 });
  await link(at('usr/tool'), at('usr/also'));
  await link(at('usr/tool'), at('usr/share/again'));
  await writeFile(at('usr/empty'), '');
  await symlink('usr/share', at('share'));
  await symlink('nowhere', at('dangling'));
  execFileSync('mkfifo', [at('pipe')]);
}

const run = (program: string, args: readonly string[], input?: Uint8Array | string): Buffer =>
  execFileSync(program, args, {
    cwd: folder.file('tree'),
    maxBuffer: MAX_BYTES,
    stdio: ['pipe', 'pipe', 'ignore'],
    input: input ?? '',
  });

async function verified(bytes: Uint8Array): Promise<CpioReport> {
  const reader = new SecondReader();
  const report = await verifyCpio(accessBytes(bytes), { observer: reader });
  expect(reader.differences.problems).toEqual([]);
  expect(reader.comparison.memberCount).toBe(report.summary.memberCount);
  return report;
}

const WRITERS: readonly (readonly [string, string, () => Buffer])[] = [
  ['GNU cpio', GNU_CPIO, () => run('cpio', ['-o', '-H', 'newc', '--quiet'], names())],
  ['GNU cpio with checksums', GNU_CPIO, () => run('cpio', ['-o', '-H', 'crc', '--quiet'], names())],
  [
    'GNU cpio with --reproducible',
    GNU_CPIO,
    () => run('cpio', ['-o', '-H', 'newc', '--quiet', '--reproducible'], names()),
  ],
  ['bsdtar', 'bsdtar', () => run('bsdtar', ['--format=newc', '-cf', '-', '.'])],
];

const PACKERS: readonly (readonly [string, readonly string[]])[] = [
  ['gzip', ['-n']],
  ['xz', ['--check=crc32']],
  ['zstd', ['-q']],
  ['lz4', ['-l', '-q']],
];

/** The sorted names of the tree: folders come before what lies in them. */
function names(): string {
  return execFileSync('find', ['.'], { cwd: folder.file('tree'), encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .sort()
    .join('\n');
}

beforeAll(makeTree);

describe.each(WRITERS)('an archive made by %s', (_, program, write) => {
  describeWithPrograms([program], program, () => {
    let bytes: Buffer;
    beforeAll(() => {
      bytes = write();
    });

    it('is verified without problems or warnings', async () => {
      const { problems, warnings, summary } = await verified(bytes);
      expect([...problems, ...warnings]).toEqual([]);
      expect(summary).toMatchObject({
        memberCount: 12,
        archiveCount: 1,
        fileCount: 3,
        directoryCount: 4,
        symlinkCount: 2,
        specialFileCount: 1,
      });
    });

    describe.each(PACKERS)('packed with %s', (packer, options) => {
      describeWithPrograms([packer], packer, () => {
        it('is verified without problems or warnings after a plain archive', async () => {
          const packed = run(packer, ['-c', ...options], bytes);
          const { problems, warnings, summary } = await verified(Buffer.concat([bytes, packed]));
          expect([...problems, ...warnings]).toEqual([]);
          expect(summary).toMatchObject({ partCount: 2, archiveCount: 2, memberCount: 24 });
        });
      });
    });
  });
});

describeWithPrograms([GNU_CPIO], 'checksums of 070702', () => {
  it('are reported by GNU cpio if they are wrong, as by zosia', async () => {
    const bytes = run('cpio', ['-o', '-H', 'crc', '--quiet'], names());
    const place = bytes.indexOf('zosiazosia') + 100;
    bytes[place]! ^= 1;
    await writeFile(folder.file('damaged.cpio'), bytes);
    const { problems } = await verifyCpio(accessBytes(bytes));
    expect(problems).toMatchObject([{ code: 'data-checksum' }]);
    const only = ['-i', '--only-verify-crc', '--quiet'];
    const said = execFileSync('/bin/sh', ['-c', `cpio ${only.join(' ')} 2>&1 || true`], {
      input: await readFile(folder.file('damaged.cpio')),
      encoding: 'utf8',
    });
    expect(said).toMatch(/größe 模型\/file: checksum error/);
  });
});
