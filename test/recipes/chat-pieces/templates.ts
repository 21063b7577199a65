import { readFile } from 'node:fs/promises';

/** A chat template of a published family, with the texts of the tokens that a text begins and ends with. */
export interface SampleTemplate {
  readonly name: string;
  readonly bosToken: string;
  readonly eosToken: string;
}

const sample = (name: string, bosToken: string, eosToken: string): SampleTemplate => ({
  name,
  bosToken,
  eosToken,
});

export const SAMPLES: readonly SampleTemplate[] = [
  sample('chatml', '<|im_start|>', '<|im_end|>'),
  sample('deepseek-r1-distill', '<｜begin▁of▁sentence｜>', '<｜end▁of▁sentence｜>'),
  sample('gemma-2', '<bos>', '<eos>'),
  sample('gemma-3', '<bos>', '<eos>'),
  sample('granite-3.0', '<|end_of_text|>', '<|end_of_text|>'),
  sample('llama-2', '<s>', '</s>'),
  sample('llama-3', '<|begin_of_text|>', '<|eot_id|>'),
  sample('llama-3.2', '<|begin_of_text|>', '<|eot_id|>'),
  sample('macros', '', ''),
  sample('mistral-v1', '<s>', '</s>'),
  sample('mistral-v3', '<s>', '</s>'),
  sample('mistral-v7', '<s>', '</s>'),
  sample('phi-3', '<s>', '<|endoftext|>'),
  sample('phi-3.5', '<s>', '<|endoftext|>'),
  sample('qwen2.5', '', '<|im_end|>'),
  sample('qwen3', '', '<|im_end|>'),
  sample('smollm2', '<|im_start|>', '<|im_end|>'),
  sample('zephyr', '<s>', '</s>'),
];

/** The text of a template, as models have it: without the end of the file's last line. */
export async function readSample(name: string): Promise<string> {
  const text = await readFile(new URL(`templates/${name}.jinja`, import.meta.url), 'utf8');
  return text.replace(/\n$/, '');
}
