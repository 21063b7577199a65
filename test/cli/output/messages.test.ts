import { mkdir, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeFakeQemu } from '../../machine/support/fake-qemu.js';
import { zosia } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
let env: Record<string, string> = {};

beforeAll(async () => {
  await makeFakeQemu(folder.file('bin'));
  await mkdir(folder.file('out'));
  for (const name of ['Image', 'initrd', 'disk']) {
    await writeFile(folder.file(name), Buffer.alloc(4096, name));
  }
  env = { PATH: `${folder.file('bin')}:${process.env.PATH ?? ''}`, ZOSIA_CACHE: folder.file('c') };
});

const RUN = ['run', '--arch', 'aarch64', '--kernel', 'Image', '--initrd', 'initrd', '--dry-run'];

/** What a user reads of a mistake: the lines of stderr that begin with "error:" or "hint:". */
async function messages(args: readonly string[], more: Record<string, string> = {}) {
  const { stderr, exitCode } = await zosia(args, { cwd: folder.path, env: { ...env, ...more } });
  const text = stderr.replaceAll(folder.path, '').replace(/\n\(zosia .*\)\n/, '\n');
  return { text: text.trim(), exitCode };
}

describe('messages name options, or the variables that the values come from', () => {
  it.each<[string[], Record<string, string>, number, string]>([
    [
      [...RUN, '--accel', 'xen'],
      {},
      2,
      'error: --accel does not know the accelerator "xen"\nhint:  Use auto, tcg, kvm (Linux) or hvf (macOS).',
    ],
    [
      RUN,
      { QEMU_ACCEL: 'xen' },
      2,
      'error: QEMU_ACCEL does not know the accelerator "xen"\nhint:  Use auto, tcg, kvm (Linux) or hvf (macOS).',
    ],
    [
      RUN,
      { RAM_MB: '12x' },
      2,
      'error: RAM_MB cannot be 12x\nhint:  Give a whole number of at least 1.',
    ],
    [RUN, { SMP: 'two' }, 2, 'error: SMP cannot be two\nhint:  Give a whole number of at least 1.'],
    [
      [...RUN, '--disk', 'gone'],
      {},
      1,
      'error: gone does not exist\nhint:  Check the path; a relative one starts at the current folder.',
    ],
    [
      ['run', '--arch', 'aarch64', '--kernel', 'gone', '--dry-run'],
      {},
      1,
      'error: there is no kernel at gone\nhint:  Build it with zosia up, or name another one with --kernel.',
    ],
    [
      ['run', '--arch', 'aarch64', '--dry-run'],
      { KERNEL_IMAGE: 'gone' },
      1,
      'error: there is no kernel at gone\nhint:  Build it with zosia up, or name another one with KERNEL_IMAGE.',
    ],
    [
      ['fetch', 'kernel'],
      { ZOSIA_DEBIAN_MIRROR: 'ftp://m/' },
      2,
      'error: ZOSIA_DEBIAN_MIRROR names no mirror\nhint:  Give the address of a Debian archive\'s folder, with http or https and without a password: the one that has "dists" and "pool" in it.',
    ],
    [
      ['perf', 'matrix', '--out', 'out'],
      {},
      1,
      'error: out is a folder\nhint:  Name a file with --out, for instance one in that folder.',
    ],
    [
      ['perf', 'matrix'],
      { PERF_MATRIX_OUT: 'out' },
      1,
      'error: out is a folder\nhint:  Name a file with PERF_MATRIX_OUT, for instance one in that folder.',
    ],
    [
      ['perf', 'matrix', '--threads', '0'],
      {},
      2,
      'error: --threads: "0" is no number of threads\nhint:  Give whole numbers from 1 to 512; default leaves the matter to the guest.',
    ],
    [
      ['perf', 'matrix'],
      { PERF_MATRIX_THREADS_LIST: '2,0' },
      2,
      'error: PERF_MATRIX_THREADS_LIST: "0" is no number of threads\nhint:  Give whole numbers from 1 to 512; default leaves the matter to the guest.',
    ],
    [['image', 'efi', '--hello', '--size', '1K'], {}, 1, 'hint:  Give --size'],
  ])('rewords %j with %j', async (args, variables, exitCode, text) => {
    const found = await messages(args, variables);
    expect(found.text).toContain(text);
    expect(found.exitCode).toBe(exitCode);
  });
});
