import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openHttpClient } from '../../src/download/api.js';
import { withoutProxy } from '../artifacts/repository.js';
import { place, someBytes } from './support.js';

withoutProxy();

/** A server that answers each request with these bytes, and how many it got. */
async function serveRaw(answer: string) {
  const asked = { count: 0 };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      asked.count += 1;
      socket.end(answer, 'latin1');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { asked, url: new URL(`http://127.0.0.1:${port}/folder/model.gguf`) };
}

const OK = 'HTTP/1.1 200 OK\r\n';

describe('an answer that is not HTTP as it should be', () => {
  it.each([
    ['a length beyond all', `${OK}Content-Length: 99999999999999999999\r\n\r\nabc`],
    ['a length beyond what counts exactly', `${OK}Content-Length: 9007199254740993\r\n\r\nabc`],
    ['a negative length', `${OK}Content-Length: -1\r\n\r\nabc`],
    ['two lengths', `${OK}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`],
    ['a header without end', `${OK}X: ${'a'.repeat(200_000)}\r\n\r\nabc`],
    ['a header with a space in its name', `${OK}X Y: 1\r\n\r\nabc`],
  ])('is told as that, and not asked for again: %s', async (_, answer) => {
    const { asked, url } = await serveRaw(answer);
    const { download, target, names } = await place({ bytes: someBytes(1) });
    const failure = {
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringContaining('its answer is not HTTP as it should be: '),
      hint: expect.stringContaining('has to be mended'),
    };
    await expect(download({ name: 'model.gguf', url }, target)).rejects.toMatchObject(failure);
    expect(asked.count).toBe(1);
    expect(await names()).toEqual([]);
    const client = openHttpClient({ firstRetryDelayMs: 1 });
    onTestFinished(() => client.close());
    await expect(client.request(url, { what: 'it' })).rejects.toMatchObject(failure);
    expect(asked.count).toBe(2);
  });

  it('is none where one length is told twice', async () => {
    const { url } = await serveRaw(`${OK}Content-Length: 3, 3\r\nConnection: close\r\n\r\nabc`);
    const client = openHttpClient({ attempts: 1 });
    onTestFinished(() => client.close());
    const told = await client.request(url, { what: 'it', headersOnly: true }).catch(String);
    expect(told).not.toMatch(/no number of bytes/);
  });
});
