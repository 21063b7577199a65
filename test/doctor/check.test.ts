import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { verifyHost } from '../../src/doctor/check.js';
import { nameOf } from '../../src/doctor/requirement.js';
import { thisHost } from '../../src/doctor/host.js';
import { fakeHost } from './fake-host.js';
import type { FakeHost } from './fake-host.js';
import { HOST } from '../support/host.js';

describe('verifyHost', () => {
  it('reports what is installed and what is missing, and runs nothing', async () => {
    const host = fakeHost({ programs: ['/usr/bin/apt-get', '/usr/bin/clang'] });
    const report = await verifyHost({ purpose: 'build', arch: 'aarch64' }, host);
    expect(report.requirements.map((each) => [nameOf(each), each.path])).toEqual([
      ['clang', '/usr/bin/clang'],
      ['ld.lld', undefined],
    ]);
    expect(report.missing.map(nameOf)).toEqual(['ld.lld']);
    expect(report).toMatchObject({ purpose: 'build', arch: 'aarch64' });
    expect(host.commands).toEqual([]);
  });

  it('uses the architecture of the host for the guest unless told otherwise', async () => {
    expect((await verifyHost({ purpose: 'up' }, fakeHost())).arch).toBe(hostArchitecture());
  });

  it('reports facts about the host', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zosia-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const environment = { PATH: '/bin', ZOSIA_CACHE: join(folder, 'not', 'yet') };
    const { facts } = await verifyHost({ purpose: 'up' }, fakeHost({ environment }));
    expect(facts).toMatchObject({
      platform: 'linux',
      nodeVersion: process.versions.node,
      cacheDirectory: join(folder, 'not', 'yet'),
      freeMemoryMiB: 1234,
      accelerators: [{ name: 'kvm', present: true }],
    });
    expect(facts.totalMemoryMiB).toBeGreaterThan(0);
    expect(facts.freeDiskMiB).toBeGreaterThan(0);
  });

  it('reports no room for a cache where a file is in the place of a folder', async () => {
    const environment = { PATH: '/bin', ZOSIA_CACHE: '/dev/null/x' };
    const { facts } = await verifyHost({ purpose: 'up' }, fakeHost({ environment }));
    expect(facts.freeDiskMiB).toBeUndefined();
  });

  it.each([
    ['EACCES', 'you may not open /dev/kvm (the group kvm usually may)'],
    ['ENOENT', 'there is no /dev/kvm'],
  ])('explains %s on /dev/kvm', async (kvmError, reason) => {
    const { facts } = await verifyHost({ purpose: 'up' }, fakeHost({ kvmError }));
    expect(facts.accelerators).toEqual([{ name: 'kvm', present: false, reason }]);
  });

  it.each([
    [{ usable: true }, { works: true }],
    [
      { usable: false, reason: 'it hung' },
      { works: false, reason: 'it hung' },
    ],
  ] as const)('reports what was found out about /dev/kvm: %j', async (verdict, fact) => {
    const { facts } = await verifyHost({ purpose: 'up' }, fakeHost({ verdict }));
    expect(facts.accelerators).toEqual([{ name: 'kvm', present: true, ...fact }]);
  });

  it.each([
    [undefined, {}],
    [{ usable: true }, { works: true }],
    [
      { usable: false, reason: 'it hung' },
      { works: false, reason: 'it hung' },
    ],
  ] as const)('reports what was found out about saved machines: %j', async (restore, fact) => {
    const host = fakeHost(restore && { restore });
    const { facts } = await verifyHost({ purpose: 'up' }, host);
    expect(facts.restore).toEqual(fact);
    expect(host.commands).toEqual([]);
  });

  it('reports that Node.js runs under Rosetta', async () => {
    const mac = { platform: 'darwin', nodeArch: 'x64' } as const;
    for (const isTranslated of [true, false]) {
      const { facts } = await verifyHost({ purpose: 'up' }, fakeHost({ ...mac, isTranslated }));
      expect(facts.isTranslated).toBe(isTranslated);
    }
  });

  it('requires firmware and QEMU for the EFI machine', async () => {
    const code = '/usr/share/OVMF/OVMF_CODE_4M.fd';
    const files = { [code]: '', '/usr/share/OVMF/OVMF_VARS_4M.fd': '' };
    const check = (host: FakeHost) => verifyHost({ purpose: 'efi', arch: 'x86_64' }, host);
    const found = await check(fakeHost({ files }));
    expect(found.requirements.map((each) => [nameOf(each), each.path])).toEqual([
      ['qemu-system-x86_64', undefined],
      ['ovmf', code],
    ]);
    expect((await check(fakeHost())).missing.map(nameOf)).toEqual(['qemu-system-x86_64', 'ovmf']);
  });

  it('reports HVF on a Mac, and no accelerator on other systems', async () => {
    const mac = await verifyHost({ purpose: 'up' }, fakeHost({ platform: 'darwin' }));
    expect(mac.facts.accelerators).toEqual([{ name: 'hvf', present: true }]);
    const other = await verifyHost({ purpose: 'up' }, fakeHost({ platform: 'freebsd' }));
    expect(other.facts.accelerators).toEqual([]);
  });
});

describe('thisHost', () => {
  it('reports the programs and files of the real host', async () => {
    expect(await thisHost(HOST).isExecutable(process.execPath)).toBe(true);
    expect(await thisHost(HOST).isExecutable(tmpdir())).toBe(false);
    expect(await thisHost(HOST).isExecutable('/no/such')).toBe(false);
    expect(await thisHost(HOST).isFile(process.execPath)).toBe(true);
    expect(await thisHost(HOST).isFile(tmpdir())).toBe(false);
    expect(await thisHost(HOST).readText('/no/such')).toBe('');
    expect(await thisHost(HOST).list('/no/such')).toEqual([]);
    expect(await thisHost(HOST).openError('/no/such')).toBe('ENOENT');
    expect(await thisHost(HOST).openError(tmpdir())).toBeUndefined();
    expect(await thisHost(HOST).freeMemoryMiB()).toBeGreaterThan(0);
  });

  it('runs commands, passes on their output, and keeps the end of it', async () => {
    const lines: string[] = [];
    const script = 'for (let i = 0; i < 9; i++) console.error("line " + i); process.exitCode = 3';
    const result = await thisHost(HOST).run([process.execPath, '-e', script], (line) => {
      lines.push(line);
    });
    expect(lines).toEqual(Array.from({ length: 9 }, (_, index) => `line ${index}`));
    expect(result.exitCode).toBe(3);
    expect(result.tail).toEqual(lines.slice(-5));
  });

  it('passes on the end of a line that was overwritten', async () => {
    const lines: string[] = [];
    const script = 'process.stdout.write("1%\\r50%\\rdone\\n")';
    await thisHost(HOST).run([process.execPath, '-e', script], (line) => {
      lines.push(line);
    });
    expect(lines).toEqual(['done']);
  });

  it('reports that a command does not exist', async () => {
    const result = await thisHost(HOST).run(['/no/such/program'], () => undefined);
    expect(result.exitCode).not.toBe(0);
    expect(result.tail.join()).toContain('ENOENT');
  });

  it('ends a command when it is cancelled', async () => {
    const cancel = new AbortController();
    const reason = new Error('enough');
    const script = 'console.log("up"); setInterval(() => {}, 1000)';
    const running = thisHost(HOST).run(
      [process.execPath, '-e', script],
      () => {
        cancel.abort(reason);
      },
      cancel.signal,
    );
    await expect(running).rejects.toBe(reason);
  });
});
