import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { model } from './fake-backend.js';
import { RawClient, requestText, eventually } from './raw-client.js';
import { serveFake } from './serve-fake.js';

const CHAT = '/v1/chat/completions';

it('answers 64 clients at once, or tells them to come again, and has no more in a machine than may be', async () => {
  await using served = await serveFake({ parallel: 2, maxQueue: 20 });
  served.backend.delayMs = 5;
  const answers = await Promise.all(
    Array.from({ length: 64 }, async (_, i) => {
      const response = await served.post(CHAT, { stream: i % 2 === 0 });
      const text = await response.text();
      if (response.status === 429) {
        expect(response.headers.get('retry-after')).toBe('1');
        expect(JSON.parse(text)).toMatchObject({
          error: { type: 'rate_limit_error', code: 'queue_full' },
        });
      } else if (i % 2 === 0) {
        expect(text).toMatch(/data: \[DONE\]\n\n$/);
      }
      return response.status;
    }),
  );
  expect(new Set(answers)).toEqual(new Set([200, 429]));
  expect(answers.filter((status) => status === 200).length).toBeGreaterThanOrEqual(22);
  expect(served.backend.mostAnswering).toBe(2);
  await eventually(() => {
    expect(served.backend.released).toBe(served.backend.taken);
    expect(served.backend.sockets.size).toBe(0);
  });
});

it('has a queue for each model', async () => {
  await using served = await serveFake({ parallel: 1, maxQueue: 0 });
  const { backend } = served;
  backend.served = [model('a'), model('b')];
  backend.handle = ({ body }, response) => {
    if (!body.includes('"a"')) response.end('{}');
  };
  const waiting = new RawClient(served.port);
  void waiting.send(requestText(CHAT, { model: 'a' }));
  await eventually(() => {
    expect(backend.answering).toBe(1);
  });
  expect((await served.post(CHAT, { model: 'a' })).status).toBe(429);
  expect((await served.post(CHAT, { model: 'b' })).status).toBe(200);
  waiting.socket.destroy();
});

/** What a client and its machine may do. */
const WAYS = ['answer', 'stream', 'die', 'cut', 'leave', 'leave stream', 'no room', 'bad'] as const;

it('gives back every machine that was lent, whatever clients and machines do', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...WAYS), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 8 }),
      async (ways, maxQueue) => {
        await using served = await serveFake({ parallel: 2, maxQueue });
        const { backend } = served;
        const lease = backend.lease.bind(backend);
        backend.lease = (name, signal) =>
          name === 'no room'
            ? Promise.reject(new ZosiaError('ZOSIA_SERVE_NO_ROOM', 'there is no room'))
            : lease(name, signal);
        backend.served = WAYS.map((way) => model(way));
        backend.handle = ({ body }, response) => {
          const { model: way } = JSON.parse(body.toString()) as { model: string };
          if (way === 'die') response.destroy();
          else if (way === 'answer') response.end('{}');
          else if (way !== 'leave') {
            response.setHeader('content-type', 'text/event-stream');
            response.write('data: {}\n\n', () => {
              if (way === 'stream') response.end('data: [DONE]\n\n');
              if (way === 'cut') response.destroy();
            });
          }
        };
        await Promise.all(
          ways.map(async (way) => {
            if (way === 'bad') {
              expect((await served.post(CHAT, '{')).status).toBe(400);
            } else if (way.startsWith('leave')) {
              const client = new RawClient(served.port);
              await client.send(requestText(CHAT, { model: way }));
              await new Promise((resolve) => setTimeout(resolve, 20));
              client.socket.destroy();
            } else {
              const response = await served.post(CHAT, { model: way });
              expect([200, 429, 502, 503]).toContain(response.status);
              await response.text();
            }
          }),
        );
        await eventually(() => {
          expect(served.records.length).toBe(ways.length);
          expect(backend.released).toBe(backend.taken);
          expect(backend.sockets.size).toBe(0);
        });
      },
    ),
    { numRuns: 15 },
  );
});
