import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { zosia } from '../support/cli.js';
import { describeWithEmbeddedModel } from '../support/embedded-model.js';
import { referenceText } from '../support/llama2-sampling.js';
import { readVocabulary } from '../support/llama2-tokens.js';
import { temporaryFolder } from '../support/temporary.js';

const BOOT_MS = 300_000;
const NOTICE = 'using the built-in zosia-tiny';

describeWithEmbeddedModel('zosia up without a model', () => {
  const folder = temporaryFolder();
  const up = (...args: string[]) => zosia(['up', ...args], { cwd: folder.path });

  it(
    'answers, and says which model does',
    async () => {
      const { stdout, stderr, exitCode } = await up('--prompt', 'What is zosia?', '-n', '60');
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toContain('language model into a machine');
      expect(stderr).toContain(NOTICE);
    },
    BOOT_MS,
  );

  it(
    'tells the same 100 tokens on the EFI machine as in the Linux guest and by the reference',
    async () => {
      const asked = ['--prompt', '', '--temp', '0', '-n', '100'];
      const efi = await up('--machine', 'efi', ...asked);
      expect(efi.exitCode, efi.stderr).toBe(0);
      expect(efi.stderr).toContain(NOTICE);

      const checkpoint = folder.file('artifacts/efi/zosia-tiny.bin');
      const tokenizer = folder.file('artifacts/efi/zosia-tiny-tokenizer.bin');
      const reference = referenceText(
        await readFile(checkpoint),
        readVocabulary(await readFile(tokenizer)),
        { steps: 100, temperature: 0, topP: 0.9, seed: 1 },
      );
      const story = reference.text.toString();
      expect(efi.stdout).toBe(`${story}\n`);

      const gguf = folder.file('f32.gguf');
      const args = ['model', 'convert', checkpoint, '--tokenizer', tokenizer, '--out', gguf];
      expect((await zosia(args)).exitCode).toBe(0);
      const linux = await up(gguf, ...asked);
      expect(linux.exitCode, linux.stderr).toBe(0);
      expect(linux.stdout.trim()).toBe(story.trim());
    },
    BOOT_MS,
  );
});
