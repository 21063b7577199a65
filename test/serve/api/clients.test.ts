import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { serveFake } from './serve-fake.js';
import type { Served } from './serve-fake.js';

const KEY = 'sk-right';
const TEXT = 'Once upon a time';
const messages = [{ role: 'user' as const, content: 'Hello' }];

let served: Served;
beforeEach(async () => {
  served = await serveFake({ keys: ['another', KEY] });
});
afterEach(async () => {
  expect(served.backend.released).toBe(served.backend.taken);
  await served[Symbol.asyncDispose]();
});

/** Cuts the answer off after its first event. */
function cutAnswers(): void {
  served.backend.handle = ({ url }, response) => {
    response.setHeader('content-type', 'text/event-stream');
    const first =
      url === '/v1/messages'
        ? 'event: message_start\ndata: {"type":"message_start","message":{"usage":{}}}\n\n'
        : 'data: {"choices":[{"index":0,"delta":{"content":"Once"}}]}\n\n';
    response.write(`${first}data: {"half`, () => {
      setTimeout(() => response.destroy(), 50);
    });
  };
}

describe("OpenAI's client", () => {
  const client = (apiKey = KEY) =>
    new OpenAI({ apiKey, baseURL: `${served.url}/v1`, maxRetries: 0 });
  const chat = { model: 'tiny', messages };

  it('chats', async () => {
    const answer = await client().chat.completions.create(chat);
    expect(answer.choices[0]!.message.content).toBe(TEXT);
    expect(answer.usage).toMatchObject({ completion_tokens: 4 });
  });

  it('chats in a stream', async () => {
    const parts: string[] = [];
    for await (const chunk of await client().chat.completions.create({ ...chat, stream: true })) {
      parts.push(chunk.choices[0]?.delta.content ?? '');
    }
    expect(parts.join('')).toBe(TEXT);
  });

  it('completes, responds, embeds, and lists models', async () => {
    const completion = await client().completions.create({ model: 'tiny', prompt: 'Hello' });
    expect(completion.choices[0]!.text).toBe(TEXT);
    const response = await client().responses.create({ model: 'tiny', input: 'Hello' });
    expect(response.output_text).toBe(TEXT);
    const embedding = await client().embeddings.create({
      model: 'tiny',
      input: 'Hello',
      encoding_format: 'float',
    });
    expect(embedding.data[0]!.embedding).toEqual([0.5, -0.25]);
    expect((await client().models.list()).data.map(({ id }) => id)).toEqual(['tiny']);
    expect((await client().models.retrieve('tiny')).owned_by).toBe('zosia');
  });

  it('is told of errors by classes of its own', async () => {
    await expect(client('wrong').models.list()).rejects.toThrow(OpenAI.AuthenticationError);
    const unknown = client().chat.completions.create({ ...chat, model: 'tinny' });
    await expect(unknown).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    await expect(unknown).rejects.toThrow(/there is tiny/);
    served.backend.failure = new ZosiaError('ZOSIA_SERVE_NO_ROOM', 'there is no room');
    const full = client().chat.completions.create(chat);
    await expect(full).rejects.toThrow(OpenAI.InternalServerError);
    await expect(full).rejects.toMatchObject({ status: 503, code: 'no_room' });
  });

  it('hears of a machine that dies in the middle of a stream', async () => {
    cutAnswers();
    const parts: unknown[] = [];
    const reading = (async () => {
      for await (const chunk of await client().chat.completions.create({ ...chat, stream: true })) {
        parts.push(chunk.choices[0]!.delta.content);
      }
    })();
    await expect(reading).rejects.toThrow(/the machine of tiny ended before its answer did/);
    expect(parts).toEqual(['Once']);
  });
});

describe("Anthropic's client", () => {
  const client = (apiKey = KEY) => new Anthropic({ apiKey, baseURL: served.url, maxRetries: 0 });
  const message = { model: 'tiny', max_tokens: 10, messages };

  it('sends messages', async () => {
    const answer = await client().messages.create(message);
    expect(answer.content).toMatchObject([{ type: 'text', text: TEXT }]);
    expect(await client().messages.countTokens({ model: 'tiny', messages })).toEqual({
      input_tokens: 5,
    });
  });

  it('sends messages, and has the answer in a stream', async () => {
    const stream = client().messages.stream(message);
    expect(await stream.finalText()).toBe(TEXT);
    expect((await stream.finalMessage()).usage).toMatchObject({ output_tokens: 4 });
  });

  it('is told of errors by classes of its own', async () => {
    await expect(client('wrong').messages.create(message)).rejects.toThrow(
      Anthropic.AuthenticationError,
    );
    const unknown = client().messages.create({ ...message, model: 'other' });
    await expect(unknown).rejects.toThrow(Anthropic.NotFoundError);
    await expect(unknown).rejects.toMatchObject({ type: 'not_found_error' });
    served.backend.failure = new ZosiaError('ZOSIA_SERVE_NO_ROOM', 'there is no room');
    await expect(client().messages.create(message)).rejects.toMatchObject({
      status: 503,
      type: 'overloaded_error',
    });
  });

  it('is told in its own shape of errors that llama-server tells of in the other', async () => {
    served.backend.handle = (_, response) => {
      response.statusCode = 400;
      response.setHeader('content-type', 'application/json');
      const error = { code: 400, message: 'too long', type: 'exceed_context_size_error' };
      response.end(JSON.stringify({ error }));
    };
    await expect(client().messages.create(message)).rejects.toMatchObject({
      status: 400,
      error: { type: 'error', error: { type: 'invalid_request_error', message: 'too long' } },
    });
  });

  it('hears of a machine that dies in the middle of a stream', async () => {
    cutAnswers();
    const reading = (async () => {
      const stream = await client().messages.create({ ...message, stream: true });
      for await (const event of stream) expect(event.type).toBe('message_start');
    })();
    await expect(reading).rejects.toThrow(/the machine of tiny ended before its answer did/);
  });
});
