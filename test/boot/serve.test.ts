import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { guestFiles } from './modes/guest.js';
import type { Guest } from './modes/guest.js';
import { wakeMessage, withMachine } from './wake/host.js';
import type { MetMachine } from './wake/host.js';

/** Longer than llama-server keeps a connection that is not used (cpp-httplib). */
const KEPT_MS = 8000;

const PROMPT = 'Once upon a time';
const COMPLETION = { prompt: PROMPT, temperature: 0, n_predict: 8 };

interface Reply {
  readonly status: string;
  readonly header: string;
  readonly body: Record<string, unknown>;
}

/** Asks the server, and reads its reply: ASCII, of a length that it says. */
async function ask(
  { toServer, server }: MetMachine,
  path: string,
  body?: object,
  header = '',
): Promise<Reply> {
  const text = body === undefined ? '' : JSON.stringify(body);
  toServer(
    `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nHost: zosia\r\n${header}` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  const head = await server.shows(/^HTTP\/1\.1 \d+ [^]*?\r\n\r\n/);
  const length = Number(/^content-length: (\d+)\r$/im.exec(head)![1]);
  const json = await server.shows(new RegExp(`^[^]{${length}}`));
  return { status: head.split(' ')[1]!, header: head, body: JSON.parse(json) as Reply['body'] };
}

describe.each(ARCHITECTURES)('a machine that serves on %s', (arch) => {
  const folder = temporaryFolder();
  let guest: Guest;
  let disk: string;
  beforeAll(async () => {
    disk = folder.file('model.img');
    expect((await zosia(['image', 'model', EMBEDDED_MODEL, '--out', disk])).exitCode).toBe(0);
    guest = await guestFiles(arch, folder.path);
  });

  const serve = (
    use: (machine: MetMachine) => Promise<void>,
    args: readonly string[] = [],
  ): Promise<void> => withMachine(guest, { disk, request: { wake: true, serve: true, args } }, use);

  it('answers the host once it is woken, at the time that the host says it is', async () => {
    await serve(async (machine) => {
      const { control, say, console: screen, server, toServer } = machine;
      await control.shows(/^ready\n$/);
      expect(
        await screen.shows(/starting llama-server \(model \/models\/model\.gguf\)\r\n$/),
      ).toContain('zosia: init');
      // What is asked before the machine is woken waits.
      toServer('GET /health HTTP/1.1\r\nHost: zosia\r\n\r\n');
      await sleep(2000);
      expect(server.unseen).toBe('');

      const timeMs = Date.UTC(2040, 1, 29, 12, 34, 56);
      const startedMs = performance.now();
      say(wakeMessage({ timeMs }));
      await control.shows(/^awake\n$/);
      await server.shows(/^HTTP\/1\.1 200 OK\r\n[^]*"status":"ok"\}$/);

      const chat = {
        messages: [{ role: 'user', content: 'Hello' }],
        temperature: 0,
        max_tokens: 4,
      };
      const { status, body } = await ask(machine, '/v1/chat/completions', chat);
      expect(status).toBe('200');
      const created = Number(body['created']) - timeMs / 1000;
      expect(created).toBeGreaterThanOrEqual(0);
      expect(created).toBeLessThanOrEqual((performance.now() - startedMs) / 1000 + 1);

      const first = await ask(machine, '/completion', COMPLETION);
      expect(first.body['content']).toMatch(/[a-z]{3}/);
      expect(first.body['tokens_predicted']).toBe(8);
      // Over another connection.
      const closed = await ask(machine, '/completion', COMPLETION, 'Connection: close\r\n');
      expect(closed.header).toMatch(/^Connection: close\r$/im);
      expect(closed.body['content']).toBe(first.body['content']);
      await sleep(1000);
      const again = await ask(machine, '/completion', COMPLETION);
      expect(again.body['content']).toBe(first.body['content']);
      // The server closes a connection that is not used.
      await sleep(KEPT_MS);
      // A long request, which does not go through at once: the context is too small for it.
      const long = { ...COMPLETION, prompt: `${PROMPT} `.repeat(20_000) };
      const refused = await ask(machine, '/completion', long);
      expect(refused.status).toBe('400');
      expect(refused.header).toMatch(/^Connection: close\r$/im);
      await sleep(1000);
      expect((await ask(machine, '/completion', COMPLETION)).body['content']).toBe(
        first.body['content'],
      );
      expect(screen.unseen).toBe('');
      machine.hangUp('server');
      await screen.shows(/zosia: the host has hung up\r\n[^]*exit status=1\r\n/);
      await machine.ended();
    });
  });

  it('says why llama-server cannot begin', async () => {
    await serve(
      async ({ console: screen }) => {
        await screen.shows(/zosia: llama-server failed with status 1\r\n[^]*exit status=1\r\n/);
      },
      ['--nonsense'],
    );
  });
});
