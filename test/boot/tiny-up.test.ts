import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { zosia } from '../support/cli.js';
import { referenceText } from '../support/llama2-sampling.js';
import { readVocabulary } from '../support/llama2-tokens.js';
import { temporaryFolder } from '../support/temporary.js';
import { isSentence, sentencesOf } from './tiny/stories.js';

const BOOT_MS = 300_000;
const NOTICE = 'using the built-in zosia-tiny';

describe('without a model', () => {
  const folder = temporaryFolder();
  const run = (...args: string[]) => zosia(args, { cwd: folder.path });
  const up = (...args: string[]) => run('up', ...args);
  const checkpointPath = () => folder.file('artifacts/efi/zosia-tiny.bin');
  const tokenizerPath = () => folder.file('artifacts/efi/zosia-tiny-tokenizer.bin');

  /** What the reference tells of its own accord, once the files of the EFI machine are there. */
  async function referenceStory(steps: number): Promise<string> {
    const vocabulary = readVocabulary(await readFile(tokenizerPath()));
    const greedy = { steps, temperature: 0, topP: 0.9, seed: 1 };
    return referenceText(await readFile(checkpointPath()), vocabulary, greedy).text.toString();
  }

  it(
    'zosia up answers, on both machines alike, and says which model does',
    async () => {
      const asked = ['--prompt', 'What is zosia?', '-n', '60', '--temp', '0'];
      const linux = await up(...asked);
      expect(linux.exitCode, linux.stderr).toBe(0);
      expect(linux.stdout).toMatch(/^zosia turns a language model into a machine/);
      expect(linux.stderr).toContain(NOTICE);
      const efi = await up('--machine', 'efi', ...asked);
      expect(efi.exitCode, efi.stderr).toBe(0);
      expect(efi.stdout).toBe(linux.stdout);
      expect(efi.stderr).toContain(NOTICE);
    },
    BOOT_MS,
  );

  it(
    'zosia image efi writes a disk that tells a story',
    async () => {
      const written = await run('image', 'efi');
      expect(written.exitCode, written.stderr).toBe(0);
      expect(written.stderr).toContain(NOTICE);
      const { stdout, stderr, exitCode } = await run('run', 'efi');
      expect(exitCode, stderr).toBe(0);
      const [, shown = ''] = /tokens:\r\n([^]*?)\r\n\d+ tokens in /.exec(stdout) ?? [];
      const story = shown.replaceAll('\r\n', '\n');
      expect(sentencesOf(story).length).toBeGreaterThanOrEqual(5);
      expect(sentencesOf(story).filter((sentence) => !isSentence(sentence))).toEqual([]);
    },
    BOOT_MS,
  );

  it(
    'zosia up tells the same 100 tokens on the EFI machine as in the Linux guest and by the reference',
    async () => {
      const asked = ['--prompt', '', '--temp', '0', '-n', '100'];
      const efi = await up('--machine', 'efi', ...asked);
      expect(efi.exitCode, efi.stderr).toBe(0);
      expect(efi.stderr).toContain(NOTICE);

      const story = await referenceStory(100);
      expect(efi.stdout).toBe(`${story}\n`);

      const gguf = folder.file('f32.gguf');
      const args = ['model', 'convert', checkpointPath(), '--tokenizer', tokenizerPath()];
      expect((await run(...args, '--out', gguf)).exitCode).toBe(0);
      // In float32, and as Q8_0, of which the checkpoint's float32 was made.
      for (const models of [[gguf], []]) {
        const linux = await up(...models, ...asked);
        expect(linux.exitCode, linux.stderr).toBe(0);
        expect(linux.stdout.trim()).toBe(story.trim());
      }
    },
    BOOT_MS,
  );
});
