import { readFile, writeFile } from 'node:fs/promises';
import Anthropic from '@anthropic-ai/sdk';
import { execa } from 'execa';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { withMetadata } from './support/gguf-metadata.js';
import { ServeUser } from './support/serve-user.js';
import type { Serving } from './support/serve-user.js';

const QUESTION = [{ role: 'user' as const, content: 'What is zosia?' }];
const ANSWER = /boots straight into the model/;

describe('zosia serve', () => {
  const folder = temporaryFolder();
  let user: ServeUser;
  let serving: Serving;
  let openai: OpenAI;

  beforeAll(async () => {
    user = new ServeUser(hostArchitecture(), folder.path);
    await user.prepare();
    const model = await readFile(EMBEDDED_MODEL);
    // The mean of what it makes of a text's tokens, which no model is made for that generates text.
    await writeFile(folder.file('vectors.gguf'), withMetadata(model, 'llama.pooling_type', 1));
    serving = await user.serve([
      ...[EMBEDDED_MODEL, 'vectors.gguf', '--alias', 'gpt-4o=zosia-tiny'],
      ...['--parallel', '2', '--keep', '2s', '--ctx', '512', '--', '--context-shift'],
    ]);
    openai = new OpenAI({ apiKey: serving.key, baseURL: `${serving.url}/v1`, maxRetries: 0 });
  });
  afterAll(async () => {
    expect(await serving.stop()).toBe(0);
  });

  const states = async (): Promise<Record<string, string>> => {
    const { data } = (await openai.models.list()) as unknown as {
      data: { id: string; state: string }[];
    };
    return Object.fromEntries(data.map(({ id, state }) => [id, state]));
  };

  it("answers OpenAI's client: chats, completions and responses, whole and in streams", async () => {
    expect(await states()).toEqual({ 'zosia-tiny': 'asleep', vectors: 'asleep' });
    const chat = { model: 'gpt-4o', messages: QUESTION, temperature: 0, max_tokens: 40 };
    const answer = await openai.chat.completions.create(chat);
    expect(answer.choices[0]!.message.content).toMatch(ANSWER);
    expect(answer.model).toBe('zosia-tiny');
    expect(answer.usage!.completion_tokens).toBeGreaterThan(5);
    expect((await states())['zosia-tiny']).toBe('idle');

    let text = '';
    let usage: number | undefined;
    const options = { stream: true, stream_options: { include_usage: true } } as const;
    for await (const chunk of await openai.chat.completions.create({ ...chat, ...options })) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage?.completion_tokens ?? usage;
    }
    expect(text).toBe(answer.choices[0]!.message.content);
    expect(usage).toBe(answer.usage!.completion_tokens);

    const prompt = { model: 'zosia-tiny', prompt: 'Q: What is zosia?\nA:', temperature: 0 };
    const completion = await openai.completions.create({ ...prompt, max_tokens: 40 });
    expect(completion.choices[0]!.text).toMatch(ANSWER);
    const response = await openai.responses.create({
      model: 'zosia-tiny',
      input: 'What is zosia?',
      temperature: 0,
    });
    expect(response.output_text).toMatch(ANSWER);
  });

  it("answers Anthropic's client, whole and in a stream", async () => {
    const client = new Anthropic({ apiKey: serving.key, baseURL: serving.url, maxRetries: 0 });
    const ask = { model: 'zosia-tiny', max_tokens: 40, messages: QUESTION, temperature: 0 };
    const message = await client.messages.create(ask);
    expect(message.content[0]).toMatchObject({ type: 'text' });
    expect(JSON.stringify(message.content)).toMatch(ANSWER);
    const final = await client.messages.stream(ask).finalMessage();
    expect(final.content).toEqual(message.content);
    const counted = await client.messages.countTokens({ model: 'zosia-tiny', messages: QUESTION });
    const { input_tokens: fresh, cache_read_input_tokens: kept } = message.usage;
    expect(counted.input_tokens).toBe(fresh + (kept ?? 0));
  });

  it('makes vectors with a model that is for that, and says so of one that is not', async () => {
    const ask = { model: 'vectors', encoding_format: 'float' as const };
    const { data } = await openai.embeddings.create({ ...ask, input: ['Hello', 'zosia'] });
    expect(data).toHaveLength(2);
    expect(data[0]!.embedding.length).toBeGreaterThan(16);
    expect(data[0]!.embedding).not.toEqual(data[1]!.embedding);
    const refused = openai.embeddings.create({ ...ask, model: 'zosia-tiny', input: 'Hello' });
    await expect(refused).rejects.toThrow(OpenAI.APIError);
  });

  it('keeps answers to a schema, and tokens to a limit', async () => {
    const answer = await openai.chat.completions.create({
      model: 'zosia-tiny',
      messages: QUESTION,
      temperature: 0,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'number', schema: { type: 'integer', minimum: 1, maximum: 9 } },
      },
    });
    expect(answer.choices[0]!.message.content).toMatch(/^\s*[1-9]$/);
    const cut = await openai.chat.completions.create({
      model: 'zosia-tiny',
      messages: QUESTION,
      max_completion_tokens: 2,
    });
    expect(cut.choices[0]!.finish_reason).toBe('length');
    expect(cut.usage!.completion_tokens).toBe(2);
  });

  it('refuses a prompt that is longer than the context, before a stream begins', async () => {
    const messages = [{ role: 'user' as const, content: 'zosia '.repeat(2000) }];
    const asked = openai.chat.completions.create({ model: 'zosia-tiny', messages, stream: true });
    await expect(asked).rejects.toMatchObject({ status: 400 });
  });

  it.each([
    [['--memory', '100'], /needs \d+ MiB of memory, and all machines may have 100 MiB/],
    [['--mmproj', 'nosuch.gguf'], /there is no model nosuch\.gguf/],
    [['--verify'], /there is no digest to verify/],
  ])('is not ready with a model that cannot be: %j', async (args, reason) => {
    await expect(user.serve([EMBEDDED_MODEL, ...args])).rejects.toThrow(reason);
  });

  it('stops an answer whose client has left: the next is not held up', async () => {
    const leaving = new AbortController();
    // They would have both slots for ever.
    const endless = { ignore_eos: true, max_tokens: -1 };
    const asked = { model: 'zosia-tiny', messages: QUESTION, stream: true as const, ...endless };
    for (let slot = 0; slot < 2; slot++) {
      const stream = await openai.chat.completions.create(asked, { signal: leaving.signal });
      await stream[Symbol.asyncIterator]().next();
    }
    leaving.abort();
    const next = { model: 'zosia-tiny', messages: QUESTION, max_tokens: 2 };
    expect((await openai.chat.completions.create(next)).usage!.completion_tokens).toBe(2);
    await expect.poll(async () => (await states())['zosia-tiny']).toBe('idle');
  });

  it('says once what a machine ended of, and wakes another for who asks next', async () => {
    const endless = { ignore_eos: true, max_tokens: -1 };
    const asked = { model: 'zosia-tiny', messages: QUESTION, ...endless };
    const stream = await openai.chat.completions.create({ ...asked, stream: true });
    const answers = stream[Symbol.asyncIterator]();
    await answers.next();
    const whole = openai.chat.completions.create(asked).catch((error: unknown) => error);
    const before = serving.log().length;
    // That of the other model may be there still.
    const { stdout } = await execa('pgrep', ['-P', String(serving.pid), '-f', 'qemu']);
    for (const pid of stdout.split('\n')) process.kill(Number(pid), 'SIGKILL');
    await expect(
      (async () => {
        while ((await answers.next()).done !== true);
      })(),
    ).rejects.toThrow(/ended before its answer did/);
    expect(await whole).toMatchObject({ status: 502, code: 'machine_gone' });
    const next = { model: 'zosia-tiny', messages: QUESTION, max_tokens: 2 };
    expect((await openai.chat.completions.create(next)).usage!.completion_tokens).toBe(2);

    const told = serving.log().slice(before);
    expect(told.match(/the machine of zosia-tiny ended/g)).toHaveLength(1);
    expect(told.match(/the machine of zosia-tiny broke off an answer/g)).toHaveLength(2);
    expect(told).toMatch(/QEMU was killed by SIGKILL/);
    expect(told).not.toMatch(/defect|network connection/);
  });

  it('puts machines away that nobody asks, and wakes them for the next request', async () => {
    await expect
      .poll(states, { timeout: 60_000, interval: 200 })
      .toEqual({ 'zosia-tiny': 'asleep', vectors: 'asleep' });
    const answer = await openai.chat.completions.create({
      model: 'zosia-tiny',
      messages: QUESTION,
      temperature: 0,
    });
    expect(answer.choices[0]!.message.content).toMatch(ANSWER);
    const metrics = await fetch(`${serving.url}/metrics`, {
      headers: { authorization: `Bearer ${serving.key}` },
    }).then((response) => response.text());
    expect(metrics).toMatch(/zosia_wake_seconds_count\{model="zosia-tiny"\} [2-9]/);
    expect(metrics).toMatch(/zosia_tokens_total\{model="zosia-tiny",kind="answer"\} \d\d/);
    expect(serving.log()).not.toContain('What is zosia');
  });
});
