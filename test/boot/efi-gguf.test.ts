import { copyFile, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES, hostArchitecture } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { splitModel } from '../support/split-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { withMetadata } from './support/gguf-metadata.js';
import { writeEfiDisk } from './efi/disk.js';
import { PROMPT, ask, openEfiTerminal } from './efi/terminal.js';

const QUESTION = 'What is zosia?';
const ANSWER = 'zosia turns a language model into a machine: it boots straight into the model.';

describe('a GGUF on the EFI machine', () => {
  const folder = temporaryFolder();
  let gguf: Buffer;
  let parts: string[];
  beforeAll(async () => {
    gguf = await readFile(EMBEDDED_MODEL);
    await copyFile(EMBEDDED_MODEL, folder.file('tiny.gguf'));
    parts = await splitModel(folder.file('tiny.gguf'), 3);
  });

  const up = (model: string, ...args: string[]) =>
    zosia(['up', '--machine', 'efi', model, '--temp', '0', ...args], { cwd: folder.path });

  it.each(ARCHITECTURES)('answers on %s by its own chat template', async (arch) => {
    const { stdout, stderr, exitCode } = await up(
      ...['tiny.gguf', '--arch', arch, '--prompt', QUESTION],
    );
    expect(stdout).toBe(`${ANSWER}\n`);
    if (arch !== hostArchitecture()) expect(stderr).toContain('TCG');
    expect(exitCode).toBe(0);
  });

  it.each<[string, () => string, string[]]>([
    ['a partition', () => 'tiny.gguf', ['--model-as', 'partition', '--arch', 'aarch64']],
    ['three files', () => parts[0]!, ['--arch', 'x86_64']],
    ['three partitions', () => parts[0]!, ['--model-as', 'partition', '--arch', 'aarch64']],
  ])('answers from %s', async (_, model, options) => {
    const { stdout, stderr, exitCode } = await up(model(), ...options, '--prompt', QUESTION);
    expect(stdout, stderr).toBe(`${ANSWER}\n`);
    expect(exitCode).toBe(0);
  });

  it('makes the same tokens of a text of any language, typed or in --prompt', async () => {
    const text = 'Zoë met 中文 and 😀 at the café. Then';
    const options = ['--arch', 'x86_64', '--chat-template', 'none', '-n', '40'];
    const prompted = await up('tiny.gguf', ...options, '--prompt', text);
    expect(prompted.exitCode, prompted.stderr).toBe(0);
    expect(prompted.stdout.length).toBeGreaterThan(60);
    const args = ['up', '--machine', 'efi', 'tiny.gguf', '--temp', '0', ...options];
    const typed = await zosia(args, { cwd: folder.path, input: `${text}\n` });
    // On the line, and once more before what it is gone on with.
    const shown = typed.stdout.replaceAll('\r', '');
    expect(shown.split(text)).toHaveLength(3);
    expect(shown).toContain(`\n${text}${prompted.stdout}`);
  });

  it('lists the models of a disk that names none, and runs the one that is chosen', async () => {
    const disk = folder.file('nameless.img');
    // The models differ in what they are called.
    const other = withMetadata(gguf, 'general.name', 'another');
    await writeEfiDisk(disk, { 'ONE.gguf': gguf, 'TWO.gguf': other, 'NOTES.TXT': 'none' });
    const terminal = await openEfiTerminal(disk, { arch: 'x86_64' });
    try {
      const list = (await terminal.shows(PROMPT)).replaceAll('\r', '');
      expect(list).toMatch(/\n1 {2}ONE\.gguf, \d\.\d MiB\n2 {2}TWO\.gguf, \d\.\d MiB\n/);
      expect(list).not.toContain('NOTES');
      expect(await ask(terminal, '3')).toContain('It has to be a number from 1 to 2.');
      const loaded = await ask(terminal, '2');
      expect(loaded).toMatch(/\n {2}zosia Bare-Metal EFI \(TWO\)\n/);
      expect(loaded).toContain('Type a text, or /help.');
      await ask(terminal, '/predict 20');
      expect(await ask(terminal, 'Once upon a time')).toMatch(/\nOnce upon a time\S* \w+/);
      terminal.type('/poweroff\r');
      expect(await terminal.ended()).toBe(0);
    } finally {
      terminal.kill();
    }
  });
});
