import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { efiRamMiB } from '../../../src/machine/efi/resolve.js';
import { resolveEfiMachine } from '../../../src/machine/machine.js';
import type { EfiMachineOptions } from '../../../src/machine/machine.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { sampleFirmware } from '../support/firmware.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder(), name);

const MIB = 2 ** 20;

/** QEMU in a prefix of its own, with firmware as Homebrew has it. */
beforeEach(async () => {
  await makeFakeQemu(at('bin'), { displays: ['none', 'gtk', 'sdl'] });
  await mkdir(at('share/qemu/firmware'), { recursive: true });
  for (const name of ['edk2-aarch64-code.fd', 'edk2-arm-vars.fd']) {
    await writeFile(at(`share/qemu/${name}`), '');
    await truncate(at(`share/qemu/${name}`), 64 * MIB);
  }
  // The host's own firmware is not to be found: ours has a descriptor, and those come first.
  await writeFile(
    at('share/qemu/firmware/00-zosia.json'),
    JSON.stringify({
      'interface-types': ['uefi'],
      mapping: {
        device: 'flash',
        executable: { filename: at('share/qemu/edk2-aarch64-code.fd'), format: 'raw' },
        'nvram-template': { filename: at('share/qemu/edk2-arm-vars.fd'), format: 'raw' },
      },
      targets: [{ architecture: 'aarch64', machines: ['virt-*'] }],
      features: [],
    }),
  );
  await writeFile(at('disk'), new Uint8Array(512));
});

const resolve = (options: Partial<EfiMachineOptions> = {}) =>
  resolveEfiMachine(
    { arch: 'aarch64', accel: 'tcg', disk: at('disk'), ...options },
    { searchPath: [at('bin')], cacheDirectory: at('cache') },
  );

describe('resolveEfiMachine', () => {
  it('has defaults for everything', async () => {
    const { cpus, ...spec } = await resolve();
    expect(spec).toEqual({
      arch: 'aarch64',
      qemu: at('bin/qemu-system-aarch64'),
      sandbox: true,
      exitWithParent: false,
      ramMiB: 512,
      accel: { name: 'tcg' },
      cpuModel: 'neoverse-n1',
      firmware: {
        code: { path: at('share/qemu/edk2-aarch64-code.fd'), format: 'raw' },
        variables: { path: at('share/qemu/edk2-arm-vars.fd'), format: 'raw' },
      },
      disk: { path: at('disk'), format: 'raw' },
      console: { to: 'stdio' },
      screen: { on: 'nothing' },
      isControlled: false,
      notes: [],
    });
    expect(cpus).toBeGreaterThanOrEqual(1);
  });

  it('prefers given options to defaults', async () => {
    const serial = 'mon:stdio';
    expect(await resolve({ ramMiB: 777, cpus: 5, cpuModel: 'max', serial })).toMatchObject({
      ramMiB: 777,
      cpus: 5,
      cpuModel: 'max',
      console: { to: 'backend', backend: 'mon:stdio' },
    });
    await expect(resolve({ cpus: 0.5 })).rejects.toMatchObject({ code: 'ZOSIA_BAD_OPTION' });
  });

  it('uses the RAM that the model needs, and throws when the host has less', async () => {
    expect((await resolve({ memoryBytes: MIB })).ramMiB).toBe(512);
    expect((await resolve({ memoryBytes: 500 * MIB })).ramMiB).toBe(640);
    await expect(resolve({ memoryBytes: 2 ** 52 })).rejects.toMatchObject({
      code: 'ZOSIA_MODEL_TOO_LARGE_FOR_HOST',
    });
    expect((await resolve({ memoryBytes: 2 ** 52, ramMiB: 256 })).ramMiB).toBe(256);
  });

  it.each(ARCHITECTURES)(
    'rejects memory in which firmware for %s does not come up',
    async (arch) => {
      const least = { aarch64: 128, x86_64: 56 }[arch];
      await expect(resolve({ arch, ramMiB: least - 1 })).rejects.toMatchObject({
        code: 'ZOSIA_RAM_TOO_SMALL',
        message: expect.stringContaining(`${least} MiB of memory without any model`) as string,
        hint: expect.stringContaining(`ramMiB=${least}`) as string,
      });
      if (arch !== 'aarch64') return;
      expect((await resolve({ ramMiB: least })).notes).toEqual([]);
      await writeFile(at('own.fd'), sampleFirmware('aarch64'));
      const own = await resolve({ ramMiB: 8, firmware: at('own.fd') });
      expect(own.notes).toEqual([expect.stringContaining('it may not come up')]);
    },
  );

  it('has a display for a window or a screenshot', async () => {
    expect(await resolve({ screenshot: true })).toMatchObject({
      screen: { on: 'memory' },
      isControlled: true,
    });
    expect(await resolve({ window: true })).toMatchObject({
      screen: { on: 'window', display: process.platform === 'darwin' ? 'sdl' : 'gtk' },
      isControlled: false,
    });
    expect(await resolve({ window: true, screenshot: true })).toMatchObject({
      screen: { on: 'window' },
      isControlled: true,
    });
  });

  it('uses the firmware that is named', async () => {
    await writeFile(at('own.fd'), sampleFirmware('aarch64'));
    expect((await resolve({ firmware: at('own.fd') })).firmware).toEqual({
      code: { path: at('own.fd'), format: 'raw' },
      isNamed: true,
    });
    await writeFile(at('own.fd'), 'own');
    await expect(resolve({ firmware: at('own.fd') })).rejects.toMatchObject({
      code: 'ZOSIA_FIRMWARE_UNSUITABLE',
    });
  });

  it('rejects flash that is not as large as the chip, but accepts it as a plain file', async () => {
    await writeFile(at('own.fd'), sampleFirmware('aarch64'));
    const firmware = `${at('own.fd')},${at('share/qemu/edk2-arm-vars.fd')}`;
    await expect(resolve({ firmware })).rejects.toMatchObject({
      code: 'ZOSIA_FIRMWARE_WRONG_SIZE',
      message: `${at('own.fd')} has 65536 bytes; a flash chip of the machine has 67108864`,
      hint: expect.stringContaining(`firmware=${at('own.fd')}`) as string,
    });
  });

  it('recognises a VMDK descriptor, and reports a missing disk', async () => {
    await writeFile(at('disk'), '# Disk DescriptorFile\nversion=1\n');
    expect((await resolve()).disk).toEqual({ path: at('disk'), format: 'vmdk' });
    await expect(resolve({ disk: at('none') })).rejects.toMatchObject({
      code: 'ZOSIA_FILE_NOT_FOUND',
      hint: expect.stringContaining('zosia image efi') as string,
    });
  });

  it('reports a QEMU that is too old for a screenshot, or has no window', async () => {
    await makeFakeQemu(at('bin'), { version: '7.0.0', displays: ['none'] });
    await expect(resolve({ screenshot: true })).rejects.toMatchObject({
      code: 'ZOSIA_QEMU_TOO_OLD',
    });
    await expect(resolve({ window: true })).rejects.toMatchObject({ code: 'ZOSIA_NO_DISPLAY' });
  });
});

describe('efiRamMiB', () => {
  it.each([
    [0, 512],
    [384 * MIB, 512],
    [384 * MIB + 1, 576],
    [10_000 * MIB, 10_176],
  ])('returns, for a model of %d bytes, %d', (memoryBytes, ramMiB) => {
    expect(efiRamMiB(memoryBytes)).toBe(ramMiB);
  });
});
