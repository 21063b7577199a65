import { expect } from 'vitest';
import { RawClient, eventually, requestText } from './raw-client.js';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { buildApi } from '../../../src/serve/api/app.js';
import type { ApiOptions } from '../../../src/serve/api/options.js';
import type { RequestRecord } from '../../../src/serve/api/request-log.js';
import { FakeBackend } from './fake-backend.js';

/** An API over a backend of the tests, which listens. */
export interface Served extends AsyncDisposable {
  readonly backend: FakeBackend;
  readonly app: FastifyInstance;
  readonly port: number;
  readonly url: string;
  readonly records: RequestRecord[];
  readonly errors: unknown[];
  /** Sends JSON, or a text as it is. */
  readonly post: (path: string, body: unknown, init?: RequestInit) => Promise<Response>;
}

export async function serveFake(
  options: Partial<ApiOptions> = {},
  extend: (app: FastifyInstance) => Promise<void> = () => Promise.resolve(),
): Promise<Served> {
  const backend = await new FakeBackend().start();
  const records: RequestRecord[] = [];
  const errors: unknown[] = [];
  const app = await buildApi({
    backend,
    parallel: 2,
    maxQueue: 100,
    onRequest: (record) => records.push(record),
    onError: (error) => errors.push(error),
    ...options,
  });
  await extend(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    backend,
    app,
    port,
    url,
    records,
    errors,
    post: (path, body, init) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
      }),
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await backend.close();
    },
  };
}

/** A client to which a stream of events is on its way, which does not end. */
export async function beginStream({ backend, port }: Served): Promise<RawClient> {
  backend.handle = (_, response) => {
    response.setHeader('content-type', 'text/event-stream');
    response.write('data: {}\n\n');
  };
  const client = new RawClient(port);
  void client.send(requestText('/v1/chat/completions', {}));
  await eventually(() => {
    expect(client.received).toContain('data: {}');
  });
  return client;
}
