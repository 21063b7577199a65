import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DiskManifest } from '../../../src/recipes/disk-manifest.js';
import { zosia } from '../../support/cli.js';
import { sampleAdapter, sampleProjector } from '../../formats/gguf/companions.js';
import { writeCompanions, writeSampleModel } from '../../support/model-files.js';
import { splitModel } from '../../support/split-model.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
beforeEach(async () => {
  await rm(folder.path, { recursive: true });
  await mkdir(folder.file('models'), { recursive: true });
  await writeSampleModel(folder.file('models'));
});

/** Runs `zosia image model` in the folder, and gives what it reports. */
async function imageModel(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<DiskManifest & { path: string; sizeBytes: number }> {
  const command = ['image', 'model', ...args, '--json'];
  const { stdout, stderr, exitCode } = await zosia(command, { cwd: folder.path, env });
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as DiskManifest & { path: string; sizeBytes: number };
}

async function expectRefusal(args: readonly string[], message: RegExp, status = 1): Promise<void> {
  const command = ['image', 'model', 'model', ...args];
  const { stdout, stderr, exitCode } = await zosia(command, { cwd: folder.path });
  expect(stderr).toMatch(message);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: status });
}

describe('zosia image model', () => {
  it('writes to the path from the option, else from the variable, else to artifacts', async () => {
    const outPath = { OUT_PATH: folder.file('variable.img') };
    expect((await imageModel(['model'])).path).toMatch(/artifacts\/model-disk\/model\.ext4\.img$/);
    expect((await imageModel(['model'], outPath)).path).toBe(outPath.OUT_PATH);
    const flagged = await imageModel(['model', '--out', 'flag.img'], outPath);
    expect(flagged).toMatchObject({ path: 'flag.img', settings: { format: 'raw' } });
    expect((await stat(folder.file('flag.img'))).size).toBe(flagged.sizeBytes);
  });

  it('accepts all files that belong to one model', async () => {
    const parts = await splitModel(folder.file('models/model.gguf'), 2);
    await writeCompanions(folder.file('models'));
    await mkdir(folder.file('data'));
    await writeFile(folder.file('data/a:b'), 'x');
    const { inputs } = await imageModel([
      ...parts,
      ...['--mmproj', 'vision', '--lora', 'tone', '--lora', 'models/style.gguf'],
      ...['--add', 'data:/more/data', '--add', 'data/a:b:/single'],
    ]);
    expect(inputs.map(({ path, name }) => `${path} ${name}`)).toEqual([
      '/model-00001-of-00002.gguf model-00001-of-00002.gguf',
      '/model-00002-of-00002.gguf model-00002-of-00002.gguf',
      '/mmproj.gguf vision.gguf',
      '/lora-1.gguf tone.gguf',
      '/lora-2.gguf style.gguf',
      '/more/data/a:b a:b',
      '/single a:b',
    ]);
  });

  it('rejects a companion that was made for another model, and writes nothing', async () => {
    const adapter = { tensors: { 'output_norm.weight.lora_a': [5, 2] } };
    await writeFile(folder.file('models/other.gguf'), await sampleAdapter(adapter));
    const projector = { tensors: { 'mm.2.weight': [8, 4096] } };
    await writeFile(folder.file('models/wide.gguf'), await sampleProjector(projector));
    for (const [option, misfit] of [
      [
        '--lora=other',
        /other\.gguf does not fit the model: .* 5 x 1, and the model's is of 256 x 1/,
      ],
      ['--mmproj=wide', /wide\.gguf does not fit the model: .* 4096 elements .* have 256/],
    ] as const) {
      const args = ['--out', 'misfit.img', option];
      await expectRefusal(args, misfit);
      await expectRefusal(args, /\nhint: {2}\S/);
    }
    await expect(stat(folder.file('misfit.img'))).rejects.toThrow('ENOENT');
  });

  it('writes a disk of the requested size and layout', async () => {
    const smallest = (await imageModel(['model'])).sizeBytes;
    expect((await imageModel(['model', '--size', '3M'])).sizeBytes).toBe(3 << 20);
    expect((await imageModel(['model', '--size', '5000001'])).sizeBytes).toBe(5_000_001);
    const blocks = ['model', '--block-size', '1024', '--label', 'mine'];
    expect((await imageModel(blocks)).layout).toMatchObject({
      blockSizeBytes: 1024,
      label: 'mine',
    });
    const extra = { EXTRA_MIB: '2' };
    const byVariable = (await imageModel(['model'], extra)).sizeBytes;
    expect(byVariable).toBeGreaterThanOrEqual(smallest + (2 << 20));
    expect((await imageModel(['model', '--extra-mib', '0'], extra)).sizeBytes).toBe(smallest);
  });

  it('rejects EXTRA_MIB together with --size', async () => {
    const args = ['image', 'model', 'model', '--size', '20M'];
    const { stderr, exitCode } = await zosia(args, { cwd: folder.path, env: { EXTRA_MIB: '3' } });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: EXTRA_MIB is set, and --size given\nhint: /);
  });

  it('prints no empty defaults in its help', async () => {
    const { stdout } = await zosia(['image', 'model', '--help']);
    expect(stdout).toContain('--lora');
    expect(stdout).not.toContain('[]');
  });

  it('writes a terabyte of free space as a hole', async () => {
    const { path, sizeBytes } = await imageModel(['model', '--format', 'vmdk', '--size', '1T']);
    expect(sizeBytes).toBe(2 ** 40);
    const metadata = await stat(path.replace(/\.vmdk$/, '-metadata.img'));
    expect(metadata.blocks * 512).toBeLessThan(64 << 20);
  });

  it('reads every file with --verify, and reports that plans are reproducible', async () => {
    const args = ['image', 'model', 'model', '--format', 'vmdk', '--verify'];
    const { stderr, exitCode } = await zosia([...args, '--reproducible-check', '--use-docker'], {
      cwd: folder.path,
    });
    expect(exitCode).toBe(0);
    const [docker, reproducible, wrote, ...rest] = stderr.trimEnd().split('\n');
    expect(docker).toMatch(/unnecessary/);
    expect(wrote).toMatch(/^wrote .*model\.vmdk/);
    expect(rest).toEqual([]);
    const manifest = JSON.parse(
      await readFile(folder.file('artifacts/model-disk/model.vmdk.json'), 'utf8'),
    ) as DiskManifest;
    expect(reproducible).toContain(manifest.layout.planSha256);
    expect(manifest.inputs[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
    const again = await zosia(args, { cwd: folder.path });
    expect(again.stderr).toMatch(/^up to date: /);
  });

  it.each([
    [['--size', '4 apples'], /number of bytes/],
    [['--size', '0'], /number of bytes/],
    [['--size', '99999999T'], /number of bytes/],
    [['--block-size', '8192'], /1024, 2048, 4096/],
    [['--extra-mib', '-1'], /whole number of MiB from 0/],
    [['--extra-mib', '16777217'], /whole number of MiB from 0 to 16777216/],
    [['--add', 'models'], /SRC:DST/],
    [['--out', ''], /It is empty/],
    [['--size', '20M', '--extra-mib', '3'], /'--size <bytes>' cannot be used with .*--extra-mib/],
  ])('rejects as wrong usage: %j', async (args, message) => {
    await expectRefusal(args, message, 2);
  });

  it.each([
    [['--size', '4K'], /\nhint: /],
    [['--label', 'longer than 16 bytes'], /label/],
    // Only that of the manifest is.
    [['--out', `${'x'.repeat(250)}.img`], /x\.img\.json cannot be written: its name is too long/],
    [['--add', 'nowhere:/x'], /nowhere does not exist/],
    [['--add', 'models/model.gguf:/../x'], /not a path inside the disk/],
    [['--add', 'models/model.gguf:/model.gguf'], /model\.gguf/],
    [['--lora', 'model'], /a language model, not a LoRA adapter/],
    [['--mmproj', 'nowhere'], /there is no model nowhere/],
  ])('rejects with a hint: %j', async (args, message) => {
    await expectRefusal(args, message);
    await expectRefusal(args, /\nhint: {2}\S/);
  });
});
