import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { checkNamedFirmware } from '../../../src/machine/firmware/check.js';
import { findFirmware } from '../../../src/machine/machine.js';
import { sampleFirmware, sampleVariables } from '../support/firmware.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const X86 = sampleFirmware('x86_64');
const ARM = sampleFirmware('aarch64');
const VARIABLES = sampleVariables();

/** Checks files with these contents. */
async function check(arch: Architecture, code: Uint8Array, variables?: Uint8Array): Promise<void> {
  const at = (name: string) => ({ path: join(folder(), name), format: 'raw' }) as const;
  await writeFile(at('code.fd').path, code);
  if (variables) await writeFile(at('vars.fd').path, variables);
  await checkNamedFirmware(
    { code: at('code.fd'), ...(variables ? { variables: at('vars.fd') } : {}) },
    arch,
  );
}

describe('checkNamedFirmware', () => {
  it.each<[string, Architecture, Uint8Array, Uint8Array?]>([
    ['code', 'x86_64', X86],
    ['code', 'aarch64', ARM],
    ['code behind variables', 'x86_64', Buffer.concat([VARIABLES, X86])],
    ['code and variables', 'x86_64', X86, VARIABLES],
    ['code and a blank chip', 'aarch64', ARM, new Uint8Array(4096)],
  ])('recognises %s as %s', async (_, arch, code, variables) => {
    await expect(check(arch, code, variables)).resolves.toBeUndefined();
  });

  it.each<[string, RegExp, Architecture, Uint8Array, Uint8Array?]>([
    ['an empty file', /no UEFI firmware/, 'x86_64', new Uint8Array(0)],
    ['a text', /no UEFI firmware/, 'aarch64', Buffer.from('firmware')],
    ['variables alone', /stores variables alone/, 'x86_64', VARIABLES],
    ['part of a file', /is cut off/, 'x86_64', X86.subarray(0, 8192)],
    ['a file and more', /65540 bytes/, 'x86_64', Buffer.concat([X86, Buffer.alloc(4)])],
    ['a file too large', /at most/, 'x86_64', Buffer.concat([X86, Buffer.alloc(8 << 20)])],
    ['code for aarch64', /not for x86_64, but for aarch64/, 'x86_64', ARM],
    ['code for x86_64', /not for aarch64, but for x86_64/, 'aarch64', X86],
    ['code twice', /vars\.fd is the code/, 'x86_64', X86, X86],
    ['a text for variables', /vars\.fd stores no/, 'x86_64', X86, Buffer.from('variables')],
  ])('rejects %s', async (_, message, arch, code, variables) => {
    await expect(check(arch, code, variables)).rejects.toMatchObject({
      code: 'ZOSIA_FIRMWARE_UNSUITABLE',
      message: expect.stringMatching(message) as string,
      subject: { option: 'firmware' },
    });
  });

  it('stops at a volume whose size is zero or beyond the end of the file', async () => {
    for (const length of [0n, 2n ** 64n - 1n]) {
      const code = Buffer.from(VARIABLES);
      code.writeBigUInt64LE(length, 32);
      await expect(check('x86_64', code)).rejects.toThrow(/alone|cut off/);
    }
  });

  it('accepts firmware in qcow2 without checking its contents', async () => {
    const path = join(folder(), 'code.qcow2');
    await writeFile(path, 'QFI');
    await truncate(path, 100);
    await checkNamedFirmware({ code: { path, format: 'qcow2' } }, 'x86_64');
  });

  it.each(['aarch64', 'x86_64'] as const)(
    'recognises the firmware of this host as firmware for %s',
    async (arch) => {
      const prefixes = ['/usr', '/opt/homebrew', '/usr/local'];
      const installed = await findFirmware({ arch, prefixes, configDirectory: undefined });
      if (installed) await checkNamedFirmware(installed, arch);
    },
  );
});
