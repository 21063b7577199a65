import { readFile, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseSettings } from '../../../src/formats/llama2c/settings/file.js';
import type { EfiSettings } from '../../../src/formats/llama2c/settings/settings.js';
import { writeEfiDisk } from '../../../src/recipes/efi/disk.js';
import { makeFakeQemu } from '../../machine/support/fake-qemu.js';
import { sampleFirmware } from '../../machine/support/firmware.js';
import { sampleEfiGguf } from '../../recipes/efi/gguf-samples.js';
import { writeSampleModel } from '../../recipes/efi/samples.js';
import { zosia } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

/** Of a template that has a place for a system text. */
const PIECES: EfiSettings = {
  chatStart: '<start>',
  chatUserEnd: '<end>',
  chatNext: '<next>',
  chatSystemStart: '<system>',
  chatSystemEnd: '</system>',
};

/** Keeps what is on the disk of the run beside its model: `llama2.cfg`, among others. */
const KEEPS = `require('node:fs').copyFileSync(
  /filename=(.*run)[.]vmdk/.exec(args.join('\\n'))[1].replaceAll(',,', ',') + '-metadata.img', 'seen.img');
  process.stdout.write('Once\\x02 upon\\x03 upon\\r\\n\\x04', () => process.exit(0));`;

/** Says that it was cut by the end of its context. */
const FULL = `process.stdout.write('Model: x, context 9\\r\\n\\x02la\\x03la\\r\\n(The context is full.)\\r\\n\\x04',
  () => process.exit(0));`;

let env: Record<string, string>;

beforeAll(async () => {
  const { folder: bin } = await makeFakeQemu(folder.file('bin'), { machine: KEEPS });
  env = {
    PATH: [bin, process.env.PATH].join(delimiter),
    ZOSIA_CACHE: folder.file('cache'),
  };
  await writeFile(folder.file('firmware.fd'), sampleFirmware('aarch64'));
  const gguf = await sampleEfiGguf(folder.file('models'));
  const write = (name: string, settings: EfiSettings) =>
    writeEfiDisk(gguf, { format: 'raw', out: folder.file(name), settings });
  await write('chat.img', { ...PIECES, topK: 7, minP: 0.25 });
  await write('system.img', { ...PIECES, system: 'Be brief.' });
  await write('single.img', { template: 'Q: {prompt} A:' });
  const checkpoint = await writeSampleModel(folder.file('models'));
  await writeEfiDisk(checkpoint, { format: 'raw', out: folder.file('checkpoint.img') });
});

async function run(disk: string, ...rest: (string | Record<string, string>)[]) {
  const options = rest.filter((each) => typeof each === 'string');
  const [others = env] = rest.filter((each) => typeof each !== 'string');
  const machine = ['--arch', 'aarch64', '--accel', 'tcg', '--firmware', 'firmware.fd'];
  const args = ['run', 'efi', '--disk', disk, '--prompt', 'Once', ...machine, ...options];
  return zosia(args, { cwd: folder.path, env: others });
}

/** The settings on the disk of the run that was last. */
async function askedSettings(): Promise<EfiSettings> {
  const metadata = await readFile(folder.file('seen.img'), 'latin1');
  return parseSettings(/model=[^\0]*/.exec(metadata)![0]);
}

describe('zosia run efi of a GGUF', () => {
  it('asks for what the options say, and leaves the rest as the disk has it', async () => {
    const { stderr, exitCode } = await run(
      ...(['chat.img', '--top-k', '3', '--system', ' Be brief. ', '-n', '9'] as const),
      ...['--ctx', '128', '--repeat-penalty', '1.5', '--temp', '0'],
    );
    expect(exitCode, stderr).toBe(0);
    const asked = { topK: 3, system: 'Be brief.', predict: 9, context: 128, repeatPenalty: 1.5 };
    expect(await askedSettings()).toMatchObject({ ...PIECES, ...asked, temp: 0, minP: 0.25 });
    expect((await run('chat.img', '--min-p', '0.5')).exitCode).toBe(0);
    expect(await askedSettings()).toMatchObject({ topK: 7, minP: 0.5, repeatPenalty: 1 });
  });

  it('takes an empty system text for none, whatever the disk has', async () => {
    for (const disk of ['system.img', 'chat.img', 'single.img']) {
      const { stderr, exitCode } = await run(disk, '--system', '');
      expect(exitCode, stderr).toBe(0);
      expect((await askedSettings()).system).toBe('');
    }
  });

  it('reports an answer that was cut by the end of its context', async () => {
    const { folder: bin } = await makeFakeQemu(folder.file('full'), { machine: FULL });
    const PATH = [bin, process.env.PATH].join(delimiter);
    const { stdout, stderr, exitCode } = await run('chat.img', { ...env, PATH });
    expect(stdout).toBe('la\n');
    expect(stderr).toContain(
      'zosia: the answer was cut: the context of 9 tokens is full (--ctx)\n',
    );
    expect(exitCode).toBe(0);
  });

  it('gives it no longer a context than it was trained for, and says so', async () => {
    const { stderr, exitCode } = await run('chat.img', '--ctx', '100000');
    expect(exitCode, stderr).toBe(0);
    const [, trained] = /was trained for a context of (\d+) tokens: .* not 100000/.exec(stderr)!;
    expect(await askedSettings()).toMatchObject({ context: Number(trained) });
  });

  it('puts a form for single texts in the place of a chat template', async () => {
    const { stderr, exitCode } = await run('chat.img', '--template', 'Q: {prompt}');
    expect(exitCode, stderr).toBe(0);
    const asked = await askedSettings();
    expect(asked.template).toBe('Q: {prompt}');
    expect(Object.keys(asked).filter((key) => key.startsWith('chat'))).toEqual([]);
  });

  it.each([
    [
      ['single.img', '--system', 'x'],
      /single\.img has no place for a system text\nhint: .*has a place for it.*image efi.*--chat-template FILE/,
    ],
    [['chat.img', '--template', '{prompt}!', '--system', 'x'], /no place for a system text/],
  ] as const)('refuses %j', async ([disk, ...options], message) => {
    const { stderr, exitCode } = await run(disk, ...options);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(1);
  });

  it.each([
    ['checkpoint.img', '--top-k', '5', /'--top-k' is for GGUFs, and the model is a llama2\.c/],
    ['checkpoint.img', '--ctx', '5', /'--ctx' is for GGUFs/],
    ['chat.img', '--top-k', '-1', /Give a whole number/],
    ['chat.img', '--min-p', '2', /Give a number from 0 to 1/],
    ['chat.img', '--repeat-penalty', '0', /Give a number from 0\.5 to 100/],
    ['chat.img', '--ctx', '0', /Give a whole number/],
  ])('refuses wrong usage: %s %s %s', async (disk, flag, value, message) => {
    const { stderr, exitCode } = await run(disk, flag, value);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });
});
