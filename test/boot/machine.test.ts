import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES, hostArchitecture } from '../../src/artifacts/architectures.js';
import { resolveLinuxMachine, runInteractive } from '../../src/machine/machine.js';
import type { LinuxMachineOptions } from '../../src/machine/machine.js';
import { askOnce } from '../machine/support/serving-machine.js';
import { endlessKernel, tinyKernel } from '../machine/support/tiny-kernels.js';
import { temporaryFolder } from '../machine/support/temporary.js';
import { HOST } from '../support/host.js';

const folder = temporaryFolder();

const GUEST =
  'zosia: init\nzosia: starting llama-cli (model /models/model.gguf)\nzosia: exit status=';

/** Resolves a machine whose kernel prints a guest's markers and ends with the given status. */
async function machine(
  arch: 'aarch64' | 'x86_64',
  {
    status = 0,
    text = `${GUEST}${status}`,
    ...options
  }: Partial<LinuxMachineOptions> & {
    status?: number;
    text?: string;
  } = {},
) {
  const kernel = join(folder(), 'kernel');
  const initrd = join(folder(), 'initrd');
  await writeFile(kernel, tinyKernel(arch, text));
  await writeFile(initrd, 'initrd');
  return resolveLinuxMachine(
    { arch, accel: 'tcg', ramMiB: 64, cpus: 2, ...options, defaults: { kernel, initrd } },
    { ...HOST, cacheDirectory: join(folder(), 'cache') },
  );
}

async function rawDisk(name: string): Promise<string> {
  const path = join(folder(), name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, new Uint8Array(1 << 20));
  return path;
}

async function vmdkDisk(): Promise<string> {
  await rawDisk('model-flat.img');
  const path = join(folder(), 'model.vmdk');
  await writeFile(
    path,
    [
      ...['# Disk DescriptorFile', 'version=1', 'CID=fffffffe', 'parentCID=ffffffff'],
      ...['createType="twoGbMaxExtentFlat"', `RW ${(1 << 20) / 512} FLAT "model-flat.img" 0`],
      ...['ddb.adapterType = "ide"', ''],
    ].join('\n'),
  );
  return path;
}

function pipes() {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  stdin.end();
  const shown: Buffer[] = [];
  stdout.on('data', (bytes: Buffer) => shown.push(bytes));
  return { io: { stdin, stdout, stderr: new PassThrough() }, text: () => shown.join('') };
}

describe.each(ARCHITECTURES)('QEMU on %s', (arch) => {
  it('runs a console session and returns the exit status of the guest', async () => {
    const { io, text } = pipes();
    const spec = await machine(arch, { status: 5 });
    expect(await runInteractive(spec, io)).toEqual({ exitStatus: 5 });
    expect(text()).toContain(`${GUEST}5\n`);
  });

  it('runs a one-shot of a guest that does not come to answer', async () => {
    const answers: Uint8Array[] = [];
    const spec = await machine(arch, { status: 3 });
    const result = await askOnce(spec, folder(), {
      onAnswer: (bytes) => void answers.push(bytes),
    });
    expect(result).toEqual({ exitStatus: 3, consoleTail: `${GUEST}3`, report: undefined });
    expect(answers).toEqual([]);
  });

  it.each<[string, () => Promise<string>]>([
    ['a raw disk', () => rawDisk('model.img')],
    ['a raw disk with an odd path', () => rawDisk('a,b: c/żółw,,"x".img')],
    ['a VMDK disk', vmdkDisk],
  ])('accepts %s', async (_, disk) => {
    const { io } = pipes();
    const spec = await machine(arch, { disk: await disk() });
    expect(await runInteractive(spec, io)).toEqual({ exitStatus: 0 });
  });

  it('supports more processors than its first interrupt controller', async () => {
    const { io } = pipes();
    expect(await runInteractive(await machine(arch, { cpus: 9 }), io)).toEqual({ exitStatus: 0 });
  });

  it('reports a guest that powers off without its last line', async () => {
    const { io } = pipes();
    const spec = await machine(arch, { text: 'zosia: init' });
    await expect(runInteractive(spec, io)).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
      hint: expect.stringContaining('zosia: init') as string,
    });
  });

  it('passes on the error message of QEMU', async () => {
    const spec = await machine(arch, { cpuModel: 'no-such-model' });
    await expect(askOnce(spec, folder(), { onAnswer: () => undefined })).rejects.toMatchObject({
      message: expect.stringContaining('no-such-model') as string,
    });
  });

  it('is ended at its time limit', async () => {
    const spec = await machine(arch);
    await writeFile(spec.kernel, endlessKernel(arch));
    const options = { onAnswer: () => undefined, timeoutSeconds: 1 };
    await expect(askOnce(spec, folder(), options)).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_TIMEOUT',
    });
  });
});

describe('the accelerator auto', () => {
  it('chooses an accelerator that runs a guest, and says why when it is TCG', async () => {
    const { io } = pipes();
    const spec = await machine(hostArchitecture(), { accel: 'auto', status: 4 });
    expect(spec.accel.note ?? '').toMatch(spec.accel.name === 'tcg' ? /^emulating .*: ./ : /^$/);
    expect(await runInteractive(spec, io)).toEqual({ exitStatus: 4 });
  });
});
