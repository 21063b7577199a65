import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { firmwareOf } from '../../../src/machine/firmware/descriptor.js';
import { INSTALLED_FIRMWARE } from '../../../src/machine/firmware/table.js';
import {
  findFirmware,
  firmwarePrefixes,
  namedFirmware,
} from '../../../src/machine/firmware/find.js';
import type { FirmwareHost } from '../../../src/machine/firmware/find.js';

/** A host with these files; a path alone stands for an empty file. */
function hostWith(...files: (string | readonly [string, string])[]): FirmwareHost {
  const texts = new Map(files.map((file) => (typeof file === 'string' ? [file, ''] : file)));
  return {
    isFile: (path) => Promise.resolve(texts.has(path)),
    readText: (path) => Promise.resolve(texts.get(path) ?? ''),
    list: (folder) =>
      Promise.resolve(
        [...texts.keys()]
          .filter((path) => posix.dirname(path) === folder)
          .map((path) => posix.basename(path)),
      ),
  };
}

const search = (arch: Architecture, configDirectory?: string) => ({
  arch,
  prefixes: ['/usr', '/opt/homebrew'],
  configDirectory,
});

const raw = (code: string, variables: string) => ({
  code: { path: code, format: 'raw' },
  variables: { path: variables, format: 'raw' },
});

/** A descriptor as QEMU's documentation has them, changed where a test says so. */
const descriptor = (changes: object = {}, mapping: object = {}) =>
  JSON.stringify({
    description: 'UEFI firmware for x86_64',
    'interface-types': ['uefi'],
    mapping: {
      device: 'flash',
      executable: { filename: '/fw/code.fd', format: 'raw' },
      'nvram-template': { filename: '/fw/vars.fd', format: 'raw' },
      ...mapping,
    },
    targets: [{ architecture: 'x86_64', machines: ['pc-i440fx-*', 'pc-q35-*'] }],
    features: ['acpi-s3', 'verbose-dynamic'],
    tags: [],
    ...changes,
  });

describe('firmwareOf', () => {
  it('reads a descriptor of split flash', () => {
    expect(firmwareOf(descriptor(), 'x86_64')).toEqual(raw('/fw/code.fd', '/fw/vars.fd'));
    expect(firmwareOf(descriptor({}, { mode: 'split' }), 'x86_64')).toBeDefined();
  });

  it('accepts flash in qcow2', () => {
    const executable = { filename: '/fw/code.qcow2', format: 'qcow2' };
    expect(firmwareOf(descriptor({}, { executable }), 'x86_64')?.code).toEqual({
      path: '/fw/code.qcow2',
      format: 'qcow2',
    });
  });

  it.each([
    ['another architecture', { targets: [{ architecture: 'aarch64', machines: ['virt-*'] }] }],
    ['another machine', { targets: [{ architecture: 'x86_64', machines: ['microvm'] }] }],
    ['enrolled keys', { features: ['enrolled-keys', 'secure-boot'] }],
    ['Secure Boot', { features: ['secure-boot'] }],
    ['system management mode', { features: ['requires-smm'] }],
    ['a BIOS', { 'interface-types': ['bios'] }],
    ['no targets', { targets: 'none' }],
    ['nothing', { mapping: null }],
  ])('ignores firmware for %s', (_, changes) => {
    expect(firmwareOf(descriptor(changes), 'x86_64')).toBeUndefined();
  });

  it.each([
    ['memory', { device: 'memory', filename: '/fw/tdx.fd' }],
    ['flash without variables of its own', { mode: 'stateless' }],
    ['flash with both in one', { mode: 'combined' }],
    ['an unknown format', { executable: { filename: '/fw/code', format: 'vmdk' } }],
    ['a relative path', { executable: { filename: 'code.fd', format: 'raw' } }],
    ['no variables', { 'nvram-template': undefined }],
  ])('ignores firmware in %s', (_, mapping) => {
    expect(firmwareOf(descriptor({}, mapping), 'x86_64')).toBeUndefined();
  });

  it.each(['', '{', 'null', '[]', '"uefi"', '{"targets":[null]}'])(
    'ignores %j, which is not a descriptor',
    (text) => {
      expect(firmwareOf(text, 'x86_64')).toBeUndefined();
    },
  );
});

describe('findFirmware', () => {
  it.each(INSTALLED_FIRMWARE.map((installed) => [installed.system, installed] as const))(
    'finds firmware on %s',
    async (_, { arch, code, variables, system }) => {
      const prefix = system.startsWith('Homebrew') ? '/opt/homebrew' : '/usr';
      const paths = [`${prefix}/${code}`, `${prefix}/${variables}`] as const;
      expect(await findFirmware(search(arch), hostWith(...paths))).toEqual(raw(...paths));
      const other = arch === 'aarch64' ? 'x86_64' : 'aarch64';
      expect(await findFirmware(search(other), hostWith(...paths))).toBeUndefined();
    },
  );

  it('requires the variables, too', async () => {
    const code = '/usr/share/OVMF/OVMF_CODE_4M.fd';
    expect(await findFirmware(search('x86_64'), hostWith(code))).toBeUndefined();
  });

  it('prefers flash of 4 MiB to flash of 2 MiB', async () => {
    const folder = '/usr/share/OVMF';
    const names = ['OVMF_CODE.fd', 'OVMF_VARS.fd', 'OVMF_CODE_4M.fd', 'OVMF_VARS_4M.fd'];
    const host = hostWith(...names.map((name) => `${folder}/${name}`));
    expect((await findFirmware(search('x86_64'), host))?.code.path).toBe(
      `${folder}/OVMF_CODE_4M.fd`,
    );
  });

  it('prefers descriptors, in the order of their names', async () => {
    const folder = '/usr/share/qemu/firmware';
    const named = (name: string) =>
      descriptor({}, { executable: { filename: name, format: 'raw' } });
    const host = hostWith(
      [`${folder}/60-late.json`, named('/fw/late.fd')],
      [`${folder}/40-secure.json`, descriptor({ features: ['secure-boot'] })],
      [`${folder}/50-gone.json`, named('/fw/gone.fd')],
      [`${folder}/README`, named('/fw/readme.fd')],
      ...['/fw/late.fd', '/fw/readme.fd', '/fw/vars.fd'],
      ...['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
    );
    expect(await findFirmware(search('x86_64'), host)).toEqual(raw('/fw/late.fd', '/fw/vars.fd'));
  });

  it("prefers a user's descriptor to the administrator's, and that to the system's", async () => {
    const at = (folder: string, name: string) =>
      [
        `${folder}/60-x.json`,
        descriptor({}, { executable: { filename: name, format: 'raw' } }),
      ] as const;
    const files = ['/fw/user.fd', '/fw/admin.fd', '/fw/system.fd', '/fw/vars.fd'];
    const system = at('/usr/share/qemu/firmware', '/fw/system.fd');
    const admin = at('/etc/qemu/firmware', '/fw/admin.fd');
    const user = at('/home/me/.config/qemu/firmware', '/fw/user.fd');
    const found = async (configDirectory?: string, ...descriptors: (typeof user)[]) =>
      (await findFirmware(search('x86_64', configDirectory), hostWith(...files, ...descriptors)))
        ?.code.path;
    expect(await found(undefined, system, admin)).toBe('/fw/admin.fd');
    expect(await found('/home/me/.config', system, admin, user)).toBe('/fw/user.fd');
    // An empty file of the same name hides what is behind it.
    const hidden = hostWith(...files, system, ['/etc/qemu/firmware/60-x.json', '']);
    expect(await findFirmware(search('x86_64'), hidden)).toBeUndefined();
  });
});

describe('namedFirmware', () => {
  const named = (text: string, host: FirmwareHost) => namedFirmware(text, search('x86_64'), host);

  it('accepts a file or a pair of files', async () => {
    const host = hostWith('/a/code.fd', '/a/vars.qcow2', '/a/c,d.fd');
    expect(await named('/a/code.fd', host)).toEqual({
      code: { path: '/a/code.fd', format: 'raw' },
    });
    expect(await named('/a/code.fd,/a/vars.qcow2', host)).toEqual({
      code: { path: '/a/code.fd', format: 'raw' },
      variables: { path: '/a/vars.qcow2', format: 'qcow2' },
    });
    expect(await named('/a/c,d.fd', host)).toEqual({ code: { path: '/a/c,d.fd', format: 'raw' } });
    expect((await named('/a/c,d.fd,/a/vars.qcow2', host)).code.path).toBe('/a/c,d.fd');
  });

  it('finds the variables that the system has for the code', async () => {
    const code = '/usr/share/OVMF/OVMF_CODE.fd';
    const variables = '/usr/share/OVMF/OVMF_VARS.fd';
    const newer = ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'];
    expect(await named(code, hostWith(...newer, code, variables))).toEqual(raw(code, variables));
    expect(await named(code, hostWith(code))).toEqual({ code: { path: code, format: 'raw' } });
  });

  it.each([
    ['/a/none.fd', '/a/none.fd'],
    ['/a/code.fd,/a/none.fd', '/a/none.fd'],
    ['/a/none.fd,/a/vars.fd', '/a/none.fd'],
  ])('rejects firmware that is not there: %s', async (text, path) => {
    await expect(named(text, hostWith('/a/code.fd', '/a/vars.fd'))).rejects.toMatchObject({
      code: 'ZOSIA_FIRMWARE_NOT_FOUND',
      message: `there is no firmware at ${path}`,
    });
  });
});

describe('firmwarePrefixes', () => {
  it('starts with the folder in which QEMU is installed', async () => {
    expect((await firmwarePrefixes('/nix/store/qemu/bin/qemu-system-aarch64'))[0]).toBe(
      '/nix/store/qemu',
    );
    expect(await firmwarePrefixes('/usr/bin/qemu')).toEqual(await firmwarePrefixes(undefined));
  });
});
