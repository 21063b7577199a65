import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EfiDiskManifest } from '../../../src/recipes/efi/manifest.js';
import { openEfiDisk } from '../../../src/recipes/efi/existing-disk.js';
import { readDiskSettings } from '../../../src/recipes/efi/disk-settings.js';
import { GGUF_SAMPLING } from '../../../src/formats/llama2c/settings/settings.js';
import { modelGguf } from '../../formats/gguf/samples.js';
import { sampleTokenizer, writeSampleFiles } from '../../recipes/efi/samples.js';
import { zosia } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
const MODEL = ['--model', 'tiny.bin', '--tokenizer', 'tiny-tokenizer.bin'];
beforeEach(async () => {
  await rm(folder.path, { recursive: true });
  await mkdir(folder.path);
  await writeSampleFiles(folder.path);
});

type Report = EfiDiskManifest & { path: string; sizeBytes: number };

/** Runs `zosia image efi` in the folder, and gives what it reports. */
async function imageEfi(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Report> {
  const command = ['image', 'efi', ...args, '--json'];
  const { stdout, stderr, exitCode } = await zosia(command, { cwd: folder.path, env });
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as Report;
}

async function expectRefusal(args: readonly string[], message: RegExp, status = 1): Promise<void> {
  const { stdout, stderr, exitCode } = await zosia(['image', 'efi', ...args], { cwd: folder.path });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/defect of zosia/);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: status });
  await expect(stat(folder.file('artifacts'))).rejects.toThrow('ENOENT');
}

describe('zosia image efi', () => {
  it.each([
    ['raw', ['my.img', 'my.img.json']],
    ['vmdk', ['my.vmdk', 'my.vmdk.json', 'my-metadata.img']],
  ])('writes only the named disk: %s', async (format, files) => {
    const out = folder.file('out');
    await mkdir(out);
    const path = `${out}/${files[0]!}`;
    await imageEfi(['--format', format, '--out', path], { ZOSIA_CACHE: folder.file('cache') });
    await expect(stat(folder.file('artifacts'))).rejects.toThrow('ENOENT');
    expect(new Set(await readdir(out))).toEqual(new Set(files));
    const verified = await zosia(['verify', path, '--allow-outside'], { cwd: folder.path });
    expect(verified.stdout).toContain('clean');
  });

  it('writes a disk for every machine to the place where run efi looks for it', async () => {
    const { path, inputs, settings } = await imageEfi(MODEL);
    expect(path).toMatch(/artifacts\/efi\/llama2-disk\.img$/);
    expect((await stat(path)).size).toBe(128 << 20);
    expect(inputs.map(({ path: diskPath }) => diskPath)).toEqual([
      ...['/EFI/BOOT/BOOTAA64.EFI', '/EFI/BOOT/BOOTX64.EFI', '/llama2.cfg'],
      ...['/tiny.bin', '/tiny-tokenizer.bin'],
    ]);
    expect(settings).toMatchObject({ format: 'raw', partitionTable: 'none' });
  });

  it('writes the disk that the options describe', async () => {
    const { path, settings, sizeBytes, files } = await imageEfi([
      ...MODEL,
      ...['--arch', 'arm64', '--format', 'vmdk', '--partition-table', 'gpt', '--size', '9M'],
    ]);
    expect(path).toMatch(/artifacts\/efi\/llama2-disk\.vmdk$/);
    expect(sizeBytes).toBe(9 << 20);
    expect(settings).toMatchObject({ archs: ['aarch64'], partitionTable: 'gpt' });
    expect(files!.map(({ name }) => name)).toContain('../../tiny.bin');
    const elsewhere = await imageEfi([
      ...MODEL,
      '--out',
      'my disk.img',
      '--arch',
      'x86_64',
      '--arch',
      'x64',
    ]);
    expect(elsewhere).toMatchObject({ path: 'my disk.img', settings: { archs: ['x86_64'] } });
  });

  it('writes the settings to the disk', async () => {
    const { path } = await imageEfi([
      ...MODEL,
      ...['--prompt', 'a\\b\nZoë', '--steps', '0', '--temp', '0.25', '--top-p', '1'],
      ...['--seed', '18446744073709551615', '--interactive', '--poweroff', '--mode', 'chat'],
    ]);
    const disk = await openEfiDisk(path);
    expect(await readDiskSettings(disk.fat)).toEqual({
      model: 'tiny.bin',
      tokenizer: 'tiny-tokenizer.bin',
      prompt: 'a\\b\nZoë',
      steps: 0,
      temp: 0.25,
      topP: 1,
      seed: 2n ** 64n - 1n,
      interactive: true,
      poweroff: true,
      template: '{prompt}',
      mode: 'chat',
      answer: 'console',
    });
    await disk.close();
  });

  it('writes a template to the disk unchanged, and rejects one in chat mode', async () => {
    const template = ' Q:\\ {prompt}\nA:';
    const { path } = await imageEfi([...MODEL, '--template', template]);
    const disk = await openEfiDisk(path);
    expect(await readDiskSettings(disk.fat)).toMatchObject({ template, mode: 'generate' });
    await disk.close();
    await rm(folder.file('artifacts'), { recursive: true });
    await expectRefusal(
      [...MODEL, '--template', template, '--mode', 'chat'],
      /'--template' cannot be used with option '--mode chat'/,
      2,
    );
  });

  it.each(['--mode chat', '--steps 5'])('rejects %s for the built-in model', async (option) => {
    await expectRefusal(
      option.split(' '),
      /^error: option '--(mode|steps)' is for llama2\.c checkpoints, and the model is a GGUF/,
      2,
    );
  });

  it('writes the disk of the smallest application', async () => {
    const { path, inputs, settings } = await imageEfi([
      '--hello',
      '--arch',
      'x86_64',
      '--size',
      '2M',
    ]);
    expect(path).toMatch(/artifacts\/efi\/hello-disk\.img$/);
    expect(inputs.map(({ path: diskPath }) => diskPath)).toEqual(['/EFI/BOOT/BOOTX64.EFI']);
    expect(settings.program).toBe('hello');
  });

  it('writes the same bytes for the same SOURCE_DATE_EPOCH', async () => {
    const digestAt = async (name: string, time: string): Promise<string> => {
      const env = { SOURCE_DATE_EPOCH: time };
      await imageEfi([...MODEL, '--size', '4M', '--out', name], env);
      return (await readFile(folder.file(name))).toString('latin1');
    };
    const first = await digestAt('a.img', '1700000000');
    expect((await digestAt('b.img', '1700000000')) === first).toBe(true);
    expect((await digestAt('c.img', '1700000002')) === first).toBe(false);
  });

  it('prints what it wrote', async () => {
    const { stdout, stderr } = await zosia(['image', 'efi', ...MODEL], { cwd: folder.path });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^wrote .*artifacts\/efi\/llama2-disk\.img \(128 MiB, raw\)\n$/);
  });

  it('prints its help', async () => {
    const { stdout, exitCode } = await zosia(['image', 'efi', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/--tokenizer.*--prompt.*--partition-table.*Examples:/s);
    expect(stdout).toMatch(/has the built-in model, a GGUF.*its own chat template/s);
  });

  it.each([
    [['--model', 'none.bin', '--tokenizer', 'x'], /none\.bin does not exist\nhint:/],
    [['--model', 'tiny.bin', '--tokenizer', 'x'], /x does not exist\nhint:/],
    [['--model', 'tiny-tokenizer.bin', '--tokenizer', 'x'], /is not a llama2\.c checkpoint/],
    [
      [...MODEL, '--size', '300K'],
      /takes at least \d+ bytes, and is to have 307200\nhint: .*--size 1M/,
    ],
    [[...MODEL, '--size', '1M', '--partition-table', 'gpt'], /hint: .*--size 5M or more/],
    [[...MODEL, '--out', 'tiny.bin'], /tiny\.bin is read, and would be replaced/],
    [[...MODEL, '--out', '.'], /is a folder/],
  ])('rejects %j', async (args, message) => {
    await expectRefusal(args, message);
  });

  it('rejects the tokenizer of another model, and a file that is not a checkpoint', async () => {
    await writeFile(folder.file('other.bin'), sampleTokenizer(32_000));
    const other = ['--model', 'tiny.bin', '--tokenizer', 'other.bin'];
    await expectRefusal(
      other,
      /other\.bin has 32000 tokens; the model's vocabulary has 300\nhint:/,
    );
    await writeFile(folder.file('model.gguf'), 'GGUF');
    const gguf = ['--model', 'model.gguf', '--tokenizer', 'tiny-tokenizer.bin'];
    await expectRefusal(gguf, /'--tokenizer' is for .*, and model\.gguf is a GGUF/, 2);
  });

  it.each([
    [['--model', 'tiny.bin'], /'--tokenizer <file>' is missing/],
    [
      ['--tokenizer', 'tiny-tokenizer.bin'],
      /'--model <file>' is missing, as in zosia image efi .*; or --hello alone/,
    ],
    [[...MODEL, '--arch', 'mips'], /'--arch <arch>' argument 'mips' is invalid\. Use aarch64/],
    [['--hello', ...MODEL], /'--hello' cannot be used with option '--(model|tokenizer)/],
    [['--hello', '--prompt', 'x'], /'--hello' cannot be used with option '--prompt/],
    [['--hello', '--poweroff'], /'--hello' cannot be used with option '--poweroff/],
    [['--hello', '--template', '{prompt}'], /'--hello' cannot be used with option '--template/],
    [[...MODEL, '--template', 'Q: A:'], /Give text with {prompt} in it once/],
    [[...MODEL, '--steps', '-1'], /Give a whole number from 0 to 2147483647/],
    [[...MODEL, '--steps', '2147483648'], /Give a whole number from 0 to 2147483647/],
    [[...MODEL, '--temp', '101'], /Give a number from 0 to 100/],
    [[...MODEL, '--top-p', '1.5'], /Give a number from 0 to 1/],
    [[...MODEL, '--seed', '18446744073709551616'], /up to 64 bits/],
    [[...MODEL, '--mode', 'sing'], /Give generate or chat/],
    [[...MODEL, '--mode', 'chat', '--template', 'Q: {prompt}'], /'--template' .* '--mode chat'/],
    [[...MODEL, '--partition-table', 'mbr'], /Allowed choices are none, gpt/],
    [[...MODEL, '--size', 'big'], /Give a number of bytes/],
    [[...MODEL, 'left over'], /too many arguments/],
  ])('rejects the option %j', async (args, message) => {
    await expectRefusal(args, message, 2);
  });
});

describe('zosia image efi of a GGUF', () => {
  it('writes the disk that the options describe, and refuses those of checkpoints', async () => {
    await writeFile(folder.file('m.gguf'), await modelGguf());
    const model = ['--model', 'm.gguf'];
    const { path, settings } = await imageEfi([
      ...[...model, '--model-as', 'partition', '--format', 'vmdk', '--ctx', '128', '-n', '9'],
      ...['--top-k', '7', '--min-p', '0.1', '--repeat-penalty', '1.5', '--chat-template', 'none'],
    ]);
    expect(settings).toMatchObject({
      partitionTable: 'gpt',
      model: { format: 'gguf', as: 'partition' },
    });
    const disk = await openEfiDisk(path, { allowOutside: true });
    expect(await readDiskSettings(disk.fat)).toMatchObject({
      ...{ model: 'partition', context: 128, predict: 9, topK: 7, minP: 0.1, repeatPenalty: 1.5 },
    });
    await disk.close();
    const inspected = await zosia(['inspect', path, '--allow-outside'], { cwd: folder.path });
    expect(inspected.stdout).toMatch(/partition 2 {2}GGUF .*\n.*model: Sämple, llama, /);
    await rm(folder.file('artifacts'), { recursive: true });
    await expectRefusal(
      [...MODEL, '--top-k', '5'],
      /'--top-k' is for GGUFs, and the model is a llama2\.c checkpoint/,
      2,
    );
  });

  it.each([
    [['--chat-template', 'none', '--steps', '5'], /'--steps' is for llama2\.c checkpoints.*-n/],
    [['--mode', 'chat'], /'--mode' is for llama2\.c checkpoints/],
    [['--tokenizer', 'tiny-tokenizer.bin'], /'--tokenizer' is for .*, and m\.gguf is a GGUF/],
    [
      ['--template', 'Q: {prompt}', '--chat-template', 'my.jinja'],
      /'--template' cannot be used with option '--chat-template'/,
    ],
    [
      ['--template', 'Q: {prompt}', '--system', 'Be brief.'],
      /'--template' cannot be used with option '--system'/,
    ],
    [
      ['--model-as', 'partition', '--partition-table', 'none'],
      /'--model-as partition' cannot be used with option '--partition-table none'/,
    ],
  ])('refuses %j', async (options, refusal) => {
    await writeFile(folder.file('m.gguf'), await modelGguf());
    await expectRefusal(['--model', 'm.gguf', ...options], refusal, 2);
  });

  it('accepts options that only seem to contradict one another', async () => {
    await writeFile(folder.file('m.gguf'), await modelGguf());
    const harmless = ['--template', 'Q: {prompt}', '--chat-template', 'none', '--mode', 'generate'];
    await imageEfi(['--model', 'm.gguf', ...harmless]);
  });

  it('says what to do about a chat template that is not there, and a name that firmware does not know', async () => {
    await writeFile(folder.file('模型😀.gguf'), await modelGguf());
    const model = ['--model', '模型😀.gguf'];
    await expectRefusal(model, /is none that .*\nhint: .*--model-as partition/);
    await expectRefusal(
      [...model, '--chat-template', 'nosuch'],
      /there is no chat template nosuch: no such file\nhint: +Give a file with a template in Jinja/,
    );
  });
});

describe('zosia image efi without a model', () => {
  const readDiskFile = async (path: string, file: string): Promise<Buffer> => {
    const disk = await openEfiDisk(path);
    try {
      const stat = await disk.fat.stat(file);
      return Buffer.from(await (await disk.fat.open(stat)).read(0, stat.sizeBytes));
    } finally {
      await disk.close();
    }
  };
  const settingsOf = async (path: string) => {
    const disk = await openEfiDisk(path);
    try {
      return await readDiskSettings(disk.fat);
    } finally {
      await disk.close();
    }
  };

  it('writes the disk of the built-in model, and reports that it does', async () => {
    const { stdout, stderr, exitCode } = await zosia(['image', 'efi'], { cwd: folder.path });
    expect({ stdout, exitCode }, stderr).toEqual({ stdout: '', exitCode: 0 });
    expect(stderr).toContain(
      'using the built-in zosia-tiny. Another one: zosia image efi --model model.gguf\n',
    );
    const path = folder.file('artifacts/efi/llama2-disk.img');
    const settings = await settingsOf(path);
    expect(settings).toMatchObject({ model: 'zosia-tiny.gguf', template: 'Q: {prompt}\nA:' });
    const sampling = { ...GGUF_SAMPLING, temp: 0.7 };
    expect(settings).toMatchObject({ ...sampling, context: 512, interactive: false });
    const ofCheckpoints = { tokenizer: undefined, steps: undefined, mode: undefined };
    expect({ ...ofCheckpoints, ...settings }).toMatchObject(ofCheckpoints);
    const bytes = await readDiskFile(path, '/zosia-tiny.gguf');
    expect(bytes.equals(await readFile(EMBEDDED_MODEL))).toBe(true);
  });

  it('writes the same disk as when the file is given', async () => {
    await copyFile(EMBEDDED_MODEL, folder.file('zosia-tiny.gguf'));
    await imageEfi(['--out', 'unnamed.img']);
    await imageEfi(['--model', 'zosia-tiny.gguf', '--out', 'named.img']);
    const [unnamed, named] = await Promise.all(
      ['unnamed.img', 'named.img'].map((name) => readFile(folder.file(name))),
    );
    expect(unnamed!.equals(named!)).toBe(true);
  });

  it('prefers given options to the settings of the built-in model', async () => {
    const { path } = await imageEfi(['--template', '{prompt}!', '--temp', '0.5', '--prompt', 'Hi']);
    const own = { template: '{prompt}!', temp: 0.5, prompt: 'Hi' };
    expect(await settingsOf(path)).toMatchObject({ ...own, model: 'zosia-tiny.gguf' });
  });
});
