import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ARCHITECTURES,
  debianArchitecture,
  hostArchitecture,
} from '../../src/artifacts/architectures.js';
import { writeOutput } from '../boot/support/buildroot-output.js';
import { zosia } from '../support/cli.js';
import { skipBecause } from '../support/skipping.js';
import { temporaryFolder } from '../support/temporary.js';
import { peerPackage, whyNoSources } from './sources.js';

const unavailable = await whyNoSources();

/** That of the host is tested in test/boot. */
const ARCH = ARCHITECTURES.find((arch) => arch !== hostArchitecture())!;

describe(`an output of Buildroot for ${ARCH}`, skipBecause(unavailable), () => {
  const folder = temporaryFolder();
  const run = async (...args: readonly string[]) => {
    const result = await zosia(args, { cwd: folder.path });
    expect(result.exitCode, result.stderr).toBe(0);
    return result.stdout;
  };
  const machine = ['--arch', ARCH, '--accel', 'tcg', '--smp', '1'];
  const boot = ['run', ...machine, '--kernel', 'buildroot', '--ci', '--initrd'];

  beforeAll(async () => {
    const unpacked = await peerPackage(folder.path, debianArchitecture(ARCH), 'busybox-static');
    await writeOutput(folder.file('output'), ARCH, join(unpacked, 'bin/busybox'));
    await run('fetch', '--from', 'output');
  });

  it('boots alone, with llama.cpp beside its init, and below that of zosia', async () => {
    const alone = await run(...boot, `artifacts/${ARCH}/base/rootfs.cpio.gz`);
    expect(alone).toMatch(/llama: \r?\n/);
    const base = ['--arch', ARCH, '--base', 'buildroot'];
    await run('image', 'initramfs', ...base, '--init', 'base', '--out', 'own');
    const beside = await run(...boot, 'own/initramfs.cpio');
    expect(beside).toMatch(/llama: llama-cli\r?\nllama-completion/);
    expect(beside).toContain('told: zosia.ci=1');
    const asked = ['--prompt', 'Once upon a', '-n', '12', '--temp', '0'];
    const answer = await run('up', ...machine, '--base', 'buildroot', ...asked);
    expect(answer).toMatch(/^ time\b|^Once upon a time\b/);
  });
});
