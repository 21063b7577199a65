import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../src/recipes/chat-pieces/conversation.js';
import { joinPieces } from '../../../src/recipes/chat-pieces/pieces.js';
import { renderConversations } from '../../../src/recipes/chat-pieces/render.js';
import { takeTemplateApart } from '../../../src/recipes/chat-pieces/take-apart.js';
import type { TakenApart } from '../../../src/recipes/chat-pieces/take-apart.js';
import { zosiaError } from '../../support/errors.js';
import { readSample, SAMPLES } from './templates.js';

const takeApart = (
  template: string,
  { bosToken = '<s>', eosToken = '</s>', addsBos = false } = {},
): Promise<TakenApart> => takeTemplateApart({ template, bosToken, eosToken, addsBos });

const HELLO = { texts: ['Hello'] };
const GOES_ON = { texts: ['Hello', 'Hi!', 'Who are you?'] };
const WITH_SYSTEM = { system: 'Be kind.', texts: ['Hello'] };

/** What is made of a first text, what stands between two texts, and what is made of a system text. */
const MADE: Readonly<Record<string, readonly [hello: string, between: string, system?: string]>> = {
  chatml: [
    '<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n',
    '<|im_end|>\n<|im_start|>user\n',
    '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n',
  ],
  'deepseek-r1-distill': [
    '<｜begin▁of▁sentence｜><｜User｜>Hello<｜Assistant｜><think>\n',
    '<｜end▁of▁sentence｜><｜User｜>',
    '<｜begin▁of▁sentence｜>Be kind.<｜User｜>Hello<｜Assistant｜><think>\n',
  ],
  'gemma-2': [
    '<bos><start_of_turn>user\nHello<end_of_turn>\n<start_of_turn>model\n',
    '<end_of_turn>\n<start_of_turn>user\n',
  ],
  'gemma-3': [
    '<bos><start_of_turn>user\nHello<end_of_turn>\n<start_of_turn>model\n',
    '<end_of_turn>\n<start_of_turn>user\n',
    '<bos><start_of_turn>user\nBe kind.\n\nHello<end_of_turn>\n<start_of_turn>model\n',
  ],
  'granite-3.0': [
    '<|start_of_role|>user<|end_of_role|>Hello<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>',
    '<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>',
    '<|start_of_role|>system<|end_of_role|>Be kind.<|end_of_text|>\n' +
      '<|start_of_role|>user<|end_of_role|>Hello<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>',
  ],
  'llama-2': [
    '<s>[INST] Hello [/INST]',
    ' </s><s>[INST] ',
    '<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHello [/INST]',
  ],
  'llama-3': [
    '<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>' +
      '<|start_header_id|>assistant<|end_header_id|>\n\n',
    '<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n',
    '<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>' +
      '<|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
  ],
  'llama-3.2': [
    '<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n' +
      'Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n<|eot_id|>' +
      '<|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
    '<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n',
    '<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n' +
      'Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\nBe kind.<|eot_id|>' +
      '<|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
  ],
  macros: [
    '<turn user>Hello</turn><turn assistant>',
    '</turn><turn user>',
    '<turn system>Be kind.</turn><turn user>Hello</turn><turn assistant>',
  ],
  'mistral-v1': ['<s>[INST] Hello [/INST]', '</s>[INST] '],
  'mistral-v3': ['<s>[INST] Hello[/INST]', '</s>[INST] '],
  'mistral-v7': [
    '<s>[INST]Hello[/INST]',
    '</s>[INST]',
    '<s>[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT][INST]Hello[/INST]',
  ],
  'phi-3': [
    '<|user|>\nHello<|end|>\n<|assistant|>\n',
    '<|end|>\n<|user|>\n',
    '<|system|>\nBe kind.<|end|>\n<|user|>\nHello<|end|>\n<|assistant|>\n',
  ],
  'phi-3.5': [
    '<|user|>\nHello<|end|>\n<|assistant|>\n',
    '<|end|>\n<|user|>\n',
    '<|system|>\nBe kind.<|end|>\n<|user|>\nHello<|end|>\n<|assistant|>\n',
  ],
  'qwen2.5': [
    '<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n' +
      '<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n',
    '<|im_end|>\n<|im_start|>user\n',
    '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n',
  ],
  qwen3: [
    '<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n',
    '<|im_end|>\n<|im_start|>user\n',
    '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n',
  ],
  smollm2: [
    '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' +
      '<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n',
    '<|im_end|>\n<|im_start|>user\n',
    '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n',
  ],
  zephyr: [
    '<|user|>\nHello</s>\n<|assistant|>\n',
    '</s>\n<|user|>\n',
    '<|system|>\nBe kind.</s>\n<|user|>\nHello</s>\n<|assistant|>\n',
  ],
};

describe('the chat template of', () => {
  it.each(SAMPLES)('$name is taken apart', async ({ name, ...tokens }) => {
    const { pieces } = await takeApart(await readSample(name), tokens);
    const [hello, between, system] = MADE[name]!;
    expect(joinPieces(pieces, HELLO)).toBe(hello);
    expect(pieces.next).toBe(between);
    expect(joinPieces(pieces, WITH_SYSTEM)).toBe(system);
  });

  it('zosia-tiny has no place for what was said before', async () => {
    const path = new URL('../../../models/zosia-tiny/chat-template.jinja', import.meta.url);
    const { pieces, whyNoSystem } = await takeApart(await readFile(path, 'utf8'));
    expect(pieces).toMatchObject({ start: 'Q: ', userEnd: '\nA:', next: undefined });
    expect(joinPieces(pieces, GOES_ON)).toBe('Q: Who are you?\nA:');
    expect(whyNoSystem).toBe('it leaves it out');
  });
});

describe('takeTemplateApart', () => {
  const MESSAGES =
    '{% for m in messages %}[{{ m.role }}]{{ m.content }}[end]{% endfor %}[assistant]';

  it('leaves out the token that the tokenizer adds itself, and only then', async () => {
    const template = await readSample('llama-2');
    const added = await takeApart(template, { addsBos: true });
    expect(added.pieces.start).toBe('[INST] ');
    expect(added.pieces.system?.start).toBe('[INST] <<SYS>>\n');
    expect(added.pieces.next).toBe(' </s><s>[INST] ');
    expect((await takeApart(template)).pieces.start).toBe('<s>[INST] ');
  });

  it.each([
    ['gemma-2', 'it refuses one: System role not supported'],
    ['mistral-v1', 'it refuses one: Conversation roles must alternate'],
    ['mistral-v3', 'it moves it as a conversation goes on'],
  ])('says why %s has no place for a system text', async (name, why) => {
    const { pieces, whyNoSystem } = await takeApart(await readSample(name));
    expect(pieces.system).toBeUndefined();
    expect(whyNoSystem).toContain(why);
  });

  it.each([
    ['chatml', []],
    ['llama-3', ['system', 'user', 'assistant']],
    ['gemma-3', ['user', 'assistant']],
    ['mistral-v3', ['assistant']],
  ])('tells whose texts %s trims', async (name, roles) => {
    expect([...(await takeApart(await readSample(name))).trims]).toEqual(roles);
  });

  it.each(SAMPLES)(
    'makes what the template makes of texts with blanks at their ends, trimmed where it trims: $name',
    async ({ name, bosToken, eosToken }) => {
      const template = await readSample(name);
      const { pieces, trims } = await takeApart(template, { bosToken, eosToken });
      const blanks = ' \t\r\n ';
      const padded = (text: string): string => `${blanks}${text}${blanks}`;
      const as = (isTrimmed: boolean, text: string): string => (isTrimmed ? text : padded(text));
      const user = (isTrimmed: boolean): Conversation => ({
        texts: [as(isTrimmed, 'Who  are\nyou?'), 'Me.', as(isTrimmed, 'Why?')],
      });
      const system = (isTrimmed: boolean): Conversation => ({
        system: as(isTrimmed, 'Be kind.'),
        texts: ['Why?'],
      });
      const made = [{ of: user(false), as: user(trims.has('user')) }];
      if (pieces.system) made.push({ of: system(false), as: system(trims.has('system')) });
      const variables = { bos_token: bosToken, eos_token: eosToken, add_generation_prompt: true };
      const rendered = await renderConversations(
        template,
        { ...variables, enable_thinking: true },
        made.map((each) => each.of),
      );
      expect(rendered).toEqual({
        renderings: made.map((each) => ({ text: joinPieces(pieces, each.as) })),
      });
    },
  );

  it('counts a blank before an answer as the answer, and a mark of thoughts that are left out later', async () => {
    const llama2 = await takeApart(await readSample('llama-2'));
    expect(llama2.pieces.userEnd).toBe(' [/INST]');
    expect(llama2.pieces.answeredUserEnd).toBe(' [/INST] ');
    expect(llama2.dropsThoughts).toBe(false);
    const deepSeek = await takeApart(await readSample('deepseek-r1-distill'));
    expect(deepSeek.pieces.userEnd).toBe('<｜Assistant｜><think>\n');
    expect(deepSeek.pieces.answeredUserEnd).toBe('<｜Assistant｜>');
    expect(deepSeek.dropsThoughts).toBe(true);
    expect((await takeApart(await readSample('qwen3'))).dropsThoughts).toBe(true);
  });

  it('finds the token that ends an answer, the longest of those that fit', async () => {
    const of = async (name: string): Promise<string | undefined> => {
      const specialTokens = ['<|im', '<|im_end|>', '<|im_start|>', '</s>'];
      const template = await readSample(name);
      const source = { template, bosToken: '<s>', eosToken: '</s>', addsBos: true, specialTokens };
      return (await takeTemplateApart(source)).answerEnd;
    };
    expect(await of('chatml')).toBe('<|im_end|>');
    expect(await of('llama-2')).toBe('</s>');
    expect(await of('gemma-2')).toBeUndefined();
  });

  it('gives a template the variables that llama.cpp gives it, and no others', async () => {
    const defined = (name: string): string => `{{ '${name} ' if ${name} is defined else '' }}`;
    const names = [
      'tools',
      'documents',
      'enable_thinking',
      'strftime_now',
      'add_generation_prompt',
    ];
    const { pieces } = await takeApart(`${names.map(defined).join('')}${MESSAGES}`);
    expect(pieces.start).toBe('enable_thinking add_generation_prompt [user]');
  });

  it.each([
    ['Hello', 'does not have the text of the user in it once'],
    ['{{ messages[0].content }}{{ messages[0].content }}', 'does not have the text of the user'],
    [`${MESSAGES}{{ messages | length }}`, 'puts something else before or after'],
    [
      '{% for m in messages %}{{ m.content ~ m.role ~ loop.index }}{% endfor %}',
      'puts something else before or after',
    ],
    [
      '{% for m in messages %}{{ m.content }}{{ "!" if loop.last else "?" }}{% endfor %}',
      'ends a text of the user with "!", and with "?" once it is answered',
    ],
    [
      `{% if messages | length > 5 %}{% set messages = messages[-3:] %}{% endif %}${MESSAGES}`,
      'makes something else of a conversation of 7 texts',
    ],
    [
      '{% for m in messages %}[{{ m.role }}]{{ m.content | replace("<|im_end|>", "") }}[end]{% endfor %}[assistant]',
      'makes something else of a conversation',
    ],
    ["{{ raise_exception('Only tools!') }}", 'refuses a conversation: Only tools!'],
    ['{{ strftime_now("%Y") }}', 'cannot be rendered: '],
    ['{% for %}', 'is no Jinja that can be read: '],
    ['{{ messages', 'is no Jinja that can be read: '],
  ])('refuses %s', async (template, why) => {
    await expect(takeApart(template)).rejects.toThrow(zosiaError('ZOSIA_TEMPLATE_NOT_PIECES'));
    await expect(takeApart(template)).rejects.toThrow(why);
  });

  it('refuses a template that is larger than any', async () => {
    await expect(takeApart(MESSAGES + ' '.repeat(1 << 20))).rejects.toThrow(/has \d+ characters/);
  });

  it('stops when it is cancelled', async () => {
    const reason = new Error('enough');
    const source = { template: ENDLESS, bosToken: '', eosToken: '', addsBos: false };
    const signal = AbortSignal.abort(reason);
    await expect(takeTemplateApart(source, { signal })).rejects.toBe(reason);
  });
});

const LOOP = 'for i in range(99999)';
const ENDLESS = `{% ${LOOP} %}{% ${LOOP} %}{% ${LOOP} %}{% endfor %}{% endfor %}{% endfor %}`;

/** Templates that want more than there is of something, or what they must not have. */
describe('a hostile template', () => {
  const within = (template: string): Promise<TakenApart> =>
    takeTemplateApart(
      { template, bosToken: '', eosToken: '', addsBos: false },
      { timeLimitMs: 3_000 },
    );

  it('that never ends is ended', async () => {
    await expect(within(ENDLESS)).rejects.toThrow('takes too long to render');
  });

  it.each([
    [
      'lists',
      "{% set ns = namespace(x=['a']) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    ],
    [
      'texts',
      "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
    ],
    [
      'long texts',
      "{% set ns = namespace(x='a') %}{% for i in range(28) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x | upper }}",
    ],
    ['a range', '{{ range(10 ** 12) | length }}{{ range(1000000000) | length }}'],
    ['a recursion', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
    ['parentheses', `{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`],
    ['indentation', '{{ [[1]] | tojson(indent=1000000000) }}'],
  ])('of endless %s is refused', async (_, template) => {
    await expect(within(template)).rejects.toThrow(zosiaError('ZOSIA_TEMPLATE_NOT_PIECES'));
  });

  it.each([
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'valueOf',
    'value',
    '__class__',
    'process',
  ])('finds nothing of JavaScript as %s', async (name) => {
    const owners = [
      'messages',
      'messages[0]',
      "''",
      '1',
      'range',
      'namespace(a=1)',
      'raise_exception',
    ];
    const found = owners
      .map((owner) => `{{ '!' if ${owner}.${name} is defined else '' }}`)
      .join('');
    const global = `{{ '!' if ${name} is defined else '' }}`;
    const { pieces } = await within(
      `${found}${global}{% for m in messages %}[{{ m.role }}]{{ m.content }}[end]{% endfor %}[assistant]`,
    );
    expect(pieces.start).toBe('[user]');
  });
});
