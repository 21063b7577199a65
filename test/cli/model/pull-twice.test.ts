import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { someBytes } from '../../download/support.js';
import { ggufBytes, sha256 } from '../../models/store/fixtures.js';
import { CLI, zosia } from '../../support/cli.js';
import { startHub } from '../../support/model-servers/hub.js';
import type { HubServer } from '../../support/model-servers/hub.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
/** Two downloads at once of this take so long that either can be seen to go on. */
const SIZE_BYTES = 6_000_000;
const PIECE_BYTES = 100_000;
const PIECE_MS = 50;
const HEADER_RANGE = 'bytes=0-1048575';

let bytes: Buffer;
let hub: HubServer;
let env: NodeJS.ProcessEnv;
/** Bytes of the file that have been sent. */
let sentBytes = 0;

beforeAll(async () => {
  bytes = Buffer.concat([await ggufBytes('twice'), someBytes(SIZE_BYTES)]);
  hub = await startHub({
    repos: { 'owner/repo': { files: { 'twice.gguf': bytes } } },
    interceptBytes: (request, response) => {
      // Both look at the header before they know that the other is there.
      if (request.headers.range === HEADER_RANGE) return false;
      const end = response.end.bind(response) as () => void;
      response.end = ((body?: Uint8Array) => {
        void sendSlowly(body ?? new Uint8Array()).then(end);
        return response;
      }) as typeof response.end;
      const sendSlowly = async (body: Uint8Array): Promise<void> => {
        for (let at = 0; at < body.length && !response.destroyed; at += PIECE_BYTES) {
          const piece = body.subarray(at, at + PIECE_BYTES);
          response.write(piece);
          sentBytes += piece.length;
          await delay(PIECE_MS);
        }
      };
      return false;
    },
  });
  const none = folder.file('none');
  env = {
    ...process.env,
    ...{
      OLLAMA_MODELS: none,
      HF_HOME: none,
      LLAMA_CACHE: none,
      ZOSIA_MODELS: folder.file('store'),
    },
    ...{ HF_ENDPOINT: hub.url.href, NO_PROXY: '127.0.0.1' },
  };
});
afterAll(() => hub.close());
beforeEach(async () => {
  await rm(folder.file('store'), { recursive: true, force: true });
  sentBytes = 0;
});

interface Pull {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<{ readonly status: number | null; readonly said: string }>;
}

function pull(): Pull {
  const args = [CLI, 'model', 'pull', 'hf:owner/repo/twice.gguf'];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said += String(text)));
  const ended = once(child, 'close').then(([status]) => ({
    status: status as number | null,
    said,
  }));
  return { child, said: () => said, ended };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20);
}

async function expectWhole(): Promise<void> {
  const { stdout, exitCode } = await zosia(['model', 'verify'], {
    env: env as Record<string, string>,
  });
  expect({ stdout, exitCode }).toMatchObject({ exitCode: 0 });
  expect(stdout).toContain(sha256(bytes));
  expect(await readdir(folder.file('store/partial'))).toEqual([]);
}

describe('two processes that pull one model', () => {
  it('download it once: the second waits for the first, and says so', async () => {
    const first = pull();
    await until(() => sentBytes > 0);
    const second = pull();
    const [one, other] = await Promise.all([first.ended, second.ended]);
    expect([one.status, other.status], one.said + other.said).toEqual([0, 0]);
    expect(other.said).toContain('another process downloads twice.gguf: waiting for it');
    expect(sentBytes).toBe(bytes.length);
    await expectWhole();
  });

  it('do not lose what there is when the first is interrupted: the second goes on from there', async () => {
    const first = pull();
    await until(() => sentBytes > 0);
    const second = pull();
    await until(() => second.said().includes('another process'));
    await until(() => sentBytes > bytes.length / 3);
    first.child.kill('SIGINT');
    const interrupted = await first.ended;
    expect(interrupted.status, interrupted.said).toBe(130);
    const { status, said } = await second.ended;
    expect(status, said).toBe(0);
    // What was on its way is lost; what had arrived is not asked for again.
    expect(sentBytes).toBeLessThan(bytes.length * 1.25);
    await expectWhole();
  });
});
