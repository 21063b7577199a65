import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

/** As llama-completion prints them with --verbose-prompt. */
const TEMPLATE = '0.00.700.001 I llama_completion: chat template example:';
const PROMPT = [
  "0.00.716.432 I llama_completion: prompt: 'Why?'",
  '0.00.716.433 I llama_completion: number of tokens in prompt = 3',
  "0.00.716.434 I      1 -> '<s>'",
  "0.00.716.435 I    272 -> ' Why'",
  "0.00.716.436 I     31 -> '?'",
];
const SAMPLER = '0.00.717.000 I sampler seed: 4294967295';
const LIMITS = (predict: number): string =>
  `0.00.717.001 I generate: n_ctx = 512, n_batch = 2048, n_predict = ${predict}, n_keep = 0`;
const SAMPLED = (tokens: number): string =>
  `0.01.858.792 I common_perf_print:    samplers time =       4.50 ms /   ${tokens} tokens`;
const FULL =
  '0.01.858.700 W llama_completion: context full and context shift is disabled => stopping';

const log = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('following the log of a generation', WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildProgram(folder.path, 'follow_generation', [
      ...[
        'kernel/file',
        'llama/generation',
        'text/lines',
        'kernel/queue',
        'llama/template_fault',
        'text/text',
      ],
    ]);
  });

  async function follow(text: string, contextAsked = 0): Promise<string[]> {
    const { stdout } = await execa(program, [String(contextAsked)], { input: text });
    return stdout.split('\n');
  }
  const facts = async (text: string, contextAsked = 0): Promise<string[]> =>
    (await follow(text, contextAsked)).filter((line) => !line.startsWith('shown '));

  it('returns the numbers of tokens', async () => {
    const text = log(...PROMPT, SAMPLER, LIMITS(-1), SAMPLED(10));
    const expected = [
      ...['reason stop, or end', 'prompt 3', 'drawn 7', 'context 512', 'prompt end: <s> Why?'],
    ];
    expect(await facts(text)).toEqual(expected);
    expect(await facts(text.replaceAll('\n', '\r\n'))).toEqual(expected);
    expect(await facts(log(TEMPLATE) + text)).toContain('conversing');
  });

  it.each([
    ['the limit is reached', LIMITS(7), [SAMPLED(10)], 'reason tokens, or end'],
    ['the limit is not reached', LIMITS(8), [SAMPLED(10)], 'reason stop, or end'],
    ['the limit is the context', LIMITS(-2), [SAMPLED(10)], 'reason stop, or end'],
    ['the context is full', LIMITS(-1), [FULL, SAMPLED(10)], 'reason context, or context'],
    ['the log ends early', LIMITS(7), [], 'reason unknown, or end'],
    [
      'fewer tokens than the prompt were sampled',
      LIMITS(7),
      [SAMPLED(2)],
      'reason unknown, or end',
    ],
  ])('returns the reason for the end when %s', async (_, limits, lines, reason) => {
    expect(await facts(log(...PROMPT, SAMPLER, limits, ...lines))).toContain(reason);
  });

  it('reports a prompt with more tokens than the context was asked for', async () => {
    const text = log(...PROMPT, SAMPLER);
    expect((await facts(text, 3)).join()).not.toContain('too long');
    // llama.cpp has no context of fewer than 8.
    expect((await facts(text, 2)).join()).not.toContain('too long');
    const tokens = Array.from({ length: 9 }, (_, i) => `I ${i} -> 'x'`);
    const long = log(': number of tokens in prompt = 9', ...tokens, SAMPLER);
    expect(await facts(long, 8)).toContain('too long for 8');
    expect(await facts(long, 2)).toContain('too long for 8');
    expect((await facts(long, 9)).join()).not.toContain('too long');
    expect((await facts(long)).join()).not.toContain('too long');
  });

  it('ignores the requested context size when llama.cpp reports its own limit', async () => {
    const refused = '0.00.716.432 E llama_completion: prompt is too long (722 tokens, max 508)';
    const told = await facts(log(refused));
    expect(told).toEqual(expect.arrayContaining(['prompt 722', 'too long for 508']));
  });

  it('leaves out the prompt, whatever lines it has', async () => {
    const secret = [
      "I llama_completion: prompt: 'first",
      'Error: a secret',
      'I common_perf_print: samplers time = 1.00 ms / 99 tokens',
      'E llama_completion: prompt is too long (722 tokens, max 508)',
      "last'",
    ];
    const shown = await follow(
      log('before', ...secret, ...PROMPT.slice(1), SAMPLER, LIMITS(-1), 'after'),
    );
    expect(shown.filter((line) => line.startsWith('shown '))).toEqual([
      ...['before', SAMPLER, LIMITS(-1), 'after'].map((line) => `shown ${line}`),
    ]);
    expect(shown.join()).not.toMatch(/secret|too long/);
    expect(shown).toContain('drawn 0');
  });

  it('ignores a number of tokens that is part of the prompt', async () => {
    const forged = log(
      "I llama_completion: prompt: 'x",
      ': number of tokens in prompt = 9999',
      "I 1 -> 'x'",
      'sampler seed: 1',
      "'",
    );
    // Not even for a moment: a prompt that is too long ends the run at once.
    expect((await follow(forged, 8)).join()).not.toContain('too long');
    const told = await follow(forged + log(...PROMPT.slice(1), SAMPLER), 8);
    expect(told).toContain('prompt 3');
    expect(told.join()).not.toContain('too long');
  });

  it('keeps the end of a prompt, over line feeds and however long it is', async () => {
    const lines = log(
      ': number of tokens in prompt = 4',
      `I 1 -> '${'x'.repeat(200)}'`,
      "I 2 -> 'a",
      "b'",
      "I 3 -> '<think>'",
      "I 4 -> '",
      "'",
      SAMPLER,
    );
    const told = (await follow(lines)).join('\n');
    expect(told).toMatch(/prompt end: x{40,63}a\nb<think>\n?$/);
    expect(told).toContain('prompt 4');
  });

  it.each([
    ['not parsed', 'E common_chat_templates_init: failed to initialize chat template'],
    ['not understood', '  what():  Unable to generate parser for this template. Automatic'],
    ['without a parser', 'terminate: chat template parsing error'],
  ])('reports a template that is %s', async (_, sign) => {
    expect(await facts(log(sign))).toContain(
      'zosia: the chat template cannot be used: llama.cpp does not say why',
    );
  });

  it('reports the reason why a template cannot be used', async () => {
    const parsed = log(
      'E common_chat_templates_init: error: Unexpected token: . of type 17\u001b[0m',
      'E common_chat_templates_init: failed to initialize chat template',
    );
    expect(await facts(parsed)).toContain(
      'zosia: the chat template cannot be used: Unexpected token: . of type 17',
    );
    const run = log(
      'terminate: Unable to generate parser for this template. Automatic',
      '------------',
      'Error: Jinja Exception: no \u001bsystem\u0007',
    );
    expect(await facts(run)).toContain(
      'zosia: the chat template cannot be used: Jinja Exception: no ',
    );
    const [sign] = run.split('\n');
    expect((await facts(log('Error: another one'))).join()).not.toContain('template');
    expect((await facts(log('Error: another one', sign!))).join()).not.toContain('another one');
    const long = await facts(run.replace('no ', 'n'.repeat(1000)));
    expect(long.find((line) => line.startsWith('zosia: '))!.length).toBeLessThan(260);
  });
});
