import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES, hostArchitecture } from '../../src/artifacts/architectures.js';
import { KERNEL_KINDS, guestFiles } from '../../src/recipes/places.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { putGuests } from './support/guests.js';

/** What was built in `folder`, to be booted from another, where there is no model disk. */
function guestBuiltIn(folder: string): string[] {
  const arch = hostArchitecture();
  const { kernel, initramfs } = guestFiles(join(folder, 'artifacts', arch), arch);
  return ['--kernel', kernel, '--initrd', initramfs];
}

async function emptyFolder(path: string): Promise<string> {
  await mkdir(path);
  return path;
}

describe('zosia run --ci, --diag and --selftest', () => {
  const folder = temporaryFolder();
  const run = (...args: string[]) => zosia(['run', ...args], { cwd: folder.path });
  beforeAll(async () => {
    const command = ['image', 'model', EMBEDDED_MODEL, '--format', 'vmdk'];
    expect(await zosia(command, { cwd: folder.path })).toMatchObject({ exitCode: 0 });
    await putGuests(folder.path, ARCHITECTURES);
  });

  it.each(ARCHITECTURES.flatMap((arch) => KERNEL_KINDS.map((kernel) => [arch, kernel] as const)))(
    'reports facts about a guest on %s as JSON with --diag (kernel %s)',
    async (arch, kernel) => {
      const options = ['--diag', '--json', '--smp', '2', '--ram', '512', '--kernel', kernel];
      const { stdout, exitCode } = await run('--arch', arch, ...options);
      const facts = JSON.parse(stdout) as { kernel: string };
      // Debian's has a flavour in its release, and zosia's has nobody's name.
      expect(facts.kernel).toMatch(kernel === 'debian' ? /-cloud-(arm|amd)64$/ : /-zosia$/);
      expect(facts).toMatchObject({
        exit_status: 0,
        model_dev: '/dev/dm-0',
        llama_bin: 'llama-cli',
        model_path: '/models/model.gguf',
        cpus: 2,
        disk_label: 'ZOSIA_MODEL',
        virtio_disks: expect.arrayContaining(['vda', 'vdb']) as string[],
        cpu_features: expect.arrayContaining([arch === 'x86_64' ? 'sse2' : 'asimd']) as string[],
      });
      expect(exitCode).toBe(0);
    },
  );

  it('tests llama.cpp with --selftest, and prints the output of the guest', async () => {
    const { stdout, exitCode } = await run('--arch', 'aarch64', '--selftest');
    expect(stdout).toMatch(/^zosia: selftest passed\r?$/m);
    expect(exitCode).toBe(0);
  });

  it('rejects too little memory, boots with the minimum, and reports an unknown boot flag', async () => {
    const refused = await run('--ci', '--ram', '64');
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toBe('');
    const leastMiB = / need (\d+) MiB of memory /.exec(refused.stderr)?.[1];
    expect(leastMiB).toBeDefined();
    const { stdout, exitCode } = await run(
      ...['--ci', '--ram', leastMiB!, '--append', 'zosia.colour=blue'],
    );
    expect(stdout).toMatch(/^zosia: ignoring .*zosia\.colour/m);
    expect(stdout).toMatch(/zosia: ci mode; powering off\r?\n/);
    expect(stdout).toMatch(/zosia: exit status=0\r?\n$/);
    expect(exitCode).toBe(0);
  });

  it('fails, and says why, when the guest finds no model', async () => {
    const kernelAndInitrd = guestBuiltIn(folder.path);
    const { stdout, exitCode } = await zosia(['run', '--diag', '--json', ...kernelAndInitrd], {
      cwd: await emptyFolder(folder.file('elsewhere')),
    });
    expect(JSON.parse(stdout)).toMatchObject({ exit_status: 1, model_dev: null });
    expect(exitCode).toBe(1);
  });

  it('ends a guest that exceeds its time limit', async () => {
    // No guest has said anything by then, however fast the host.
    const { stderr, exitCode } = await run('--selftest', '--timeout', '0.02');
    expect(stderr).toContain('did not answer within 0.02 s');
    expect(exitCode).toBe(1);
  });
});
