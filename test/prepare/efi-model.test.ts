import { describe, expect, it } from 'vitest';
import { readNamedModel } from '../../src/prepare/efi-model.js';
import type { NamedGguf } from '../../src/prepare/efi-model.js';
import { textMemoryBytes } from '../../src/recipes/efi/gguf-memory.js';
import { temporaryFolder } from '../support/temporary.js';
import { writeSampleGguf } from '../recipes/efi/gguf-samples.js';

const folder = temporaryFolder();
const CHATML =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

const named = async (): Promise<NamedGguf> => ({
  gguf: await writeSampleGguf(folder.path),
  search: { modelsDir: folder.path },
  template: CHATML,
});

describe('readNamedModel of a GGUF', () => {
  it('takes its chat template apart once, for whoever reads it again', async () => {
    const model = await named();
    const first = await readNamedModel(model, { system: 'Be brief.' });
    expect(first.settings).toMatchObject({ chatUserEnd: '<|im_end|>\n<|im_start|>assistant\n' });
    // Were it taken apart again, the other end of a turn would not be there.
    const known = first.takenApart!;
    const takenApart = { ...known, pieces: { ...known.pieces, userEnd: '<other>' } };
    const again = await readNamedModel(model, {}, { takenApart });
    expect(again.settings).toMatchObject({ chatUserEnd: '<other>' });
    expect(again.settings.system).toBeUndefined();
    expect(again.takenApart).toBe(takenApart);
  });

  it('takes none apart where a form takes its place, though one is known', async () => {
    const model = await named();
    const { takenApart } = await readNamedModel(model, {});
    const formed = await readNamedModel(model, { template: 'Q: {prompt}' }, { takenApart });
    expect(formed.settings).toEqual({ template: 'Q: {prompt}' });
    expect(formed.takenApart).toBeUndefined();
  });

  it('is cancelled while it takes one apart', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(readNamedModel(await named(), {}, { signal })).rejects.toBe(reason);
  });

  it('has memory for a long prompt of a GGUF, and for what stands round it', async () => {
    const gguf = await writeSampleGguf(folder.path);
    const plain = { gguf, search: { modelsDir: folder.path }, template: null };
    const { model } = await readNamedModel(plain, {});
    const long = await readNamedModel(plain, {
      prompt: 'x'.repeat(6000),
      template: 'Q: {prompt}\nA:',
    });
    expect(long.model.memoryBytes).toBe(model.memoryBytes + textMemoryBytes(6006));
  });
});
