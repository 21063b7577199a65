import { copyFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { KERNEL_KINDS, guestFolder, defaultPlaces, guestFiles } from '../../src/recipes/places.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { splitModel } from '../support/split-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { putGuests } from './support/guests.js';

/** Long enough not to be copied to the disk's own file, and no two end at a sector. */
const FILE_BYTES = 65_536;
/** As many parts as a large split model has. */
const FILE_COUNT = 100;

describe('a model disk that the guest puts together', () => {
  const folder = temporaryFolder();
  const disk = 'many.vmdk';
  const run = (...args: string[]) => zosia(args, { cwd: folder.path });
  beforeAll(async () => {
    const added: string[] = [];
    for (let number = 1; number <= FILE_COUNT; number++) {
      const path = folder.file(`part ${number}`);
      await writeFile(path, Buffer.alloc(FILE_BYTES + number, number));
      added.push('--add', `${path}:/part-${number}`);
    }
    const written = await run(
      'image',
      'model',
      EMBEDDED_MODEL,
      '--format',
      'vmdk',
      '--out',
      disk,
      ...added,
    );
    expect(written).toMatchObject({ exitCode: 0 });
    await putGuests(folder.path, ARCHITECTURES);
  });

  it.each(ARCHITECTURES.flatMap((arch) => KERNEL_KINDS.map((kernel) => [arch, kernel] as const)))(
    'has a disk for each of a hundred files on %s (kernel %s)',
    async (arch, kernel) => {
      const { stdout, exitCode } = await run(
        ...['run', '--arch', arch, '--kernel', kernel, '--disk', disk, '--diag', '--json'],
      );
      // The device is there only once each of them was found.
      const facts = JSON.parse(stdout) as { readonly virtio_disks: readonly string[] };
      expect(facts).toMatchObject({ model_dev: '/dev/dm-0', model_format: 'GGUF 3' });
      expect(new Set(facts.virtio_disks).size).toBeGreaterThan(FILE_COUNT);
      expect(exitCode).toBe(0);
    },
  );

  it('has a model that was split into a hundred parts, which answers as the whole does', async () => {
    const whole = folder.file('tiny.gguf');
    await copyFile(EMBEDDED_MODEL, whole);
    const [first] = await splitModel(whole, FILE_COUNT);
    const ask = ['--prompt', 'What is zosia?', '--temp', '0', '-n', '20', '--no-snapshot'];
    const [split, single] = [await run('up', first!, ...ask), await run('up', whole, ...ask)];
    expect(split.exitCode, split.stderr).toBe(0);
    expect(split.stdout).toBe(single.stdout);
    expect(split.stdout).toMatch(/\w/);
  });

  it('is a VMDK for a kernel or an initramfs that may not know how', async () => {
    const arch = 'aarch64';
    const places = defaultPlaces(folder.path);
    const { kernel, initramfs } = guestFiles(guestFolder(places, arch, 'zosia'), arch);
    const [otherKernel, otherInitramfs] = [folder.file('Image'), folder.file('initramfs')];
    await copyFile(kernel, otherKernel);
    await copyFile(initramfs, otherInitramfs);
    for (const other of [
      ['--kernel', otherKernel],
      ['--initrd', otherInitramfs],
    ]) {
      const flags = ['--arch', arch, ...other, '--disk', disk, '--diag', '--json'];
      const { stdout } = await run('run', ...flags);
      expect(JSON.parse(stdout)).toMatchObject({ model_dev: '/dev/vda', virtio_disks: ['vda'] });
    }
  });
});
