import { describe, expect, it, vi } from 'vitest';
import { readNamedModel } from '../../src/prepare/efi-model.js';
import type { NamedGguf } from '../../src/prepare/efi-model.js';
import * as takeApart from '../../src/recipes/chat-pieces/take-apart.js';
import { textMemoryBytes } from '../../src/recipes/efi/gguf-memory.js';
import { temporaryFolder } from '../support/temporary.js';
import { writeSampleGguf } from '../recipes/efi/gguf-samples.js';

vi.mock('../../src/recipes/chat-pieces/take-apart.js', { spy: true });

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
    const spy = vi.mocked(takeApart.takeTemplateApart).mockClear();
    const { takenApart } = await readNamedModel(model, { system: 'Be brief.' });
    expect(spy).toHaveBeenCalledTimes(1);
    const { settings } = await readNamedModel(model, {}, { takenApart });
    expect(settings).toMatchObject({ chatUserEnd: '<|im_end|>\n<|im_start|>assistant\n' });
    expect(settings.system).toBeUndefined();
    expect(spy).toHaveBeenCalledTimes(1);
  });

  it('takes none apart where a form takes its place, though one is known', async () => {
    const model = await named();
    const { takenApart } = await readNamedModel(model, {});
    const spy = vi.mocked(takeApart.takeTemplateApart).mockClear();
    const formed = await readNamedModel(model, { template: 'Q: {prompt}' }, { takenApart });
    expect(formed.settings).toEqual({ template: 'Q: {prompt}' });
    expect(formed.takenApart).toBeUndefined();
    expect(spy).not.toHaveBeenCalled();
  });

  it('is cancelled while it takes one apart', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(readNamedModel(await named(), {}, { signal })).rejects.toBe(reason);
  });

  it('has memory for a long prompt of a GGUF, and for what stands round it', async () => {
    const gguf = await writeSampleGguf(folder.path);
    const named = { gguf, search: { modelsDir: folder.path }, template: null };
    const { model } = await readNamedModel(named, {});
    const long = await readNamedModel(named, {
      prompt: 'x'.repeat(6000),
      template: 'Q: {prompt}\nA:',
    });
    expect(long.model.memoryBytes).toBe(model.memoryBytes + textMemoryBytes(6006));
  });
});
