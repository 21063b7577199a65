import { readFile, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/formats/llama2c/checkpoint.js';
import { accessBytes } from '../../src/image/random-access.js';
import { convertGguf, tokenizerPathOf } from '../../src/recipes/convert-gguf.js';
import { buildHostProgram, PRODUCTS } from '../guest/efi/programs.js';
import { abortedAtLook } from '../support/aborted-at-look.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

describe('convertGguf', () => {
  it('writes an int8 checkpoint that the EFI application generates text from', async () => {
    const out = folder.file('tiny.bin');
    const [checkpoint, tokenizer] = await convertGguf({ gguf: EMBEDDED_MODEL, out, type: 'int8' });
    expect([checkpoint!.path, tokenizer!.path]).toEqual([out, tokenizerPathOf(out)]);
    expect(await readCheckpoint(accessBytes(await readFile(out)))).toMatchObject({ version: 2 });
    const program = await buildHostProgram(folder.path, 'run_model', [], PRODUCTS);
    const args = [out, tokenizer!.path, '60', '0', '0.9', '1', 'Once upon a time', PRODUCTS[0]!];
    const { stdout } = await execa(program, args);
    const [, text = ''] = stdout.split(/^text\n/m);
    // Weights to half a step of 127 still make words of what it was trained with.
    expect(text).toMatch(/^Once upon a time[, ](?:[^\n]*\b(?:there|was|a|the|dragon|little)\b){3}/);
  });

  it('leaves both files behind, or none, whenever it is interrupted', async () => {
    let isDone = false;
    for (let after = 1; !isDone; after++) {
      const out = folder.file(`interrupted/${after}/tiny.bin`);
      const signal = abortedAtLook(after);
      isDone = await convertGguf({ gguf: EMBEDDED_MODEL, out, type: 'int8', signal }).then(
        () => true,
        () => false,
      );
      const left = await readdir(dirname(out)).catch(() => []);
      const both = [basename(tokenizerPathOf(out)), 'tiny.bin'];
      expect(left.sort(), `at look ${after}`).toEqual(isDone ? both : []);
    }
  });

  it('does not overwrite the GGUF', async () => {
    const converting = convertGguf({ gguf: EMBEDDED_MODEL, out: EMBEDDED_MODEL });
    await expect(converting).rejects.toThrow(zosiaError('ZOSIA_OUTPUT_IS_INPUT'));
  });
});
