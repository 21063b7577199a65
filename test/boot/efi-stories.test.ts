import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES, hostArchitecture } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { embeddedReference } from '../support/embedded-model.js';
import type { EmbeddedReference } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';

describe('zosia up --machine efi', () => {
  const folder = temporaryFolder();
  let reference: EmbeddedReference;
  beforeAll(async () => {
    reference = await embeddedReference(folder.path);
  });

  /** Named as files, the built-in model continues a text: it has no template then. */
  const up = (...args: string[]) => {
    const { checkpoint, tokenizer } = reference;
    const files = ['--machine', 'efi', checkpoint, '--tokenizer', tokenizer];
    return zosia(['up', ...files, ...args], { cwd: folder.path });
  };

  it.each(ARCHITECTURES)(
    'samples on %s exactly the words of the reference, and prints nothing else',
    async (arch) => {
      const sampling = { temperature: 1, topP: 0.9, seed: 133_742 };
      const { text } = reference.tell(sampling);
      expect(text.length).toBeGreaterThan(300);
      const { stdout, stderr, exitCode } = await up(
        ...['--arch', arch, '--prompt', '', '-n', '256', '--temp', `${sampling.temperature}`],
        ...['--top-p', `${sampling.topP}`, '--seed', `${sampling.seed}`],
      );
      expect(stdout).toBe(`${text.toString()}\n`);
      // The host's own architecture may have a better accelerator.
      if (arch !== hostArchitecture()) expect(stderr).toContain('TCG');
      expect(exitCode).toBe(0);
    },
  );

  it('has no answer when the prompt uses up all the steps', async () => {
    const prompt = ['-n', '4', '--prompt', 'Once upon a time'];
    const { stdout, stderr, exitCode } = await up('--arch', 'x86_64', ...prompt);
    expect(stdout).toBe('');
    expect(stderr).toContain('the prompt has 4 tokens, and steps is 4');
    expect(stderr).not.toContain('Generating');
    expect(exitCode).toBe(1);
  });
});
