import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {} from 'vitest';
import { model } from './fake-backend.js';
import { chatEvents } from './fake-backend.js';
import { eventually } from './raw-client.js';
import { serveFake } from './serve-fake.js';
import type { Served } from './serve-fake.js';

const CHAT = '/v1/chat/completions';

describe('the API', () => {
  let served: Served;
  beforeEach(async () => {
    served = await serveFake();
  });
  afterEach(async () => {
    const { taken, released } = served.backend;
    expect(released).toBe(taken);
    await served[Symbol.asyncDispose]();
  });
  const get = (path: string, init?: RequestInit) => fetch(served.url + path, init);

  it('is healthy', async () => {
    const response = await get('/health');
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });

  it('lists models with what their machines are doing', async () => {
    const { backend } = served;
    backend.served = [model('tiny'), model('chat/large', 'gpt-4')];
    const listed = {
      id: 'chat/large',
      object: 'model',
      created: 1_700_000_000,
      owned_by: 'zosia',
      state: 'asleep',
    };
    expect(await (await get('/v1/models')).json()).toMatchObject({
      object: 'list',
      data: [{ id: 'tiny' }, listed],
    });
    for (const name of ['chat/large', 'chat%2Flarge', 'gpt-4']) {
      expect(await (await get(`/v1/models/${name}`)).json()).toMatchObject(listed);
    }
    // By its path it can be asked for, and nobody is told of that.
    backend.served.push(model('mine', 'mine.gguf', '/home/somebody/mine.gguf'));
    const { data } = (await (await get('/v1/models')).json()) as { data: { aliases: string[] }[] };
    expect(data[2]!.aliases).toEqual(['mine.gguf']);
    const byPath = await get(`/v1/models/${encodeURIComponent('/home/somebody/mine.gguf')}`);
    expect(await byPath.json()).toMatchObject({ id: 'mine' });
    expect(await (await get('/v1/models/home/mine.gguf')).text()).not.toContain('somebody');
    backend.served.pop();

    const missing = await get('/v1/models/tini');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({
      error: {
        message: 'there is no model of that name: there is tiny, chat/large',
        type: 'invalid_request_error',
        param: null,
        code: 'model_not_found',
      },
    });
  });

  it('sends the bytes of a body on as they are, with nothing that is not for the machine', async () => {
    const body = '{ "model":"tiny",\n "messages": [], "seed": 1.0, "x": "\\u00e9é" }';
    const response = await served.post(`${CHAT}?key=secret`, body, {
      headers: {
        'content-type': 'application/json; charset=utf-8',
        authorization: 'Bearer secret',
        'x-api-key': 'secret',
        cookie: 'secret',
        'accept-encoding': 'gzip',
        'anthropic-version': '2023-06-01',
      },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await response.json()).toMatchObject({ object: 'chat.completion' });
    const [asked] = served.backend.asked;
    expect(asked!.body.toString()).toBe(body);
    expect(asked!.url).toBe(CHAT);
    expect(asked!.headers).toMatchObject({ 'anthropic-version': '2023-06-01' });
    expect(JSON.stringify(asked!.headers)).not.toMatch(/secret|gzip/);
  });

  it.each([
    '/v1/completions',
    '/v1/responses',
    '/v1/embeddings',
    '/v1/rerank',
    '/v1/messages',
    '/v1/messages/count_tokens',
  ])('has %s answered by the machine', async (path) => {
    const response = await served.post(path, { model: 'tiny' });
    expect(response.status).toBe(200);
    expect(served.backend.asked[0]).toMatchObject({ method: 'POST', url: path });
    expect(Object.keys((await response.json()) as object)).not.toHaveLength(0);
  });

  it('streams events as they come, to data: [DONE]', async () => {
    served.backend.delayMs = 20;
    const response = await served.post(CHAT, { model: 'tiny', stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const pieces: string[] = [];
    for await (const piece of response.body!)
      pieces.push(Buffer.from(piece as Uint8Array).toString());
    expect(pieces.join('')).toBe(chatEvents().join(''));
    expect(pieces.length).toBeGreaterThan(3);
  });

  it('takes the only model where none is named, and asks for a name where there are two', async () => {
    expect((await served.post(CHAT, {})).status).toBe(200);
    served.backend.served = [model('a'), model('b', 'c')];
    const response = await served.post(CHAT, { messages: [] });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('a, b');
    expect((await served.post(CHAT, { model: 'c' })).status).toBe(200);
    expect((await served.post(CHAT, { model: 3 })).status).toBe(400);
  });

  it.each([
    ['', 400],
    ['{', 400],
    ['[]', 400],
    ['"tiny"', 400],
    ['null', 400],
    ['[['.repeat(100_000), 400],
    ['{"__proto__":{"model":"tiny"},"model":"other"}', 404],
  ])('refuses the body %.20j with %i', async (body, status) => {
    const response = await served.post(CHAT, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { param: null } });
    expect(served.backend.taken).toBe(0);
  });

  it('refuses bodies that are not JSON by their type', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const response = await served.post(CHAT, '{}', { headers: { 'content-type': type } });
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    }
  });

  it('knows paths that are none from methods that are wrong', async () => {
    const none = await served.post('/v1/audio/speech', 'x', { headers: {} });
    expect(none.status).toBe(404);
    expect(await none.json()).toMatchObject({ error: { code: 'not_found' } });
    const wrong = await get(CHAT);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    for (const [method, path] of [
      ['DELETE', '/v1/models/tiny'],
      ['POST', '/health'],
      ['OPTIONS', '/v1/models'],
    ] as const) {
      expect((await get(path, { method })).status).toBe(405);
    }
    expect((await get('/%zz')).status).toBe(400);
    const anthropic = await get('/v1/messages/batches');
    expect(await anthropic.json()).toMatchObject({
      type: 'error',
      error: { type: 'not_found_error' },
    });
  });

  it('tells of requests without what was said', async () => {
    await (await served.post(`${CHAT}?q=secret`, { model: 'tiny', user: 'secret' })).text();
    await (await served.post(CHAT, { stream: true })).text();
    await (await served.post('/v1/messages', { stream: true })).text();
    await (await get('/secret')).text();
    await eventually(() => {
      expect(served.records).toHaveLength(4);
    });
    const of = { method: 'POST', model: 'tiny', status: 200, promptTokens: 5, answerTokens: 4 };
    expect(served.records).toMatchObject([
      { ...of, route: CHAT },
      { ...of, route: CHAT },
      { ...of, route: '/v1/messages' },
      { method: 'GET', route: undefined, model: undefined, status: 404 },
    ]);
    expect(JSON.stringify(served.records)).not.toContain('secret');
  });

  it('counts for Prometheus', async () => {
    await (await served.post(CHAT, { model: 'tiny' })).text();
    await (await get('/nothing')).text();
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    for (const line of [
      `zosia_requests_total{model="tiny",route="${CHAT}",status="200"} 1`,
      'zosia_requests_total{model="",route="",status="404"} 1',
      'zosia_tokens_total{model="tiny",kind="prompt"} 5',
      'zosia_tokens_total{model="tiny",kind="answer"} 4',
      'zosia_queue_length{model="tiny"} 0',
      'zosia_machines{state="asleep"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });
});

it('shows wake-ups and the memory of machines', async () => {
  const { ServeMetrics } = await import('../../../src/serve/api/metrics.js');
  const metrics = new ServeMetrics();
  await using served = await serveFake({ metrics, memoryMiB: () => 3 });
  metrics.woken('tiny', 250);
  metrics.woken('tiny', 500);
  const text = await (await fetch(`${served.url}/metrics`)).text();
  expect(text).toContain('zosia_wake_seconds_sum{model="tiny"} 0.75\n');
  expect(text).toContain('zosia_wake_seconds_count{model="tiny"} 2\n');
  expect(text).toContain(`zosia_machines_memory_bytes ${3 << 20}\n`);
});
