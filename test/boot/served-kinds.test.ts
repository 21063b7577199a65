import { readFile, writeFile } from 'node:fs/promises';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { withMetadata } from './support/gguf-metadata.js';
import { planReranker } from './support/reranker.js';
import { ServeUser } from './support/serve-user.js';
import type { Serving } from './support/serve-user.js';

const MESSAGES = [{ role: 'user' as const, content: 'What is zosia?' }];

/** Calls begin with a word that the model says by itself, which makes up no mark that it was not taught. */
const WITH_TOOLS = `
{%- for message in messages %}
{%- if message.role == 'assistant' %}
{{- 'A:' + (message.content or '') }}
{%- for call in message.tool_calls %}
{{- ' boots{"name": "' + call.function.name + '", "arguments": ' + call.function.arguments | tojson + '}' }}
{%- endfor %}
{{- '\\n' }}
{%- else %}
{{- 'Q: ' + message.content + '\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- 'A:' }}{%- endif %}`;

/** An answer begins with thoughts. */
const THINKING = `
{%- for message in messages %}
{%- if message.role == 'assistant' %}
{{- '<think>\\n' + (message.reasoning_content or '') + '\\n</think>\\n' + message.content + '\\n' }}
{%- else %}
{{- 'Q: ' + message.content + '\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- 'A:<think>\\n' }}{%- endif %}`;

interface Ranking {
  readonly results: readonly { readonly index: number; readonly relevance_score: number }[];
}

describe('zosia serve', () => {
  const folder = temporaryFolder();
  let serving: Serving;
  let openai: OpenAI;
  let anthropic: Anthropic;

  beforeAll(async () => {
    const user = new ServeUser(hostArchitecture(), folder.path);
    await user.prepare();
    const model = await readFile(EMBEDDED_MODEL);
    const templates = { tools: WITH_TOOLS, thinks: THINKING };
    for (const [name, template] of Object.entries(templates)) {
      const changed = withMetadata(model, 'tokenizer.chat_template', template);
      await writeFile(folder.file(`${name}.gguf`), changed);
    }
    await writeRaw(planReranker(['what', 'floats', 'ship', 'stone']), folder.file('scores.gguf'));
    serving = await user.serve(['tools.gguf', 'thinks.gguf', 'scores.gguf', '--ctx', '512']);
    const { key: apiKey, url } = serving;
    openai = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
    anthropic = new Anthropic({ apiKey, baseURL: url, maxRetries: 0 });
  });
  afterAll(async () => {
    expect(await serving.stop()).toBe(0);
  });

  const SCHEMA = {
    type: 'object' as const,
    properties: { unit: { type: 'string', enum: ['celsius', 'kelvin'] } },
    required: ['unit'],
  };
  const TEMPERATURE = { unit: expect.stringMatching(/^(celsius|kelvin)$/) as string };

  it("has OpenAI's client call a tool with what its schema lets, and go on from there", async () => {
    const tool = { type: 'function' as const, function: { name: 'weather', parameters: SCHEMA } };
    const ask = { model: 'tools', temperature: 0, max_tokens: 120, tools: [tool] };
    const { choices } = await openai.chat.completions.create({
      ...ask,
      messages: MESSAGES,
      tool_choice: 'required',
    });
    // It may go on with another, as the model was not taught when to end.
    const { message } = choices[0]!;
    const call = message.tool_calls![0]!;
    if (call.type !== 'function') throw new Error(`it is a call of type ${call.type}`);
    expect(call.function.name).toBe('weather');
    expect(JSON.parse(call.function.arguments)).toEqual(TEMPERATURE);

    const found = { role: 'tool' as const, tool_call_id: call.id, content: '280' };
    const next = await openai.chat.completions.create({
      ...ask,
      max_completion_tokens: 5,
      messages: [...MESSAGES, message, found],
      tool_choice: 'none',
    });
    expect(next.usage!.completion_tokens).toBeGreaterThan(0);
    expect(next.choices[0]!.message.tool_calls).toBeUndefined();
  });

  it("has Anthropic's client use a tool", async () => {
    const message = await anthropic.messages.create({
      model: 'tools',
      max_tokens: 120,
      messages: MESSAGES,
      tools: [{ name: 'weather', input_schema: SCHEMA }],
      tool_choice: { type: 'any' },
    });
    const use = { type: 'tool_use', name: 'weather', input: TEMPERATURE };
    expect(message.content).toContainEqual(expect.objectContaining(use));
  });

  it('tells thoughts from answers, whole and in a stream', async () => {
    const ask = { model: 'thinks', messages: MESSAGES, temperature: 0, max_tokens: 40 };
    const { choices } = await openai.chat.completions.create(ask);
    const whole = choices[0]!.message as { content: string; reasoning_content?: string };
    expect(whole.reasoning_content).toMatch(/zosia/);
    expect(whole.content).toBe('');
    let thoughts = '';
    for await (const chunk of await openai.chat.completions.create({ ...ask, stream: true })) {
      const delta = chunk.choices[0]?.delta as { reasoning_content?: string } | undefined;
      thoughts += delta?.reasoning_content ?? '';
    }
    expect(thoughts.trim()).toBe(whole.reasoning_content!.trim());
  });

  it('scores texts by a question with a model that says it does', async () => {
    const documents = ['ship', 'stone', 'a third with words that the model does not know'];
    const ask = async (path: string, body: object) => {
      const response = await fetch(serving.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${serving.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'scores', ...body }),
      });
      return { status: response.status, body: (await response.json()) as Ranking };
    };
    const { status, body } = await ask('/v1/rerank', { query: 'what floats', documents });
    expect(status).toBe(200);
    const scores = body.results.map(({ relevance_score: score }) => score);
    expect(body.results.map(({ index }) => index).sort()).toEqual([0, 1, 2]);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(new Set(scores).size).toBe(3);
    expect((await ask('/v1/rerank', { documents })).status).toBe(400);
    expect((await ask('/v1/chat/completions', { messages: MESSAGES })).status).toBeGreaterThan(399);
  });
});
