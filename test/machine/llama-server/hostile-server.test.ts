import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askServer } from '../../../src/machine/llama-server/ask.js';
import type { Question } from '../../../src/machine/llama-server/ask.js';
import { ServerClient } from '../../../src/machine/llama-server/client.js';
import {
  EVENTS_HEAD,
  FakeLlamaServer,
  LAST_CHUNK,
  chunk,
  event,
  jsonReply,
  reply,
} from '../support/fake-llama-server.js';
import type { FakeRequest } from '../support/fake-llama-server.js';

const PROPERTIES = { default_generation_settings: { n_ctx: 512 } };
const LAST = {
  content: '',
  stop: true,
  stop_type: 'eos',
  stopping_word: '',
  truncated: false,
  tokens_predicted: 2,
  tokens_evaluated: 3,
};
const text = (content: string) => ({ content, stop: false, tokens_evaluated: 3 });
const answered = (...events: unknown[]): string[] => [
  EVENTS_HEAD,
  ...events.map((each) => chunk(event(each))),
  LAST_CHUNK,
];

type Replies = Readonly<Record<string, Iterable<string | undefined>>>;

/** A server that answers well, but for some paths. */
function server(replies: Replies = {}): FakeLlamaServer {
  const usual: Replies = {
    '/props': [jsonReply(PROPERTIES)],
    '/apply-template': [jsonReply({ prompt: 'Q: Hi' })],
    '/completion': answered(text('four'), LAST),
    ...replies,
  };
  return new FakeLlamaServer(({ path }: FakeRequest) => usual[path]!);
}

async function ask(port: FakeLlamaServer, more: Partial<Question> = {}) {
  let answer = '';
  const question = { prompt: 'Hi', conversation: true, ...more };
  const report = await askServer(new ServerClient(port.connect), question, {
    onText: (piece) => void (answer += piece),
  });
  return { answer, ...report };
}

const failed = (message: RegExp) => ({
  name: 'ZosiaError',
  code: 'ZOSIA_SERVER_FAILED',
  hint: expect.stringMatching(/\S/) as string,
  message: expect.stringMatching(message) as string,
});

describe('asking a server', () => {
  it('asks for the prompt, the context and the answer', async () => {
    const port = server();
    const sampling = { temperature: 0, stop: ['Q:'] };
    expect(await ask(port, { sampling, systemPrompt: 'Be brief.', reportsContext: true })).toEqual({
      answer: 'four',
      end: 'end',
      promptTokens: 3,
      tokens: 2,
      contextTokens: 512,
    });
    expect(port.requests).toEqual([
      {
        method: 'POST',
        path: '/apply-template',
        body: {
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'Hi' },
          ],
          chat_template_kwargs: { enable_thinking: true },
        },
      },
      { method: 'GET', path: '/props', body: undefined },
      {
        method: 'POST',
        path: '/completion',
        body: expect.objectContaining({
          prompt: 'Q: Hi',
          stream: true,
          cache_prompt: false,
          temperature: 0,
          stop: ['Q:'],
        }) as unknown,
      },
    ]);
    expect(port.requests[2]!.body).not.toHaveProperty('seed');
  });

  it('asks for no template where text is to be gone on from', async () => {
    for (const question of [{ conversation: false }, { prompt: '' }]) {
      const port = server();
      await ask(port, question);
      expect(port.requests.map(({ path }) => path)).toEqual(['/completion']);
    }
  });

  it('sends text that is none in Unicode as a file would have it', async () => {
    const port = server();
    await ask(port, { prompt: 'a\ud800b', conversation: false });
    expect(port.requests.at(-1)!.body).toMatchObject({ prompt: 'a\ufffdb' });
  });

  it('takes an answer in pieces of any size', async () => {
    const events = [text('é'), text('中'), text('🐘'), text(' \r\n'), LAST].map(event).join('');
    const stream = `: ping\n\n${events}`;
    const bytes = Buffer.from(stream);
    const pieces = Array.from(bytes, (byte) => `1\r\n${String.fromCharCode(byte)}\r\n`);
    const raw = new FakeLlamaServer(({ path }) =>
      path === '/completion' ? [] : [jsonReply(PROPERTIES)],
    );
    const asking = ask(raw, { conversation: false });
    while (raw.requests.length < 1) await new Promise(setImmediate);
    for (const piece of [EVENTS_HEAD, ...pieces, LAST_CHUNK])
      raw.connections[0]!.push(Buffer.from(piece, 'latin1'));
    expect((await asking).answer).toBe('é中🐘 \r\n');
  });

  it('waits for whoever takes the text', async () => {
    const seen: string[] = [];
    const port = server({ '/completion': answered(text('a'), text('b'), LAST) });
    await askServer(
      new ServerClient(port.connect),
      { prompt: 'Hi', conversation: true },
      {
        onText: async (piece) => {
          seen.push(`${piece} begins`);
          await new Promise(setImmediate);
          seen.push(`${piece} ends`);
        },
      },
    );
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('passes on what the taker of the text throws, and closes the connection', async () => {
    const port = server({ '/completion': answered(text('a'), text('b'), LAST) });
    const problem = new Error('full');
    const asking = askServer(
      new ServerClient(port.connect),
      { prompt: 'Hi', conversation: true },
      { onText: () => Promise.reject(problem) },
    );
    await expect(asking).rejects.toBe(problem);
    expect(port.connections.at(-1)!.destroyed).toBe(true);
  });

  it('can be cancelled before and while it waits', async () => {
    const reason = new Error('enough');
    const early = server();
    const options = { onText: () => undefined, signal: AbortSignal.abort(reason) };
    const question = { prompt: 'Hi', conversation: true };
    await expect(askServer(new ServerClient(early.connect), question, options)).rejects.toBe(
      reason,
    );
    expect(early.requests).toEqual([]);

    const cancelled = new AbortController();
    const silent = new FakeLlamaServer(() => {
      setImmediate(() => {
        cancelled.abort(reason);
      });
      return [];
    });
    const asking = askServer(new ServerClient(silent.connect), question, {
      onText: () => undefined,
      signal: cancelled.signal,
    });
    await expect(asking).rejects.toBe(reason);
  });

  it.each([
    ['eos', false, 'end'],
    ['word', false, 'stop'],
    ['limit', false, 'tokens'],
    ['limit', true, 'context'],
    ['none', false, 'unknown'],
    ['constructor', false, 'unknown'],
  ])('knows the end %s, truncated %s, as %s', async (type, truncated, end) => {
    const port = server({
      '/completion': answered({ ...LAST, stop_type: type, truncated, stopping_word: '' }),
    });
    expect((await ask(port)).end).toBe(end);
  });

  it('shows the text that ended an answer', async () => {
    const last = { ...LAST, stop_type: 'word', stopping_word: 'Q:' };
    expect((await ask(server({ '/completion': answered(text('a'), last) }))).answer).toBe('aQ:');
  });
});

describe('a server that fails', () => {
  const error = (message: string, more = {}) => ({
    error: { code: 400, message, type: 'invalid_request_error', ...more },
  });
  const long = { type: 'exceed_context_size_error', n_prompt_tokens: 600, n_ctx: 512 };

  it('is reported for a prompt that is too long, before and after its head', async () => {
    for (const replied of [[jsonReply(error('no', long), 400)], answered(error('no', long))]) {
      await expect(ask(server({ '/completion': replied }))).rejects.toMatchObject({
        code: 'ZOSIA_PROMPT_TOO_LONG',
        message: expect.stringMatching(/600 tokens.* 511$/) as string,
        subject: { option: 'contextTokens' },
      });
    }
  });

  it('is given up for a prompt that is longer than was asked for', async () => {
    const port = server();
    await expect(ask(port, { contextTokens: 2 })).resolves.toBeDefined();
    const longer = server({ '/completion': answered({ ...text(''), tokens_evaluated: 301 }) });
    await expect(ask(longer, { contextTokens: 300 })).rejects.toMatchObject({
      code: 'ZOSIA_PROMPT_TOO_LONG',
      message: expect.stringMatching(/301 tokens.* 300$/) as string,
    });
    expect(longer.connections.at(-1)!.destroyed).toBe(true);
  });

  it.each([
    ['Unable.\n------\n...{{ x }}\n   ^\nError: Jinja Exception: no \u001b[1mroles', 400],
    ['Jinja Exception: no [1mroles', 500],
  ])('is reported for a template that cannot be used: %j', async (message, status) => {
    const replied = [jsonReply(error(message), status)];
    await expect(ask(server({ '/apply-template': replied }))).rejects.toMatchObject({
      code: 'ZOSIA_TEMPLATE_UNUSABLE',
      message: 'llama.cpp cannot use the chat template: Jinja Exception: no [1mroles',
    });
  });

  it.each([
    ['refuses', [jsonReply(error('a\n"grammar"\u0007'), 400)], /answer: a "grammar"$/],
    ['fails in the middle', answered(text('a'), error('no memory')), /answer: no memory$/],
    ['says much', [jsonReply(error('x'.repeat(5000)), 500)], /answer: x{200}\.\.\.$/],
    [
      'has an error of its own',
      [reply('<h1>\u001bBad</h1>', 502)],
      /502 and says: <h1> Bad<\/h1>$/,
    ],
    ['hangs up', [undefined], /socket hang up$/],
    ['hangs up in the head', ['HTTP/1.1 200 OK\r\nX: ', undefined], /hang up|aborted|Parse/],
    ['hangs up in a chunk', [EVENTS_HEAD, '5\r\nda', undefined], /aborted$/],
    ['hangs up between events', [EVENTS_HEAD, chunk(event(text('a'))), undefined], /aborted$/],
    ['breaks off', answered(text('a')), /the answer breaks off$/],
    ['says nothing', [reply('')], /the answer breaks off$/],
    ['goes on behind the end', answered(LAST, text('a')), /goes on behind its end$/],
    ['sends no HTTP', ['QEMU 7.2 monitor\r\n\r\n'], /Parse Error/],
    [
      'sends another protocol',
      ['HTTP/1.1 101 Yes\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
      /another protocol$/,
    ],
    ['has a head without an end', [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1 << 20)}`], /overflow/i],
    [
      'has trailers without an end',
      [...answered(LAST).slice(0, -1), `0\r\nX: ${'x'.repeat(1 << 20)}`],
      /aborted|overflow/i,
    ],
    [
      'has an event without an end',
      [EVENTS_HEAD, chunk(`data: ${'x'.repeat(2 << 20)}`)],
      /to its end$/,
    ],
    [
      'has an error without an end',
      [`HTTP/1.1 500 No\r\n\r\n${'x'.repeat(2 << 20)}`],
      /to its end$/,
    ],
    [
      'sends events that are no JSON',
      [EVENTS_HEAD, chunk('data: {\n\n')],
      /\/completion, it is not JSON/,
    ],
    ['sends events of no shape', answered([]), /\/completion, it is a list/],
    ['sends text that is none', answered({ content: 1 }), /content is 1, not text$/],
    [
      'sends an end without counts',
      answered({ ...LAST, tokens_predicted: undefined }),
      /lacks "tokens_predicted"$/,
    ],
    ['counts wrongly', answered({ ...LAST, tokens_predicted: -1 }), /tokens_predicted is -1/],
    [
      'counts in halves',
      answered({ ...text('a'), tokens_evaluated: 1.5 }),
      /tokens_evaluated is 1.5/,
    ],
  ] as const)('is reported when it %s', async (_, replied, message) => {
    await expect(ask(server({ '/completion': replied }))).rejects.toMatchObject(failed(message));
  });

  it.each([
    ['/props', jsonReply({}), /\/props, it lacks "default_generation_settings"$/],
    ['/props', jsonReply({ default_generation_settings: { n_ctx: 'x' } }), /n_ctx is "x"/],
    ['/props', jsonReply(error('no props'), 404), /no props$/],
    ['/props', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(17 << 20)}`, /to its end$/],
    ['/apply-template', jsonReply({ prompt: null }), /\/apply-template, prompt is null, not text$/],
    ['/apply-template', reply('{'), /\/apply-template, it is not JSON/],
    ['/apply-template', reply('no', 500), /status 500/],
    ['/apply-template', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(65 << 20)}`, /to its end$/],
  ])('is reported for %s', async (path, replied, message) => {
    const asking = ask(server({ [path]: [replied] }), { reportsContext: true });
    await expect(asking).rejects.toMatchObject(failed(message));
  });

  it('is asked again over another connection', async () => {
    const port = server({ '/completion': [jsonReply(error('no'), 400)] });
    const client = new ServerClient(port.connect);
    const question = { prompt: 'Hi', conversation: false };
    const options = { onText: () => undefined };
    for (let asked = 1; asked <= 2; asked++) {
      await expect(askServer(client, question, options)).rejects.toMatchObject(failed(/no$/));
      expect(port.connections).toHaveLength(asked);
    }
    expect(port.connections.every(({ destroyed }) => destroyed)).toBe(true);
  });

  it('is reported when there is no connection to it', async () => {
    const client = new ServerClient(() => {
      throw new Error('it has hung up');
    });
    await expect(client.send('/props')).rejects.toMatchObject(failed(/hung up$/));
  });

  it('ends in an error of zosia or an answer, whatever it sends', async () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('HTTP/1.1 200 OK\r\n', '\r\n', 'data: ', '0\r\n\r\n', EVENTS_HEAD),
      fc.json().map((json) => chunk(`data: ${json}\n\n`)),
      fc.constant(chunk(event(LAST))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        const port = server({ '/completion': [...pieces, undefined] });
        const outcome = await ask(port).catch((error: unknown) => error);
        if (outcome instanceof Error) {
          expect(outcome).toMatchObject({ name: 'ZosiaError' });
          expect(outcome.message).toMatch(/^\P{C}{1,400}$/u);
        }
      }),
      { numRuns: 300 },
    );
  });
});
