import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawClient, requestText, eventually } from './raw-client.js';
import { beginStream, serveFake } from './serve-fake.js';
import type { Served } from './serve-fake.js';

const CHAT = '/v1/chat/completions';

let served: Served;
beforeEach(async () => {
  served = await serveFake({
    limits: {
      headersTimeoutMs: 500,
      requestTimeoutMs: 1000,
      keepAliveTimeoutMs: 300,
      stallTimeoutMs: 500,
      bodyBytes: 1 << 20,
      heldBytes: 3 << 19,
      requestsPerConnection: 5,
    },
  });
});
afterEach(async () => {
  await eventually(() => {
    expect(served.backend.released).toBe(served.backend.taken);
  });
  await served[Symbol.asyncDispose]();
});

/** What comes back for a text until the connection is closed. */
async function exchange(text: string): Promise<string> {
  const client = new RawClient(served.port);
  void client.send(text);
  await client.closed;
  return client.received;
}

const statusOf = (received: string): number => Number(/^HTTP\/1\.1 (\d+) /.exec(received)?.[1]);

describe('a client that is slow', () => {
  it('with its headers is cut off', async () => {
    const client = new RawClient(served.port);
    void client.send('GET /health HTTP/1.1\r\nhost: x\r\n');
    const drip = setInterval(() => {
      void client.send('a: b\r\n');
    }, 50);
    await client.closed;
    clearInterval(drip);
    expect(statusOf(client.received)).toBe(408);
    expect(client.received).toContain('{"error":{"message":"the request took too long to come"');
  });

  it('with its body is cut off', async () => {
    const client = new RawClient(served.port);
    void client.send(requestText(CHAT, '').replace('content-length: 0', 'content-length: 100'));
    const drip = setInterval(() => {
      void client.send(' ');
    }, 50);
    await client.closed;
    clearInterval(drip);
    expect(client.received).not.toContain(' 200 ');
    expect(served.backend.taken).toBe(0);
  });

  it('with its next request is cut off', async () => {
    expect(statusOf(await exchange('GET /health HTTP/1.1\r\nhost: x\r\n\r\n'))).toBe(200);
  });

  it('to take its answer is cut off, and the machine is given back', async () => {
    const bytes = Buffer.alloc(1 << 20, 'a');
    served.backend.handle = (_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      const more = (): void => {
        while (response.write(bytes));
        response.once('drain', more);
      };
      more();
    };
    const client = new RawClient(served.port);
    client.socket.pause();
    void client.send(requestText(CHAT, {}));
    await eventually(() => {
      expect(served.backend.taken).toBe(1);
    });
    await eventually(() => {
      expect(served.backend.released).toBe(1);
    });
    client.socket.destroy();
  });

  it('as its machine is slow, too, is not', async () => {
    served.backend.delayMs = 1500;
    expect((await served.post(CHAT, {})).status).toBe(200);
  });
});

describe('a request that is too large', () => {
  it('by its headers is refused', async () => {
    const text = `GET /health HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`;
    const received = await exchange(text);
    expect(statusOf(received)).toBe(431);
    expect(received).toContain('{"error":{"message":"the headers of the request are too long"');
  });

  it('by Content-Length is refused before it comes', async () => {
    const headers = ['host: x', 'connection: close'];
    const text = requestText(CHAT, '', headers).replace('length: 0', `length: ${1 << 30}`);
    expect(statusOf(await exchange(text))).toBe(413);
  });

  it('in chunks is refused when it is', async () => {
    const response = await fetch(served.url + CHAT, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new ReadableStream({
        start(controller) {
          for (let i = 0; i < 20; i++) controller.enqueue(Buffer.alloc(1 << 16, ' '));
          controller.close();
        },
      }),
      duplex: 'half',
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { message: 'the body is too long' } });
  });
});

it('holds no more bodies than there is memory for, whoever sends them, and has room again afterwards', async () => {
  const refused = { error: { code: 'bodies_full' } };
  const large = ' '.repeat(3 << 18);
  const head = requestText(CHAT, '').replace('length: 0', `length: ${large.length}`);
  const held = [new RawClient(served.port), new RawClient(served.port)];
  await Promise.all(held.map((client) => client.send(head)));
  await eventually(async () => {
    const response = await served.post(CHAT, '{ }');
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toMatchObject(refused);
  });
  held[0]!.socket.destroy();
  await eventually(async () => {
    expect((await served.post(CHAT, '[]')).status).toBe(400);
  });
  // How long this one is nobody knows: as long as it may be.
  const chunked = requestText(CHAT, '').replace('content-length: 0', 'transfer-encoding: chunked');
  expect(await exchange(`${chunked}5\r\n[   ]\r\n0\r\n\r\n`)).toContain('bodies_full');
  held[1]!.socket.destroy();

  // Those that have come are known: many of them are held at once.
  served.backend.handle = () => undefined;
  const waiting = Array.from({ length: 10 }, () => new RawClient(served.port));
  for (const client of waiting) {
    await eventually(() => client.send(`${chunked}2\r\n{}\r\n0\r\n\r\n`));
  }
  await eventually(() => {
    expect(served.backend.answering).toBe(2);
  });
  await eventually(async () => {
    expect((await served.post('/v1/completions', '[]')).status).toBe(400);
  });
  for (const client of waiting) {
    expect(client.received).toBe('');
    client.socket.destroy();
  }
});

describe('what is no HTTP', () => {
  it.each([
    ['hello\r\n\r\n'],
    ['GET /health HTTP/1.1\r\n\r\n'],
    ['GET /health HTTP/1.1\r\nhost : x\r\n\r\n'],
    ['POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n'],
    // Two that disagree on where a request ends would let one smuggle another through.
    [
      'POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
        'content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n',
    ],
    [
      'POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
    ],
  ])('is refused: %j', async (text) => {
    const received = await exchange(text);
    expect(statusOf(received)).toBe(400);
    expect(received.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(served.backend.taken).toBe(0);
  });

  it('in the middle of an answer ends the connection, and nothing is said into the answer', async () => {
    const client = await beginStream(served);
    void client.send('\u0000\u0000\r\n\r\n');
    await client.closed;
    expect(client.received.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});

describe('requests that are sent without waiting for answers', () => {
  it('are handled one after the other, and answered in their order', async () => {
    served.backend.handle = ({ body }, response) => {
      setTimeout(() => response.end(body), 20);
    };
    const client = new RawClient(served.port);
    void client.send([1, 2, 3].map((n) => requestText(CHAT, { n })).join(''));
    await client.closed;
    expect(client.received.match(/\{"n":\d\}/g)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
    expect(served.backend.mostAnswering).toBe(1);
  });

  it('hold no machine after the client has gone', async () => {
    served.backend.handle = () => undefined;
    const client = new RawClient(served.port);
    void client.send(requestText(CHAT, {}).repeat(4));
    await eventually(() => {
      expect(served.backend.answering).toBe(1);
    });
    client.socket.destroy();
    await eventually(() => {
      expect(served.backend.sockets.size).toBe(0);
    });
    served.backend.handle = undefined;
    expect((await served.post(CHAT, {})).status).toBe(200);
    await eventually(() => {
      expect([served.backend.taken, served.backend.released]).toEqual([2, 2]);
    });
  });

  it('are so many and no more on one connection', async () => {
    const received = await exchange('GET /health HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(10));
    expect(received.match(/ 200 OK/g)).toHaveLength(5);
  });
});
