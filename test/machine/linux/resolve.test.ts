import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { resolveMachine } from '../../../src/machine/machine.js';
import type { MachineOptions } from '../../../src/machine/machine.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder(), name);

const FILES = ['kernel', 'initrd', 'disk'].flatMap((what) => [what, `${what}-env`, `${what}-flag`]);

beforeEach(async () => {
  await makeFakeQemu(at('bin'));
  for (const name of FILES) await writeFile(at(name), name);
});

const resolve = (options: Partial<MachineOptions> = {}, env: Record<string, string> = {}) =>
  resolveMachine(
    {
      arch: 'aarch64',
      accel: 'tcg',
      defaults: { kernel: at('kernel'), initrd: at('initrd'), disk: at('disk') },
      ...options,
    },
    { PATH: at('bin'), ZOSIA_CACHE: at('cache'), ...env },
  );

describe('resolveMachine', () => {
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
      answerPort: false,
    });
    expect(spec.cpus).toBeGreaterThanOrEqual(1);
    expect(spec.cpus).toBeLessThanOrEqual(8);
  });

  const environment = () => ({
    KERNEL_IMAGE: at('kernel-env'),
    INITRD_IMAGE: at('initrd-env'),
    MODEL_DISK_IMAGE: at('disk-env'),
    RAM_MB: '2000',
    SMP: '3',
    QEMU_CPU: 'cortex-a57',
    APPEND_EXTRA: 'from=env',
    QEMU_ACCEL: 'tcg,thread=single',
    QEMU_SERIAL: 'mon:stdio',
  });

  it('lets variables win over defaults', async () => {
    const spec = await resolveMachine(
      { arch: 'aarch64', defaults: { kernel: at('kernel'), initrd: at('initrd') } },
      { PATH: at('bin'), ZOSIA_CACHE: at('cache'), ...environment() },
    );
    expect(spec).toMatchObject({
      kernel: at('kernel-env'),
      initrd: at('initrd-env'),
      disk: { path: at('disk-env') },
      ramMiB: 2000,
      cpus: 3,
      cpuModel: 'cortex-a57',
      append: 'from=env',
      accel: { name: 'tcg', options: 'thread=single' },
      console: { to: 'backend', backend: 'mon:stdio' },
    });
  });

  it('lets flags win over variables', async () => {
    const flags = {
      kernel: at('kernel-flag'),
      initrd: at('initrd-flag'),
      disk: at('disk-flag'),
      ramMiB: 777,
      cpus: 5,
      cpuModel: 'max',
      append: 'from=flag',
      accel: 'tcg,thread=multi',
    };
    expect(await resolve(flags, environment())).toMatchObject({
      kernel: at('kernel-flag'),
      initrd: at('initrd-flag'),
      disk: { path: at('disk-flag') },
      ramMiB: 777,
      cpus: 5,
      cpuModel: 'max',
      append: 'from=flag',
      accel: { name: 'tcg', options: 'thread=multi' },
    });
  });

  it('takes an empty variable for one that is not set', async () => {
    const empty = Object.fromEntries(Object.keys(environment()).map((name) => [name, '']));
    expect(await resolve({}, empty)).toEqual(await resolve());
  });

  it('leaves what is added the last word on threads, and how they wait', async () => {
    const append = 'zosia.llama_threads=2';
    const model = { weightBytes: 2 ** 20, kvCacheBytes: 2 ** 20 };
    expect((await resolve({ model, cpus: 2, append, wait: 'spin' })).append).toBe(
      'zosia.llama_threads=1 zosia.llama_threads=2 zosia.llama_wait=spin',
    );
  });

  it('works without a disk', async () => {
    const defaults = { kernel: at('kernel'), initrd: at('initrd') };
    expect((await resolve({ defaults })).disk).toBeUndefined();
  });

  it('knows a VMDK descriptor by its first line, whatever its name', async () => {
    await writeFile(at('disk'), '# Disk DescriptorFile\nversion=1\n');
    expect((await resolve()).disk).toEqual({ path: at('disk'), format: 'vmdk' });
  });

  it('sends the console of a one-shot to a file, QEMU_SERIAL or not', async () => {
    expect(await resolve({ answerPort: true }, { QEMU_SERIAL: 'stdio' })).toMatchObject({
      answerPort: true,
      console: { to: 'file' },
    });
  });

  it('takes the RAM that the model needs, unless told otherwise', async () => {
    const model = { weightBytes: 100 * 2 ** 20, kvCacheBytes: 0 };
    expect((await resolve({ model })).ramMiB).toBe(640);
    expect((await resolve({ model }, { RAM_MB: '99' })).ramMiB).toBe(99);
    expect((await resolve({ model, ramMiB: 98 })).ramMiB).toBe(98);
  });

  it('refuses a model that cannot fit, unless the RAM is given', async () => {
    const model = { weightBytes: 2 ** 52, kvCacheBytes: 0 };
    await expect(resolve({ model })).rejects.toMatchObject({
      code: 'ZOSIA_MODEL_TOO_LARGE_FOR_HOST',
    });
    expect((await resolve({ model, ramMiB: 64 })).ramMiB).toBe(64);
  });

  it.each([
    ['RAM_MB', '12x'],
    ['RAM_MB', '-1'],
    ['RAM_MB', '0'],
    ['RAM_MB', '1.5'],
    ['SMP', 'two'],
    ['SMP', '99999999999999999999'],
  ])('refuses %s=%s', async (name, value) => {
    await expect(resolve({}, { [name]: value })).rejects.toMatchObject({
      code: 'ZOSIA_BAD_OPTION',
      message: expect.stringContaining(`${name} is not`) as string,
    });
  });

  it.each([{ ramMiB: 0 }, { ramMiB: 1.5 }, { cpus: -2 }, { cpus: Number.NaN }])(
    'refuses the flag %j',
    async (flag) => {
      await expect(resolve(flag)).rejects.toMatchObject({ code: 'ZOSIA_BAD_OPTION' });
    },
  );

  it.each(['kernel', 'initrd', 'disk'] as const)('refuses a %s that is not there', async (what) => {
    for (const path of [at('missing'), folder()]) {
      await expect(resolve({ [what]: path })).rejects.toMatchObject({
        code: 'ZOSIA_FILE_NOT_FOUND',
        message: expect.stringContaining(path) as string,
        hint: expect.stringContaining(`--${what}`) as string,
      });
    }
  });

  it('says how to get a QEMU that is not there', async () => {
    await mkdir(at('empty'));
    const options = { arch: 'x86_64' } as const;
    await expect(resolve(options, { PATH: at('empty') })).rejects.toMatchObject({
      code: 'ZOSIA_QEMU_NOT_FOUND',
      hint: expect.stringContaining('zosia doctor --install') as string,
    });
  });
});
