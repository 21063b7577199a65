import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitArguments } from '../../../src/machine/llama-server/arguments.js';
import { askServer } from '../../../src/machine/llama-server/ask.js';
import type { Question } from '../../../src/machine/llama-server/ask.js';
import { ServerClient } from '../../../src/machine/llama-server/client.js';
import { NGRAM_SPECULATIONS } from '../../../src/recipes/ngram-speculation.js';
import { speculationArguments } from '../../../src/recipes/speculation.js';
import { ROOT } from '../../docs/pages.js';
import { LlamaPrograms, WHERE_GUEST_PROGRAMS_RUN } from '../../support/llama-programs.js';
import { writeScriptedModel } from '../../support/scripted-model.js';
import { temporaryFolder } from '../../support/temporary.js';
import { LlamaServer } from '../support/llama-server.js';

const BUILT_IN_MODEL = join(ROOT, 'models/zosia-tiny/zosia-tiny.gguf');

/** As templates of models that reason: the prompt opens the tag already. */
const OPENS_TAG =
  '{% for m in messages %}{{ m.content }}{% endfor %}{% if add_generation_prompt %}<think>{% endif %}';
const RAISES =
  "{% for m in messages %}{% if m.content == 'bad' %}{{ raise_exception('no bad ones') }}{% endif %}{{ m.content }}{% endfor %}";
const ASKS_TO_THINK =
  '{% for m in messages %}{{ m.content }}{% endfor %}{% if enable_thinking %} S{% else %} E{% endif %}';
const ROLES =
  '{% for m in messages %}{{ m.role }}:{{ m.content }};{% endfor %}{% if add_generation_prompt %}S{% endif %}';

describe('an answer of llama-server', WHERE_GUEST_PROGRAMS_RUN, () => {
  const folder = temporaryFolder();
  let programs: LlamaPrograms;
  const servers = new Map<string, LlamaServer>();
  let scripted: string;

  beforeAll(async () => {
    programs = await LlamaPrograms.unpack(folder.file('root'));
    scripted = folder.file('scripted.gguf');
    await writeScriptedModel(scripted, {
      R: ['<think>', ' hm', '</think>', '\n\nfour'],
      E: [],
      L: ['la ', 'la '],
      S: ['one ', 'two ', 'three ', 'four'],
      // 中, and bytes that are no UTF-8.
      Z: ['<0xE4>', '<0xB8>', '<0xAD>', 'z'],
      I: ['i', '<0xFF>', '<0xFE>', 'j', 'kl'],
    });
    await writeFile(folder.file('opens.jinja'), OPENS_TAG);
    await writeFile(folder.file('raises.jinja'), RAISES);
    await writeFile(folder.file('roles.jinja'), ROLES);
    await writeFile(folder.file('asks.jinja'), ASKS_TO_THINK);
  });
  afterAll(async () => {
    for (const server of servers.values()) await server[Symbol.asyncDispose]();
  });

  /** A server for a model and arguments; the same one for all tests that want it. */
  async function serverOf(args: readonly string[]): Promise<LlamaServer> {
    const key = args.join('\n');
    const known = servers.get(key);
    if (known) return known;
    const path = folder.file(`${servers.size}.sock`);
    const server = await LlamaServer.start(programs, path, args);
    servers.set(key, server);
    return server;
  }

  const start = ['--ctx-size', '512'];

  /** What is answered with the arguments of llama-completion, and how it ended. */
  async function ask(
    model: string,
    prompt: string,
    args: readonly string[] = [],
    more: Partial<Question> = {},
  ) {
    const { server: serverArgs, sampling, conversation, ...rest } = splitArguments(args);
    const server = await serverOf(['--model', model, ...start, ...serverArgs]);
    const pieces: string[] = [];
    const report = await askServer(
      new ServerClient(server.connect),
      {
        prompt,
        conversation: conversation ?? model === BUILT_IN_MODEL,
        sampling: { temperature: 0, ...sampling },
        ...rest,
        ...more,
      },
      { onText: (text) => void pieces.push(text) },
    );
    return { pieces, text: pieces.join(''), ...report };
  }

  /** What llama-completion prints, called as the guest's init calls it (guest/init/llama/llama.c). */
  async function complete(model: string, prompt: string, args: readonly string[] = []) {
    const promptPath = folder.file('prompt');
    await writeFile(promptPath, prompt);
    // A thread of its own prints text and log; the program may end before that has come to the end.
    for (;;) {
      const ran = await programs.start('llama-completion', [
        ...['--model', model, '--binary-file', promptPath, '--no-escape', '--single-turn'],
        ...['--jinja', ...(prompt === '' ? ['--no-conversation'] : [])],
        ...['--no-display-prompt', '--no-warmup', '--log-verbosity', '3', '--verbose-prompt'],
        ...['--simple-io', '--color', 'off', ...start, '--temp', '0', ...args],
      ]);
      const log = Buffer.from(ran.stderr).toString();
      if (ran.exitCode !== 0) throw new Error(log);
      const promptTokens = Number(/number of tokens in prompt = (\d+)/.exec(log)?.[1]);
      const sampled = Number(/samplers time = .*\/ +(\d+) tokens/.exec(log)?.[1]);
      if (Number.isNaN(sampled)) continue;
      // Its own trailer: guest/init/llama/trailer.h.
      const text = Buffer.from(ran.stdout)
        .toString()
        .replace(/( \[end of text\]\n)?\n\n$/, '');
      return { text, promptTokens, tokens: sampled - promptTokens };
    }
  }

  const expectSame = async (model: string, prompt: string, args: readonly string[] = []) => {
    const expected = await complete(model, prompt, args);
    const answer = await ask(model, prompt, args);
    expect(answer).toMatchObject(expected);
    return answer;
  };

  describe.each([
    ['with its template', []],
    ['without one', ['--no-conversation']],
  ])('of the built-in model %s is that of llama-completion', (_, more) => {
    it.each([
      'Who are you?',
      ' ',
      '\n',
      'Tell me a story about a lighthouse. \n\n',
      'été, 中文 and 🐘',
      String.raw`a\nb\\c "quoted" \u0041`,
      '<|im_start|>user\n<s>Hi</s><|im_end|>',
      '{{ messages }} {% raw %}',
      'line\r\nline\ttab\u0000nul',
    ])('%j', async (prompt) => {
      await expectSame(BUILT_IN_MODEL, prompt, ['-n', '60', ...more]);
    });
  });

  it.each([
    ['the empty prompt', ''],
    ['a letter', 'S'],
    ['a model that ends at once', 'E'],
    ['a tag in the answer', 'R'],
    ['a letter outside ASCII', 'Z'],
    ['bytes that are no UTF-8', 'I'],
    ['backslashes and quotes', String.raw`\n "S`],
    ['a line end at the end', 'S\n'],
    ['a token of the control in the prompt', '</s>S'],
    ['a tag in the prompt', '<think>'],
  ])('of a model without a template is that of llama-completion: %s', async (_, prompt) => {
    await expectSame(scripted, prompt, ['-n', '40']);
  });

  it('of the built-in model to no prompt goes on from nothing', async () => {
    await expectSame(BUILT_IN_MODEL, '', ['-n', '40']);
  });

  it('comes token by token', async () => {
    const { pieces, ...report } = await ask(scripted, 'S', [], { reportsContext: true });
    expect(pieces).toEqual(['one ', 'two ', 'three ', 'four']);
    expect(report).toMatchObject({ end: 'end', promptTokens: 2, tokens: 5, contextTokens: 512 });
  });

  it.each([
    ['at its end', 'E', [], 'end'],
    ['after as many tokens as were asked for', 'L', ['-n', '5'], 'tokens'],
    ['at a text', 'S', ['-r', 'two '], 'stop'],
    ['at a text of several tokens', 'S', ['-r', 'never', '--reverse-prompt', 'two three '], 'stop'],
    ['behind what might have become such a text', 'S', ['-r', 'fourteen'], 'end'],
    ['where the context is full', 'L', [], 'context'],
    ['where the context is full without a limit', 'L', ['-n', '-2'], 'context'],
    ['where both are reached at once', 'L', ['-n', '510'], 'tokens'],
    ['past an end that is to be ignored', 'S', ['--ignore-eos', '-n', '7'], 'tokens'],
    ['where a grammar says', 'S', ['--grammar', 'root ::= "one two "'], 'end'],
  ] as const)('ends as that of llama-completion: %s', async (_, prompt, args, end) => {
    const report = await expectSame(scripted, prompt, args);
    expect(report.end).toBe(end);
    // It is known without being asked for when it is full.
    expect(report.contextTokens).toBe(end === 'context' ? 512 : 0);
  });

  it('has no text when no token is wanted', async () => {
    expect((await complete(scripted, 'S', ['-n', '0'])).text).toBe('');
    expect(await ask(scripted, 'S', ['-n', '0'])).toMatchObject({ text: '', end: 'tokens' });
  });

  it('is the same to a prompt as long as llama-completion takes', async () => {
    await expectSame(scripted, 'L '.repeat(507).trim());
    const { tokens } = await ask(scripted, 'L '.repeat(510).trim());
    expect(tokens).toBe(1);
  });

  it.each(NGRAM_SPECULATIONS)('is the same where %s and a draft guess together', async (ngram) => {
    const plain = ['--model', BUILT_IN_MODEL, ...start];
    const speculation = speculationArguments({ hasDraft: true, ngram }).map((argument) =>
      argument.startsWith('/models/') ? BUILT_IN_MODEL : argument,
    );
    const answer = async (args: readonly string[]) => {
      const client = new ServerClient((await serverOf(args)).connect);
      const prompt = 'There was a small cat. The cat was small. The cat';
      const { body } = await client.send('/completion', { prompt, n_predict: 40, temperature: 0 });
      const pieces: Uint8Array[] = [];
      for await (const piece of body) pieces.push(piece);
      return JSON.parse(Buffer.concat(pieces).toString()) as {
        readonly content: string;
        readonly generation_settings: Readonly<Record<string, string>>;
        readonly timings: { readonly draft_n?: number };
      };
    };
    const { content } = await answer(plain);
    const guessed = await answer([...plain, ...speculation]);
    const types = guessed.generation_settings['speculative.types']!.split(',');
    expect(types).toEqual(expect.arrayContaining([ngram, 'draft-simple']));
    expect(guessed.timings.draft_n).toBeGreaterThan(0);
    expect(guessed.content).toBe(content);
  });

  it('is repeated by a seed', async () => {
    const args = ['--temp', '3', '--top-k', '0', '--seed', '42', '-n', '20', '--no-conversation'];
    await expectSame(BUILT_IN_MODEL, 'Once', args);
  });

  it('is the same after others, and beside one', async () => {
    const server = await serverOf(['--model', scripted, ...start]);
    const client = new ServerClient(server.connect);
    const asked = async (prompt: string): Promise<string> => {
      let text = '';
      const question = { prompt, conversation: false, sampling: { temperature: 0 } };
      await askServer(client, question, { onText: (piece) => void (text += piece) });
      return text;
    };
    const [{ text: ofS }, { text: ofR }] = [
      await complete(scripted, 'S'),
      await complete(scripted, 'R'),
    ];
    expect([await asked('S'), await asked('R'), await asked('S')]).toEqual([ofS, ofR, ofS]);
    expect(await Promise.all([asked('R'), asked('S')])).toEqual([ofR, ofS]);
  });

  it.each([
    ['shown, with the tag that the template opened', false, '<think> hm</think>\n\nfour'],
    ['hidden', true, 'four'],
  ])('has its reasoning %s', async (_, hideReasoning, expected) => {
    const args = ['--chat-template-file', folder.file('opens.jinja'), '--conversation'];
    const { text } = await ask(scripted, 'R', args, { hideReasoning });
    expect(text).toBe(expected);
  });

  it('has the tag that the template opened even if nothing follows', async () => {
    const args = ['--chat-template-file', folder.file('opens.jinja'), '--conversation'];
    const { text } = await ask(scripted, 'R', [...args, '--grammar', 'root ::= ""']);
    expect(text).toBe('<think>');
  });

  it('may think where a template asks', async () => {
    const args = ['--chat-template-file', folder.file('asks.jinja'), '--conversation'];
    expect((await expectSame(scripted, 'E', args)).text).toBe('one two three four');
  });

  it('follows a system prompt', async () => {
    const args = ['--chat-template-file', folder.file('roles.jinja'), '--conversation'];
    await expectSame(scripted, 'E', ['--system-prompt', 'L', ...args]);
  });

  const SCHEMA = '{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}';

  it.each([
    ['a text', []],
    ['a turn of a conversation', ['--conversation']],
    // What is reasoned would stand before it.
    [
      'a turn whose template opens a tag',
      ['--chat-template-file', 'opens.jinja', '--conversation'],
    ],
  ])('is JSON of a schema to %s', async (_, args) => {
    const paths = args.map((word) => (word.endsWith('.jinja') ? folder.file(word) : word));
    const { text } = await ask(scripted, 'S', ['--json-schema', SCHEMA, '-n', '60', ...paths]);
    expect(text).not.toContain('think');
    expect(JSON.parse(text)).toEqual({ a: expect.any(Number) as number });
  });

  it('is refused with what is wrong with a schema', async () => {
    const args = ['--json-schema', '{"properties":{"a":{"type":"nonsense"}}}'];
    await expect(ask(scripted, 'S', args)).rejects.toMatchObject({
      code: 'ZOSIA_SCHEMA_UNUSABLE',
      message: expect.stringMatching(
        /^llama\.cpp cannot use the JSON schema: .*nonsense$/,
      ) as string,
    });
  });

  it('may not think where that is off: the template is told, and a tag that it opens is closed', async () => {
    const off = ['--conversation', '--reasoning', 'off', '--chat-template-file'];
    // The model is asked with an E behind it, which it ends at once.
    expect((await ask(scripted, 'S', [...off, folder.file('asks.jinja')])).text).toBe('');
    const { text, promptTokens } = await ask(scripted, 'R', [...off, folder.file('opens.jinja')]);
    expect(text).not.toContain('think');
    const shown = ['--conversation', '--chat-template-file', folder.file('opens.jinja')];
    expect(promptTokens).toBeGreaterThan((await ask(scripted, 'R', shown)).promptTokens);
  });

  it('is refused with a word on the system prompt where a template raises for it', async () => {
    const args = ['--chat-template-file', folder.file('raises.jinja'), '--conversation'];
    await expect(ask(scripted, 'E', ['--system-prompt', 'bad', ...args])).rejects.toMatchObject({
      code: 'ZOSIA_TEMPLATE_UNUSABLE',
      hint: expect.stringMatching(/^Leave out system /) as string,
    });
  });

  it.each([
    ['--spec-type', 'draft-simple', '--spec-draft-model', BUILT_IN_MODEL],
    ...NGRAM_SPECULATIONS.map((type) => ['--spec-type', type]),
  ])('is the same at temperature 0 with %s %s', async (...args) => {
    const prompt = 'Tell me a story about a lighthouse.';
    const { text, tokens } = await ask(BUILT_IN_MODEL, prompt, ['-n', '80']);
    expect(text.length).toBeGreaterThan(40);
    expect(await ask(BUILT_IN_MODEL, prompt, ['-n', '80', ...args])).toMatchObject({
      text,
      tokens,
    });
  });

  it('is refused for a prompt that is longer than the context', async () => {
    await expect(ask(scripted, 'L '.repeat(600).trim())).rejects.toMatchObject({
      code: 'ZOSIA_PROMPT_TOO_LONG',
      message: 'the prompt has 601 tokens, and the context has room for 511',
    });
  });

  it('is refused for a prompt that is longer than what was asked for', async () => {
    const args = ['-c', '300'];
    await expect(ask(scripted, 'L '.repeat(300).trim(), args)).rejects.toMatchObject({
      code: 'ZOSIA_PROMPT_TOO_LONG',
      message: 'the prompt has 301 tokens, and the context has room for 300',
    });
    const { end } = await ask(scripted, 'L '.repeat(299).trim(), [...args, '-n', '3']);
    expect(end).toBe('tokens');
  });

  it('is refused with the reason of a template', async () => {
    const args = ['--chat-template-file', folder.file('raises.jinja'), '--conversation'];
    expect((await ask(scripted, 'E', args)).end).toBe('end');
    await expect(ask(scripted, 'bad', args)).rejects.toMatchObject({
      code: 'ZOSIA_TEMPLATE_UNUSABLE',
      message: 'llama.cpp cannot use the chat template: Jinja Exception: no bad ones',
    });
  });

  it('is refused with what the server says', async () => {
    await expect(ask(scripted, 'S', ['--grammar', 'root ::= ('])).rejects.toMatchObject({
      code: 'ZOSIA_SERVER_FAILED',
      message: expect.stringMatching(/^llama\.cpp cannot answer: .*grammar/) as string,
    });
  });

  it('is given up when it is cancelled, and the server goes on', async () => {
    const server = await serverOf(['--model', scripted, ...start]);
    const cancelled = new AbortController();
    const reason = new Error('enough');
    const question = { prompt: 'L', conversation: false };
    const asking = askServer(new ServerClient(server.connect), question, {
      onText: () => {
        cancelled.abort(reason);
      },
      signal: cancelled.signal,
    });
    await expect(asking).rejects.toBe(reason);
    expect((await ask(scripted, 'S')).end).toBe('end');
  });
});
