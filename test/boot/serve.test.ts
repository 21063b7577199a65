import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { PortStreams } from '../../src/machine/streams/port-streams.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { guestFiles } from './modes/guest.js';
import type { Guest } from './modes/guest.js';
import { wakeMessage, withMachine } from './wake/host.js';
import type { MetMachine } from './wake/host.js';

const PROMPT = 'Once upon a time';
const COMPLETION = { prompt: PROMPT, temperature: 0, n_predict: 8 };

interface Reply {
  readonly status: number | undefined;
  readonly body: Record<string, unknown>;
}

/** Asks the server over a connection of its own. */
async function ask(streams: PortStreams, path: string, body?: object): Promise<Reply> {
  const sent = request({
    path,
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    createConnection: () => streams.open(),
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: (await json(response)) as Reply['body'] };
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
    await serve(async ({ control, say, console: screen, server, hangUp, ended }) => {
      await control.shows(/^ready\n$/);
      expect(
        await screen.shows(/starting llama-server \(model \/models\/model\.gguf\)\r\n$/),
      ).toContain('zosia: init');
      const streams = new PortStreams(server);
      // What is asked before the machine is woken waits.
      let isHealthy = false;
      const health = ask(streams, '/health').then((reply) => {
        isHealthy = true;
        return reply;
      });
      await sleep(2000);
      expect(isHealthy).toBe(false);

      const timeMs = Date.UTC(2040, 1, 29, 12, 34, 56);
      const startedMs = performance.now();
      say(wakeMessage({ timeMs }));
      await control.shows(/^awake\n$/);
      expect(await health).toEqual({ status: 200, body: { status: 'ok' } });

      const chat = {
        messages: [{ role: 'user', content: 'Hello' }],
        temperature: 0,
        max_tokens: 4,
      };
      const { status, body } = await ask(streams, '/v1/chat/completions', chat);
      expect(status).toBe(200);
      const created = Number(body['created']) - timeMs / 1000;
      expect(created).toBeGreaterThanOrEqual(0);
      expect(created).toBeLessThanOrEqual((performance.now() - startedMs) / 1000 + 1);

      const first = await ask(streams, '/completion', COMPLETION);
      expect(first.body['content']).toMatch(/[a-z]{3}/);
      expect(first.body['tokens_predicted']).toBe(8);
      // Many at once, beside a long request, which does not go through at once: the context is too small for it.
      const long = { ...COMPLETION, prompt: `${PROMPT} `.repeat(20_000) };
      const [refused, ...answers] = await Promise.all([
        ask(streams, '/completion', long),
        ...Array.from({ length: 30 }, () => ask(streams, '/completion', COMPLETION)),
      ]);
      expect(refused.status).toBe(400);
      for (const answer of answers) expect(answer.body['content']).toBe(first.body['content']);
      expect(streams.size).toBe(0);
      expect(screen.unseen).toBe('');
      hangUp('server');
      await screen.shows(/zosia: the host has hung up\r\n[^]*exit status=1\r\n/);
      await ended();
    });
  });

  it('stops answering a client that has left', async () => {
    const use = async ({ control, say, server }: MetMachine): Promise<void> => {
      await control.shows(/^ready\n$/);
      say(wakeMessage());
      await control.shows(/^awake\n$/);
      const streams = new PortStreams(server);
      const stream = streams.open();
      const body = JSON.stringify({ ...COMPLETION, n_predict: -1, ignore_eos: true, stream: true });
      stream.write(
        `POST /completion HTTP/1.1\r\nHost: zosia\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body}`,
      );
      await once(stream, 'data');
      stream.destroy();
      // There is one slot, which the answer would have for ever.
      const { body: answer } = await ask(streams, '/completion', COMPLETION);
      expect(answer['tokens_predicted']).toBe(8);
    };
    // An answer goes on beyond the end of its context.
    await serve(use, ['--context-shift']);
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
