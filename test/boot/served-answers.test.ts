import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { writeScriptedModel } from '../support/scripted-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { ServeUser } from './support/serve-user.js';
import type { Serving } from './support/serve-user.js';

interface Chunk {
  readonly choices: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly text?: string;
    readonly finish_reason: string | null;
  }[];
  readonly usage?: unknown;
}

/** What clients of such servers have run into elsewhere. */
describe('what zosia serve answers', () => {
  const folder = temporaryFolder();
  let serving: Serving;

  beforeAll(async () => {
    const user = new ServeUser(hostArchitecture(), folder.path);
    await user.prepare();
    const emoji = ['<0xF0>', '<0x9F>', '<0x90>', '<0xA2>'];
    await writeScriptedModel(folder.file('scripted.gguf'), {
      C: [' turtle ', ...emoji, ' end'],
      I: [' half ', '<0xE4>', '<0xBD>', ' of it'],
      J: [' cut ', '<0xC3>'],
      L: ['la ', 'la '],
      N: ['nul', '<0x00>', 'after'],
    });
    const models = [EMBEDDED_MODEL, 'scripted.gguf'];
    serving = await user.serve([...models, '--parallel', '4', '--ctx', '256']);
  });
  afterAll(async () => {
    expect(await serving.stop()).toBe(0);
  });

  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${serving.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${serving.key}` },
      body: JSON.stringify(body),
    });
  const complete = (prompt: string, more: object = {}): Promise<Response> =>
    post('/v1/completions', { model: 'scripted', prompt, temperature: 0, ...more });
  const textOf = async (response: Response): Promise<string> => {
    const { choices } = (await response.json()) as Chunk;
    return choices[0]!.text!;
  };
  /** The data of a stream's events. */
  const eventsOf = async (response: Response): Promise<string[]> => {
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    return (await response.text())
      .split('\n\n')
      .filter(Boolean)
      .map((event) => event.replace(/^data: /, ''));
  };

  it('ends every stream with [DONE], short and long, the usage before it', async () => {
    for (const max_tokens of [1, 60]) {
      const options = { max_tokens, stream: true, stream_options: { include_usage: true } };
      const events = await eventsOf(await complete('L', options));
      expect(events.at(-1)).toBe('[DONE]');
      const chunks = events.slice(0, -1).map((event) => JSON.parse(event) as Chunk);
      const finished = chunks.findIndex(({ choices }) => choices[0]?.finish_reason === 'length');
      const used = chunks.findIndex(({ usage }) => usage != null);
      expect(finished).toBeGreaterThanOrEqual(0);
      expect(used).toBe(chunks.length - 1);
      expect(finished).toBeLessThanOrEqual(used);
    }
  });

  it('has a character of four tokens whole in one piece of a stream', async () => {
    const events = await eventsOf(await complete('C', { stream: true }));
    const texts = events
      .slice(0, -1)
      .map((event) => (JSON.parse(event) as Chunk).choices[0]?.text ?? '');
    expect(texts.join('')).toBe(' turtle 🐢 end');
    expect(texts).toContainEqual(expect.stringContaining('🐢'));
  });

  it.each([
    ['I', / half \ufffd+ of it/],
    ['J', / cut \ufffd*$/],
    ['N', /^nul\0?/],
  ])('has a replacement for what is no UTF-8 of %s, and goes on', async (prompt, expected) => {
    const response = await complete(prompt);
    expect(response.status).toBe(200);
    expect(await textOf(response)).toMatch(expected);
    const streamed = await complete(prompt, { stream: true });
    expect((await eventsOf(streamed)).at(-1)).toBe('[DONE]');
    expect(await textOf(await complete('C'))).toBe(' turtle 🐢 end');
  });

  it('says that the context is full as a reason to finish, and no error', async () => {
    const response = await complete('L');
    expect(response.status).toBe(200);
    const { choices } = (await response.json()) as Chunk;
    expect(choices[0]!.finish_reason).toBe('length');
  });

  it('cuts a limit of tokens that is beyond the context', async () => {
    expect(await textOf(await complete('C', { max_tokens: 1_000_000 }))).toBe(' turtle 🐢 end');
  });

  it('accepts what clients send though they mean nothing by it', async () => {
    const nothing = { stop: null, logit_bias: {}, user: 'somebody', n: 1, seed: null };
    const response = await complete('C', nothing);
    expect(response.status, await response.clone().text()).toBe(200);
    expect(await textOf(response)).toBe(' turtle 🐢 end');
  });

  it('gives the same answer at temperature 0 alone and among four', async () => {
    const ask = async (): Promise<string> => {
      const messages = [{ role: 'user', content: 'What is zosia?' }];
      const body = { model: 'zosia-tiny', messages, temperature: 0, seed: 7, max_tokens: 30 };
      const response = await post('/v1/chat/completions', body);
      const { choices } = (await response.json()) as {
        choices: { message: { content: string } }[];
      };
      return choices[0]!.message.content;
    };
    const alone = await ask();
    expect(alone).toMatch(/boots straight/);
    expect(await Promise.all([ask(), ask(), ask(), ask()])).toEqual([alone, alone, alone, alone]);
  });
});
