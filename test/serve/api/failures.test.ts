import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { RawClient, requestText, eventually } from './raw-client.js';
import { beginStream, serveFake } from './serve-fake.js';
import type { Served } from './serve-fake.js';

const CHAT = '/v1/chat/completions';

let served: Served;
beforeEach(async () => {
  served = await serveFake();
});
afterEach(async () => {
  await eventually(() => {
    expect(served.backend.released).toBe(served.backend.taken);
    expect(served.backend.sockets.size).toBe(0);
  });
  await served[Symbol.asyncDispose]();
});

describe('a machine that cannot be had', () => {
  it.each([
    [
      new ZosiaError('ZOSIA_SERVE_NO_ROOM', 'there is no room'),
      503,
      { message: 'there is no room', code: 'no_room', type: 'server_error' },
    ],
    [
      new ZosiaError('ZOSIA_SERVE_TOO_LARGE', 'there never will be'),
      503,
      { message: 'there never will be', code: 'too_large', type: 'server_error' },
    ],
    [
      new ZosiaError('ZOSIA_SERVER_FAILED', 'it has no weights in /home/me/my models/a.gguf: none'),
      502,
      { message: 'the machine of tiny failed: it has no weights in a.gguf: none' },
    ],
    [
      new ZosiaError('ZOSIA_MODEL_NOT_SERVED', 'it has just gone'),
      404,
      { code: 'model_not_found' },
    ],
    [new Error('qemu -kernel /root/vmlinuz'), 502, { message: 'the machine of tiny failed' }],
  ])('is told of: %s', async (failure, status, error) => {
    served.backend.failure = failure;
    const response = await served.post(CHAT, {});
    expect(response.status).toBe(status);
    const helps = 'code' in failure && failure.code === 'ZOSIA_SERVE_NO_ROOM';
    expect(response.headers.has('retry-after')).toBe(helps);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error });
    expect(text).not.toMatch(/home|root|\.ts|at /);
    expect(served.errors).toEqual([failure]);
  });

  it('is a defect when even the models are not known', async () => {
    served.backend.models = () => Promise.reject(new Error('EACCES /root/models'));
    const response = await served.post(CHAT, {});
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { message: 'an error of the server' } });
    expect(served.errors).toHaveLength(1);
  });
});

describe('a machine that fails', () => {
  it('before the head of its answer gives 502', async () => {
    served.backend.handle = (_, response) => response.destroy();
    const response = await served.post(CHAT, {});
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { code: 'machine_gone' } });
  });

  it('to make a connection gives 502', async () => {
    const lease = served.backend.lease.bind(served.backend);
    served.backend.lease = async (...asked) => ({
      ...(await lease(...asked)),
      connect: () => {
        throw new Error('there are too many connections to it');
      },
    });
    expect((await served.post(CHAT, {})).status).toBe(502);
  });

  it('in the middle of an answer that is no stream gives 502', async () => {
    served.backend.handle = (_, response) => {
      response.setHeader('content-length', 100);
      response.write('{"half', () => setTimeout(() => response.destroy(), 20));
    };
    expect((await served.post(CHAT, {})).status).toBe(502);
  });

  it('in the middle of a stream has an event tell of it, in place of the one that had begun', async () => {
    const event = 'data: {"choices":[]}\n\n';
    served.backend.handle = (_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.write(`${event}data: {"ha`, () => setTimeout(() => response.destroy(), 20));
    };
    const text = await (await served.post(CHAT, { stream: true })).text();
    expect(text.startsWith(event)).toBe(true);
    const last = text.slice(event.length);
    expect(last).toMatch(/^data: \{.*\}\n\n$/);
    expect(JSON.parse(last.slice('data: '.length))).toEqual({
      error: {
        message: 'the machine of tiny ended before its answer did',
        type: 'server_error',
        param: null,
        code: 'machine_gone',
      },
    });
  });

  it.each([
    [302, '{}'],
    [500, '<html>'],
    [204, ''],
  ])('with status %i and %j gives 502', async (status, body) => {
    served.backend.handle = (_, response) => {
      response.writeHead(status, { location: '/etc' }).end(body);
    };
    const response = await served.post(CHAT, {}, { redirect: 'manual' });
    expect(response.status).toBe(502);
    expect(response.headers.has('location')).toBe(false);
  });

  it('as llama-server does has its own words passed on', async () => {
    const error = { code: 503, message: 'Loading model', type: 'unavailable_error' };
    served.backend.handle = (_, response) => {
      response.writeHead(503).end(JSON.stringify({ error }));
    };
    const response = await served.post(CHAT, {});
    const { message, type: code } = error;
    const told = { message, type: 'server_error', param: null, code };
    expect([response.status, await response.json()]).toEqual([503, { error: told }]);
  });

  it.each([
    [501, 'This server does not support embeddings', 'not_supported_error', 'not_supported_error'],
    [500, 'image input is not supported', 'server_error', null],
    [
      400,
      'the request exceeds the context',
      'exceed_context_size_error',
      'context_length_exceeded',
    ],
    [500, "[json.exception.out_of_range.403] key 'messages' not found", 'server_error', null],
    [500, 'Unknown reasoning format: x', 'server_error', null],
    [400, 'n must be 1', 'invalid_request_error', null],
  ])(
    'for good, as by %i: %s, is not asked again by clients',
    async (status, message, type, code) => {
      served.backend.handle = (_, response) => {
        response.writeHead(status).end(JSON.stringify({ error: { code: status, message, type } }));
      };
      const response = await served.post(CHAT, {});
      const error = { message, type: 'invalid_request_error', param: null, code };
      expect([response.status, await response.json()]).toEqual([400, { error }]);
    },
  );

  it('by another kind of answer cannot have a page shown', async () => {
    served.backend.handle = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<script>');
    };
    const response = await served.post(CHAT, {});
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('by events and numbers without an end has them passed on, and not counted', async () => {
    const long = `data: {"usage":{"prompt_tokens":1e300,"x":"${'a'.repeat(3 << 20)}"}}\n\n`;
    served.backend.handle = (_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.end(long);
    };
    expect(await (await served.post(CHAT, {})).text()).toBe(long);
    served.backend.handle = (_, response) => response.end(`"${'b'.repeat(9 << 20)}"`);
    expect(await (await served.post(CHAT, {})).text()).toHaveLength((9 << 20) + 2);
    await eventually(() => {
      expect(served.records).toHaveLength(2);
    });
    expect(served.records[0]!.promptTokens).toBeUndefined();
  });
});

describe('a client that goes', () => {
  const gone = async (client: RawClient) => {
    const startedMs = performance.now();
    client.socket.destroy();
    await eventually(() => {
      expect(served.backend.sockets.size).toBe(0);
      expect(served.backend.released).toBe(served.backend.taken);
    });
    expect(performance.now() - startedMs).toBeLessThan(1000);
  };

  it('before the head of the answer has the machine stop at once', async () => {
    served.backend.handle = () => undefined;
    const client = new RawClient(served.port);
    void client.send(requestText(CHAT, {}));
    await eventually(() => {
      expect(served.backend.answering).toBe(1);
    });
    await gone(client);
    expect(served.records).toMatchObject([{ status: 499, isComplete: false, model: 'tiny' }]);
    expect(served.errors).toEqual([]);
  });

  it('in the middle of a stream has the machine stop at once', async () => {
    const client = await beginStream(served);
    await gone(client);
    expect(served.records).toMatchObject([{ status: 200, isComplete: false }]);
    expect(served.errors).toEqual([]);
  });

  it('while its machine wakes does not have it', async () => {
    served.backend.lease = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    const client = new RawClient(served.port);
    void client.send(requestText(CHAT, {}));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await gone(client);
    await eventually(() => {
      expect(served.records).toMatchObject([{ status: 499 }]);
    });
    expect(served.errors).toEqual([]);
  });

  it('while it waits in the queue leaves its place to others', async () => {
    const answers: (() => void)[] = [];
    served.backend.handle = (_, response) => answers.push(() => response.end('{}'));
    const clients = Array.from({ length: 3 }, () => new RawClient(served.port));
    for (const each of clients) void each.send(requestText(CHAT, {}));
    await eventually(async () => {
      const text = await (await fetch(`${served.url}/metrics`)).text();
      expect(text).toContain('zosia_queue_length{model="tiny"} 1\n');
      expect(answers).toHaveLength(2);
    });
    for (const each of clients) each.socket.destroy();
    await eventually(() => {
      expect(served.backend.released).toBe(2);
    });
    served.backend.handle = undefined;
    expect((await served.post(CHAT, {})).status).toBe(200);
    expect(served.backend.taken).toBe(3);
  });
});

it('ends requests when it is closed, and gives machines back', async () => {
  served.backend.handle = () => undefined;
  const asked = served.post(CHAT, {}).catch(() => 'cut');
  await eventually(() => {
    expect(served.backend.answering).toBe(1);
  });
  await served.app.close();
  expect(await asked).toBe('cut');
});
