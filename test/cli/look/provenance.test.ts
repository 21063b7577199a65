import { copyFile, mkdir, open, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ProvenanceReport } from '../../../src/provenance/provenance-report.js';
import type { SpdxDocument } from '../../../src/provenance/spdx.js';
import { expectValid } from '../../provenance/valid-spdx.js';
import { zosia } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
const run = (...args: string[]) =>
  zosia(args, { cwd: folder.path, env: { ZOSIA_MODELS: folder.file('store') } });

/** Writes a raw disk, and gives its path. */
async function write(name: string, ...model: string[]): Promise<string> {
  await mkdir(folder.path, { recursive: true });
  const { stderr, exitCode } = await run('image', 'model', ...model, '--out', name);
  expect(exitCode, stderr).toBe(0);
  return name;
}

/** A byte of the last tensor: what is before the weights stays as it is. */
async function flipWeight(disk: string): Promise<void> {
  const model = await readFile(EMBEDDED_MODEL);
  const tail = model.subarray(-4096);
  const at = (await readFile(folder.file(disk))).lastIndexOf(tail);
  expect(at).toBeGreaterThan(1_000_000);
  const file = await open(folder.file(disk), 'r+');
  await file.write(Buffer.from([tail[2000]! ^ 1]), 0, 1, at + 2000);
  await file.close();
}

const documentOf = (stdout: string): SpdxDocument => JSON.parse(stdout) as SpdxDocument;
const reportOf = (stdout: string): ProvenanceReport => JSON.parse(stdout) as ProvenanceReport;

describe('a disk with the built-in model', () => {
  it('is as its manifest says, and described', async () => {
    const disk = await write('own.img', 'zosia-tiny');
    const verified = await run('verify', disk, '--provenance');
    expect(verified.exitCode, verified.stderr).toBe(0);
    expect(verified.stdout).toContain('own.img: as its manifest says\n');
    expect(verified.stdout).not.toContain('not compared');
    const described = await run('sbom', disk);
    expect(described.exitCode, described.stderr).toBe(0);
    expect(described.stderr).not.toContain('warning');
    const document = documentOf(described.stdout);
    expect(expectValid(document)[1]).toMatchObject({ name: 'zosia-tiny', licenseDeclared: 'MIT' });
    expect(document.comment).toBeUndefined();
  });

  it('with another byte in its weights is found, and the document says so', async () => {
    const disk = await write('flipped.img', 'zosia-tiny');
    await flipWeight(disk);
    const verified = await run('verify', disk, '--provenance', '--json');
    expect(verified.exitCode).toBe(1);
    expect(reportOf(verified.stdout).problems).toMatchObject([
      { code: 'file-differs', where: '/model.gguf' },
    ]);
    const described = await run('sbom', disk);
    expect(described.exitCode, described.stderr).toBe(0);
    expect(described.stderr).toMatch(/warning: .*not what the image was written with/);
    const document = documentOf(described.stdout);
    expect(document.comment).toMatch(/^\/model\.gguf: It is not what the image was written with/);
    expect(expectValid(document)[1]).toMatchObject({
      licenseDeclared: 'NOASSERTION',
      downloadLocation: 'NOASSERTION',
      comment: expect.stringContaining('and the manifest says') as string,
    });
  });
});

describe('a disk with a model of more than 1 MiB', () => {
  it('given by its path has no digest of the weights, which is said, unless --verify is given', async () => {
    await mkdir(folder.path, { recursive: true });
    await copyFile(EMBEDDED_MODEL, folder.file('plain.gguf'));
    const disk = await write('plain.img', 'plain.gguf');
    const told =
      /the weights of \/model\.gguf were not compared: the manifest has no digest of them/;
    const verified = await run('verify', disk, '--provenance');
    expect(verified.exitCode, verified.stderr).toBe(0);
    expect(verified.stdout).toMatch(told);
    expect(verified.stdout).toContain('as its manifest says, but for weights');
    const { notCompared } = reportOf((await run('verify', disk, '--provenance', '--json')).stdout);
    expect(notCompared).toMatchObject([
      { where: '/model.gguf', message: expect.stringMatching(told) },
    ]);
    await flipWeight(disk);
    const { stderr, stdout } = await run('sbom', disk);
    expect(stderr).toContain('no digest of its weights');
    expect(documentOf(stdout).comment).toContain('no digest of its weights');
    const whole = await write('whole.img', 'plain.gguf', '--verify');
    await flipWeight(whole);
    expect((await run('verify', whole, '--provenance')).exitCode).toBe(1);
  });

  it('added to the store has the digest of the record', async () => {
    await mkdir(folder.path, { recursive: true });
    await copyFile(EMBEDDED_MODEL, folder.file('added.gguf'));
    expect((await run('model', 'add', 'added.gguf', '--name', 'mine')).exitCode).toBe(0);
    const disk = await write('added.img', 'mine');
    const verified = await run('verify', disk, '--provenance');
    expect(verified.exitCode, verified.stderr).toBe(0);
    expect(verified.stdout).toContain('added.img: as its manifest says\n');
    await flipWeight(disk);
    expect((await run('verify', disk, '--provenance')).exitCode).toBe(1);
  });
});
