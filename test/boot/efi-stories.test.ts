import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES, hostArchitecture } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { referenceText } from '../support/llama2-sampling.js';
import { readVocabulary } from '../support/llama2-tokens.js';
import { GREEDY_STORY, SAMPLED_STORY } from '../support/published-stories.js';
import { temporaryFolder } from '../support/temporary.js';
import { describeWithWeights, weights } from '../support/weights.js';

describeWithWeights('zosia up --machine efi', () => {
  const folder = temporaryFolder();

  describe.each(ARCHITECTURES)('on %s', (arch) => {
    it.each([
      ['the published story', { temperature: 0, topP: 0.9, seed: 1 }, GREEDY_STORY],
      ['the published sample', { temperature: 1, topP: 0.9, seed: 133_742 }, SAMPLED_STORY],
    ])('tells %s word for word, and nothing else', async (_, sampling, story) => {
      const checkpoint = await readFile(weights('stories260K.bin'));
      const vocabulary = readVocabulary(await readFile(weights('tok512.bin')));
      const reference = referenceText(checkpoint, vocabulary, { ...sampling, steps: 256 });
      expect(reference.promptTokens.length + reference.tokens.length).toBe(257);
      expect(reference.text.toString()).toBe(story);

      const { stdout, stderr, exitCode } = await zosia(
        [
          ...['up', '--machine', 'efi', weights('stories260K.bin')],
          ...['--tokenizer', weights('tok512.bin'), '--arch', arch, '--prompt', ''],
          ...['-n', '256', '--temp', `${sampling.temperature}`, '--top-p', `${sampling.topP}`],
          ...['--seed', `${sampling.seed}`],
        ],
        { cwd: folder.path },
      );
      expect(stdout).toBe(`${story}\n`);
      // The host's own architecture may have a better accelerator.
      if (arch !== hostArchitecture()) expect(stderr).toContain('TCG');
      expect(exitCode).toBe(0);
    });
  });

  it('has no answer when the prompt takes all the steps', async () => {
    const { stdout, stderr, exitCode } = await zosia(
      [
        ...['up', '--machine', 'efi', weights('stories260K.bin')],
        ...['--tokenizer', weights('tok512.bin'), '--arch', 'x86_64', '-n', '4'],
        ...['--prompt', 'Once upon a time'],
      ],
      { cwd: folder.path },
    );
    expect(stdout).toBe('');
    expect(stderr).toContain('the prompt has 4 tokens, and steps is 4');
    expect(stderr).not.toContain('Generating');
    expect(exitCode).toBe(1);
  });
});
