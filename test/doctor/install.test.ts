import { describe, expect, it } from 'vitest';
import { verifyHost } from '../../src/doctor/check.js';
import type { Purpose } from '../../src/doctor/requirement.js';
import { installMissing } from '../../src/doctor/install.js';
import type { InstallOptions } from '../../src/doctor/install.js';
import { fakeHost } from './fake-host.js';
import type { FakeHost, FakeHostOptions } from './fake-host.js';

const QEMU = '/usr/bin/qemu-system-aarch64';
const INSTALL =
  'env DEBIAN_FRONTEND=noninteractive /usr/bin/apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends qemu-system-arm';
const UPDATE =
  'env DEBIAN_FRONTEND=noninteractive /usr/bin/apt-get -o DPkg::Lock::Timeout=300 update';

/** A run of a command that installs QEMU, as a package manager would. */
const installs: FakeHostOptions['onRun'] = (command, host) => {
  if (command.includes(' install ')) host.programs.add(QEMU);
  return undefined;
};

async function install(
  host: FakeHost,
  options: InstallOptions = { yes: true },
  purpose: Purpose = 'up',
): Promise<unknown> {
  return installMissing(await verifyHost({ purpose, arch: 'aarch64' }, host), options, host);
}

describe('installMissing', () => {
  it('does nothing when nothing is missing', async () => {
    const host = fakeHost({ programs: [QEMU] });
    const report = await verifyHost({ purpose: 'up', arch: 'aarch64' }, host);
    expect(await installMissing(report, {}, host)).toBe(report);
    expect(host.commands).toEqual([]);
  });

  it('installs with apt as root, without a question', async () => {
    const host = fakeHost({ onRun: installs });
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    expect(await install(host, { yes: true, log })).toMatchObject({ missing: [] });
    expect(host.commands).toEqual([INSTALL]);
    expect(lines).toEqual(['installing qemu-system-arm', 'output of env']);
  });

  it('downloads package lists first when there are none', async () => {
    const host = fakeHost({ aptLists: ['lock', 'partial'], onRun: installs });
    await install(host);
    expect(host.commands).toEqual([UPDATE, INSTALL]);
  });

  it('updates the lists and retries when an installation fails', async () => {
    let tries = 0;
    const host = fakeHost({
      onRun: (command, self) =>
        command === INSTALL && ++tries === 1
          ? { exitCode: 100, tail: ['E: 404'] }
          : installs(command, self),
    });
    await install(host);
    expect(host.commands).toEqual([INSTALL, UPDATE, INSTALL]);
  });

  it('ignores a source that fails to update when the package is installed all the same', async () => {
    const host = fakeHost({
      aptLists: [],
      onRun: (command, self) => (command === UPDATE ? { exitCode: 100 } : installs(command, self)),
    });
    await install(host);
    expect(host.commands).toEqual([UPDATE, INSTALL]);
  });

  it.each([
    ['E: no network', { [UPDATE]: ['E: no network'], [INSTALL]: ['E: no such package'] }],
    ['E: no such package', { [INSTALL]: ['E: no such package'] }],
  ])('passes on "%s"', async (reason, failures: Record<string, string[]>) => {
    const host = fakeHost({
      onRun: (command) =>
        failures[command] === undefined ? undefined : { exitCode: 100, tail: failures[command] },
    });
    await expect(install(host)).rejects.toMatchObject({
      code: 'ZOSIA_DOCTOR_INSTALL_FAILED',
      message: `the installation failed: ${reason}`,
      hint: expect.stringContaining('apt-get install'),
    });
  });

  it('detects that a program is still missing after an installation that succeeded', async () => {
    await expect(install(fakeHost())).rejects.toMatchObject({
      code: 'ZOSIA_DOCTOR_INSTALL_FAILED',
      message: expect.stringContaining('qemu-system-aarch64 cannot be found'),
    });
  });

  it('uses sudo when it needs no password', async () => {
    const host = fakeHost({
      userId: 1000,
      programs: ['/usr/bin/apt-get', '/usr/bin/sudo'],
      onRun: installs,
    });
    await install(host);
    expect(host.commands).toEqual(['/usr/bin/sudo -n true', `/usr/bin/sudo -n ${INSTALL}`]);
  });

  it.each([
    ['there is no sudo', ['/usr/bin/apt-get']],
    ['sudo wants a password', ['/usr/bin/apt-get', '/usr/bin/sudo']],
  ])('prints the command when %s', async (_, programs) => {
    const host = fakeHost({ userId: 1000, programs, onRun: () => ({ exitCode: 1 }) });
    await expect(install(host)).rejects.toMatchObject({
      code: 'ZOSIA_DOCTOR_NEEDS_ROOT',
      hint: expect.stringContaining(
        'sudo apt-get update && sudo apt-get install -y --no-install-recommends qemu-system-arm',
      ),
    });
    expect(host.commands.filter((command) => command.includes('apt-get'))).toEqual([]);
  });

  it('installs with Homebrew on a Mac', async () => {
    const host = fakeHost({
      platform: 'darwin',
      userId: 501,
      programs: ['/opt/homebrew/bin/brew', '/usr/bin/cpio', '/usr/bin/bsdtar', '/usr/bin/clang'],
      onRun: (command, self) => {
        for (const path of [
          'bin/qemu-system-aarch64',
          'bin/qemu-system-x86_64',
          'bin/qemu-img',
          'opt/llvm/bin/clang',
          'opt/llvm/bin/clang-format',
          'opt/lld/bin/ld.lld',
          'opt/e2fsprogs/sbin/e2fsck',
          'opt/e2fsprogs/sbin/debugfs',
          'opt/e2fsprogs/sbin/mke2fs',
          'bin/mcopy',
          'opt/dosfstools/sbin/fsck.fat',
          'opt/gptfdisk/sbin/sgdisk',
          'bin/dpkg-deb',
          'opt/binutils/bin/readelf',
          ...['bin/xz', 'bin/lz4', 'bin/zstd'],
        ]) {
          self.programs.add(`/opt/homebrew/${path}`);
        }
        for (const name of [
          ...['edk2-aarch64-code.fd', 'edk2-arm-vars.fd'],
          ...['edk2-x86_64-code.fd', 'edk2-i386-vars.fd'],
        ]) {
          self.files.set(`/opt/homebrew/share/qemu/${name}`, '');
        }
        return undefined;
      },
    });
    await install(host, { yes: true }, 'test');
    expect(host.commands).toEqual([
      '/opt/homebrew/bin/brew install binutils dosfstools dpkg e2fsprogs gptfdisk lld llvm lz4 mtools qemu xz zstd',
    ]);
  });

  it('runs Homebrew as an Apple silicon program under Rosetta', async () => {
    const host = fakeHost({
      platform: 'darwin',
      nodeArch: 'x64',
      isTranslated: true,
      userId: 501,
      programs: ['/opt/homebrew/bin/brew'],
      onRun: (_, self) => {
        self.programs.add('/opt/homebrew/bin/qemu-system-aarch64');
        return undefined;
      },
    });
    await install(host, { yes: true });
    expect(host.commands).toEqual(['/usr/bin/arch -arm64 /opt/homebrew/bin/brew install qemu']);
  });

  it.each([
    [{ platform: 'darwin', programs: [] }, /Homebrew.*brew install qemu/],
    [
      { platform: 'darwin', nodeArch: 'x64', programs: [] },
      /^Homebrew runs on Apple silicon only; with MacPorts: sudo port install qemu \+target_arm/,
    ],
    [{ osRelease: 'ID=fedora\n' }, /sudo dnf install qemu-system-aarch64/],
    [{ osRelease: 'ID=arch\n' }, /sudo pacman -S qemu-system-aarch64/],
    [{ osRelease: 'ID=nixos\n' }, /likely names: qemu-system-aarch64/],
    [{ programs: [] }, /apt-get install/],
  ] as const)('prints the packages when it cannot install: %j', async (options, hint) => {
    const host = fakeHost(options);
    await expect(install(host)).rejects.toMatchObject({
      code: 'ZOSIA_DOCTOR_NO_INSTALLER',
      message: 'missing: qemu-system-aarch64',
      hint: expect.stringMatching(hint),
    });
    expect(host.commands).toEqual([]);
  });

  it('asks first, and does not install after no', async () => {
    const questions: string[] = [];
    const answer = (yes: boolean) => (question: string) => {
      questions.push(question);
      return Promise.resolve(yes);
    };
    const host = fakeHost({ onRun: installs });
    await expect(install(host, { confirm: answer(false) })).rejects.toMatchObject({
      code: 'ZOSIA_DOCTOR_DECLINED',
      subject: { option: 'yes' },
    });
    expect(host.commands).toEqual([]);
    await install(host, { confirm: answer(true) });
    expect(host.commands).toEqual([INSTALL]);
    expect(questions).toEqual(['Install qemu-system-arm?', 'Install qemu-system-arm?']);
  });

  it('installs nothing without confirmation when nobody can be asked', async () => {
    const host = fakeHost({ onRun: installs });
    await expect(install(host, {})).rejects.toMatchObject({ code: 'ZOSIA_DOCTOR_DECLINED' });
    expect(host.commands).toEqual([]);
  });
});
