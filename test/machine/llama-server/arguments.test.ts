import { describe, expect, it } from 'vitest';
import { splitArguments } from '../../../src/machine/llama-server/arguments.js';

describe('arguments of llama.cpp', () => {
  it.each([
    [['-n', '5'], { n_predict: 5 }],
    [['--n-predict', '5', '--predict', '6'], { n_predict: 6 }],
    [['--n_predict', '-2'], { n_predict: -1 }],
    [['--temp', '0.5', '--temperature', '.25'], { temperature: 0.25 }],
    [['-s', '7'], { seed: 7 }],
    [['--seed', '4294967295', '--seed', '-1'], {}],
    [['--top-k', '0', '--top-p', '1', '--min-p', '5e-2'], { top_k: 0, top_p: 1, min_p: 0.05 }],
    [
      ['--repeat-penalty', '1.1', '--repeat-last-n', '32'],
      { repeat_penalty: 1.1, repeat_last_n: 32 },
    ],
    [
      ['--presence-penalty', '-1', '--frequency-penalty', '2'],
      { presence_penalty: -1, frequency_penalty: 2 },
    ],
    [['-r', '-n', '--reverse-prompt', ''], { stop: ['-n', ''] }],
    [['--ignore-eos'], { ignore_eos: true }],
    [['-j', '{}', '--json-schema', '{"type":"integer"}'], { json_schema: { type: 'integer' } }],
    [['--grammar', 'a', '--grammar', 'root ::= "b"'], { grammar: 'root ::= "b"' }],
  ])('%j are of the request', (args, sampling) => {
    expect(splitArguments(args)).toMatchObject({ server: [], sampling });
    expect(Object.keys(splitArguments(args).sampling)).toEqual(Object.keys(sampling));
  });

  it.each([
    [[]],
    [['--threads', '4', '-fa', 'on']],
    [['--lora', '/adapter.gguf', '--mlock']],
    [['--samplers', 'top_k;temperature', '-l', '15-1']],
    [['--chat-template', 'chatml', '--reasoning', 'of', '--no-jinja']],
    [['--spec-type', 'ngram-simple', '--spec-draft-model', '/models/draft.gguf']],
    [['--json-schema', '[1]', '-j', 'x']],
    // What llama-server has never heard of, and what is wrong, is for it to refuse.
    [['--in-prefix', 'x', '--constructor', '1']],
    [['--temp', 'hot', '-n', '1.5', '--seed', '-2', '--top-k', '']],
    [['-n']],
    [['--grammar']],
  ])('%j are of the server', (args) => {
    const { server, sampling } = splitArguments(args);
    expect(server).toEqual(args);
    expect(sampling).toEqual({});
  });

  it('tell whether a model is to reason', () => {
    expect(splitArguments(['--reasoning', 'off'])).toMatchObject({ server: [], thinks: false });
    expect(splitArguments(['-rea', 'on'])).toMatchObject({ server: [], thinks: true });
    expect(splitArguments(['--reasoning', 'off', '--reasoning', 'auto']).thinks).toBeUndefined();
  });

  it('keeps the order of those of the server', () => {
    const args = [
      '-t',
      '1',
      '--temp',
      '0',
      '--single-turn',
      '-c',
      '64',
      '--color',
      'off',
      '-t',
      '2',
    ];
    expect(splitArguments(args).server).toEqual(['-t', '1', '-c', '64', '-t', '2']);
  });

  it('drops what only changes how llama-completion prints', () => {
    const args = [
      '-st',
      '--simple-io',
      '--no-display-prompt',
      '--verbose-prompt',
      '-co',
      'off',
      '-ptc',
      '2',
    ];
    expect(splitArguments(args)).toEqual({
      server: [],
      sampling: {},
      conversation: undefined,
      systemPrompt: undefined,
      contextTokens: undefined,
    });
  });

  it.each([
    [['-cnv'], true],
    [['--conversation', '-no-cnv'], false],
    [['--no_conversation', '--conversation'], true],
    [['--jinja'], undefined],
  ])('%j: whether the prompt is a turn of a conversation: %s', (args, conversation) => {
    expect(splitArguments(args).conversation).toBe(conversation);
  });

  it('has the system prompt', () => {
    const args = ['-sys', 'a', '--system-prompt', 'b'];
    expect(splitArguments(args)).toMatchObject({ server: [], systemPrompt: 'b' });
  });

  it.each([
    [['-c', '64', '--ctx-size', '300'], 300],
    [['--ctx_size', '64'], 64],
    [['-c', '64', '-c', '0'], undefined],
    [['-c', 'x'], undefined],
    [[], undefined],
  ])('%j: the context that was asked for is %s, and the server is told', (args, contextTokens) => {
    expect(splitArguments(args)).toMatchObject({ server: args, contextTokens });
  });
});
