import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EMBEDDED_MODEL_DIRECTORY } from '../../../src/recipes/embedded-model.js';
import { embeddedCheckpoint } from '../../../src/recipes/embedded-checkpoint.js';
import { writeSampleFiles } from '../../recipes/efi/samples.js';
import { zosia } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

describe('zosia model convert', () => {
  it('reports what could not be stored in the requested type', async () => {
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

  it('converts the checkpoint of the built-in model to the GGUF that it came from', async () => {
    const { checkpoint, tokenizer } = await embeddedCheckpoint(folder.path);
    const out = folder.file('again.gguf');
    const template = `${EMBEDDED_MODEL_DIRECTORY}chat-template.jinja`;
    const { exitCode, stderr } = await zosia([
      ...['model', 'convert', checkpoint, '--tokenizer', tokenizer, '--out', out],
      ...['--chat-template', template, '--temp', '0.7', '--type', 'q8_0'],
    ]);
    expect(exitCode, stderr).toBe(0);
    expect((await readFile(out)).equals(await readFile(EMBEDDED_MODEL))).toBe(true);
  });

  it.each(['warm', '-1', '100.1', '1e39'])('rejects the temperature %s', async (temperature) => {
    const args = ['model', 'convert', 'a.bin', '--tokenizer', 'b.bin', '--out', 'c.gguf'];
    const { stderr, exitCode } = await zosia([...args, '--temp', temperature]);
    expect(stderr).toContain('Give a number from 0 to 100.');
    expect(exitCode).toBe(2);
  });
});

describe('zosia model info', () => {
  it('prints the temperature that a model is made for', async () => {
    const { stdout } = await zosia(['model', 'info', EMBEDDED_MODEL]);
    expect(stdout).toMatch(/^temperature +0\.7$/m);
  });
});
