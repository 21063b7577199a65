import { describe, expect, it } from 'vitest';
import { writeSampleFiles } from '../recipes/efi/samples.js';
import { zosia } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

describe('zosia model convert', () => {
  it('says what could not be stored as it was asked to', async () => {
    await writeSampleFiles(folder.path);
    const converted = async (...options: readonly string[]): Promise<string> => {
      const files = ['tiny.bin', '--tokenizer', 'tiny-tokenizer.bin', '--out', 'tiny.gguf'];
      const args = ['model', 'convert', ...files, ...options];
      const { stderr, exitCode } = await zosia(args, { cwd: folder.path });
      expect(exitCode, stderr).toBe(0);
      return stderr;
    };
    expect(await converted('--type', 'q8_0')).toMatch(
      /^wrote .*\nstored as f16: 13 tensors, with rows .* q8_0 blocks\n$/,
    );
    expect(await converted()).toMatch(/^wrote .*\n$/);
  });
});
