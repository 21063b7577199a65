import { describe, expect, it } from 'vitest';
import { servedTemplate } from '../../../src/serve/machines/served-template.js';

const TEMPLATE = '{% if add_generation_prompt %}A:{% endif %}';

describe('servedTemplate', () => {
  it('leaves nothing that is added before an answer alone, of a tokenizer that would add a space', () => {
    const served = servedTemplate({ tokenizer: 'llama', chatTemplate: TEMPLATE });
    expect(served).toMatch(/set add_generation_prompt = true/);
    expect(served?.endsWith(TEMPLATE)).toBe(true);
  });

  it.each([
    { tokenizer: 'gpt2', chatTemplate: TEMPLATE },
    { tokenizer: 'llama', chatTemplate: undefined },
    { tokenizer: 'llama', chatTemplate: `${TEMPLATE}<think>` },
    { tokenizer: undefined, chatTemplate: TEMPLATE },
  ])("is the model's own for %j", (info) => {
    expect(servedTemplate(info)).toBeUndefined();
  });
});
