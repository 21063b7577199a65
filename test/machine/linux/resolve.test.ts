import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { resolveLinuxMachine } from '../../../src/machine/machine.js';
import type { LinuxMachineOptions } from '../../../src/machine/machine.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { sampleFirmware } from '../support/firmware.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder(), name);

const FILES = ['kernel', 'initrd', 'disk'].flatMap((what) => [what, `other-${what}`]);

beforeEach(async () => {
  await makeFakeQemu(at('bin'));
  for (const name of FILES) await writeFile(at(name), name);
});

const resolve = (options: Partial<LinuxMachineOptions> = {}, bin = 'bin') =>
  resolveLinuxMachine(
    {
      arch: 'aarch64',
      accel: 'tcg',
      disk: at('disk'),
      defaults: { kernel: at('kernel'), initrd: at('initrd') },
      ...options,
    },
    { searchPath: [at(bin)], cacheDirectory: at('cache') },
  );

describe('resolveLinuxMachine', () => {
  it('has defaults for everything', async () => {
    const spec = await resolve();
    expect(spec).toMatchObject({
      arch: 'aarch64',
      qemu: at('bin/qemu-system-aarch64'),
      sandbox: true,
      kernel: at('kernel'),
      initrd: at('initrd'),
      disk: { path: at('disk'), format: 'raw' },
      ramMiB: 1024,
      accel: { name: 'tcg' },
      cpuModel: 'neoverse-n1',
      append: '',
      console: { to: 'stdio' },
    });
    expect(spec.cpus).toBeGreaterThanOrEqual(1);
    expect(spec.cpus).toBeLessThanOrEqual(8);
  });

  it('prefers given options to defaults', async () => {
    const options = {
      kernel: at('other-kernel'),
      initrd: at('other-initrd'),
      disk: at('other-disk'),
      ramMiB: 777,
      cpus: 5,
      cpuModel: 'max',
      append: 'from=option',
      accel: 'tcg,thread=multi',
      serial: 'mon:stdio',
    };
    expect(await resolve(options)).toMatchObject({
      kernel: at('other-kernel'),
      initrd: at('other-initrd'),
      disk: { path: at('other-disk') },
      ramMiB: 777,
      cpus: 5,
      cpuModel: 'max',
      append: 'from=option',
      accel: { name: 'tcg', options: 'thread=multi' },
      console: { to: 'backend', backend: 'mon:stdio' },
    });
  });

  it('lets appended arguments override the threads and how they wait', async () => {
    const append = 'zosia.llama_threads=2';
    const model = { weightBytes: 2 ** 20, kvCacheBytes: 2 ** 20 };
    expect((await resolve({ model, cpus: 2, append, wait: 'spin' })).append).toBe(
      'zosia.llama_threads=1 zosia.llama_threads=2 zosia.llama_wait=spin',
    );
  });

  it('finds firmware where it is asked for, and only then', async () => {
    await writeFile(at('code.fd'), sampleFirmware('aarch64'));
    expect((await resolve({ firmware: at('code.fd') })).firmware).toBeUndefined();
    expect((await resolve({ uefi: true, firmware: at('code.fd') })).firmware).toEqual({
      ...{ code: { path: at('code.fd'), format: 'raw' }, isNamed: true },
    });
    await expect(resolve({ uefi: true, firmware: at('kernel') })).rejects.toMatchObject({
      code: 'ZOSIA_FIRMWARE_UNSUITABLE',
    });
  });

  it('names files that are yet to be made, where they are planned', async () => {
    const defaults = { kernel: at('later-kernel'), initrd: at('later-initrd') };
    expect(
      await resolve({ defaults, disk: at('later.vmdk'), arePlanned: true, dryRun: true }),
    ).toMatchObject({ ...defaults, disk: { path: at('later.vmdk'), format: 'vmdk' } });
  });

  it('starts an emulated x86_64 kernel with qboot, where QEMU has it and no firmware is asked for', async () => {
    await writeFile(at('bin/qboot.rom'), '');
    await writeFile(at('code.fd'), sampleFirmware('x86_64'));
    for (const program of ['qemu-system-x86_64', 'qemu-system-aarch64']) {
      await makeFakeQemu(at('bin'), { program, firmware: [at('bin')] });
    }
    const x86 = { arch: 'x86_64', accel: 'tcg' } as const;
    expect((await resolve(x86)).bios).toBe('qboot.rom');
    expect((await resolve({ ...x86, uefi: true, firmware: at('code.fd') })).bios).toBeUndefined();
    expect((await resolve({ arch: 'aarch64' })).bios).toBeUndefined();
    await makeFakeQemu(at('plain'), { program: 'qemu-system-x86_64' });
    expect((await resolve(x86, 'plain')).bios).toBeUndefined();
  });

  it('works without a disk', async () => {
    expect((await resolve({ disk: undefined })).disk).toBeUndefined();
  });

  it('recognises a VMDK descriptor by its first line, whatever its name', async () => {
    await writeFile(at('disk'), '# Disk DescriptorFile\nversion=1\n');
    expect((await resolve()).disk).toEqual({ path: at('disk'), format: 'vmdk' });
  });

  it('uses the RAM that the model needs, unless told otherwise', async () => {
    const model = { weightBytes: 100 * 2 ** 20, kvCacheBytes: 0 };
    expect((await resolve({ model })).ramMiB).toBe(640);
    expect((await resolve({ model, ramMiB: 98 })).ramMiB).toBe(98);
  });

  it('rejects a model that cannot fit, unless the RAM is given', async () => {
    const model = { weightBytes: 2 ** 52, kvCacheBytes: 0 };
    await expect(resolve({ model })).rejects.toMatchObject({
      code: 'ZOSIA_MODEL_TOO_LARGE_FOR_HOST',
    });
    expect((await resolve({ model, ramMiB: 64 })).ramMiB).toBe(64);
  });

  it.each([{ ramMiB: 0 }, { ramMiB: 1.5 }, { cpus: -2 }, { cpus: Number.NaN }])(
    'rejects %j',
    async (options) => {
      await expect(resolve(options)).rejects.toMatchObject({ code: 'ZOSIA_BAD_OPTION' });
    },
  );

  it.each(['kernel', 'initrd', 'disk'] as const)(
    'rejects a %s that does not exist',
    async (what) => {
      for (const path of [at('missing'), folder()]) {
        await expect(resolve({ [what]: path })).rejects.toMatchObject({
          code: 'ZOSIA_FILE_NOT_FOUND',
          message: expect.stringContaining(path) as string,
          subject: { option: what },
        });
      }
    },
  );

  it('says how to install a missing QEMU', async () => {
    await mkdir(at('empty'));
    const options = { arch: 'x86_64' } as const;
    await expect(resolve(options, 'empty')).rejects.toMatchObject({
      code: 'ZOSIA_QEMU_NOT_FOUND',
      hint: expect.stringContaining('zosia doctor --install') as string,
    });
  });
});
