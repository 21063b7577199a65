import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostFolders } from '../../src/host/host-folders.js';
import { CLI } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';

const ARCH = 'x86_64';
const QUESTION = ['--prompt', 'What is zosia?', '--temp', '0', '-n', '40'];

/** Runs zosia as a host with settings of its own. */
const runIn = (folder: string, settings: string, args: readonly string[]) =>
  execa(process.execPath, [CLI, ...args], {
    cwd: folder,
    env: { XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: settings },
    reject: false,
  });
type Running = ReturnType<typeof runIn>;

describe('zosia worker', () => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    const cache = join(folder.path, 'cache', 'zosia');
    await mkdir(cache, { recursive: true });
    await symlink(
      join(hostFolders(process.env).cacheDirectory, 'packages'),
      join(cache, 'packages'),
    );
  });

  const zosiaOf = (host: string, args: readonly string[]): Running =>
    runIn(folder.path, folder.file(`settings of ${host}`), args);
  const machine = ['--arch', ARCH, '--accel', 'tcg', '--smp', '1'];

  const keyOf = async (host: string): Promise<string> => {
    const { stdout, exitCode } = await zosiaOf(host, ['worker', 'key']);
    expect(exitCode).toBe(0);
    return stdout;
  };

  /** The JSON that a command prints once it is there. */
  const said = (running: Running): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      let text = '';
      running.stdout.on('data', (bytes: Buffer) => {
        text += bytes.toString();
        if (text.trimEnd().endsWith('}')) resolve(JSON.parse(text) as Record<string, unknown>);
      });
      void running.then(({ stderr }) => {
        reject(new Error(`it has ended:\n${stderr}`));
      });
    });

  async function startWorker(
    host: string,
    more: readonly string[],
  ): Promise<{ where: string; worker: Running }> {
    const listen = ['--listen', '127.0.0.1:0', '--ram', '320', '--json'];
    const worker = zosiaOf(host, ['worker', ...listen, ...machine, ...more]);
    return { where: String((await said(worker))['listens']), worker };
  }

  it('computes a part of a model for a head whose key it knows, and for no other', async () => {
    const [head, ...keys] = await Promise.all(['head', 'first', 'second', 'stranger'].map(keyOf));
    expect(new Set([head, ...keys]).size).toBe(4);
    await writeFile(folder.file('heads'), `${head!} head\n`);
    await writeFile(folder.file('workers'), `${keys[0]!}\n${keys[1]!}\n`);
    const [first, second] = [
      await startWorker('first', ['--peers', 'heads']),
      await startWorker('second', ['--peers', 'heads']),
    ];
    const workers = ['--workers', `${first.where},${second.where}`, '--peers', 'workers'];
    const ask = (host: string, more: readonly string[]) =>
      zosiaOf(host, ['up', ...machine, ...QUESTION, ...more]);
    try {
      const alone = await ask('head', ['--no-snapshot']);
      expect(alone.exitCode, alone.stderr).toBe(0);
      const split = await ask('head', workers);
      expect(split.exitCode, split.stderr).toBe(0);
      expect(split.stdout).toBe(alone.stdout);
      expect(split.stdout).toMatch(/boots straight into the model/);

      const stranger = await ask('stranger', workers);
      expect(stranger.exitCode).toBe(1);
      expect(stranger.stderr).toMatch(/^error: worker 1 has hung up$/m);
      expect(stranger.stderr).toMatch(/zosia: worker 127\.0\.0\.1:\d+: /);

      const story = ['--prompt', 'Tell a story.', '-n', '100000', '--ctx', '2048'];
      const telling = zosiaOf('head', ['up', ...machine, ...story, ...workers]);
      await once(telling.stdout, 'data');
      second.worker.kill('SIGKILL');
      for (const lost of [await telling, await ask('head', workers)]) {
        expect(lost.exitCode).toBe(1);
        expect(lost.stderr).toMatch(/^error: worker 2 has hung up$/m);
      }
    } finally {
      first.worker.kill('SIGINT');
      second.worker.kill('SIGKILL');
      expect((await first.worker).exitCode).toBe(0);
    }
  });

  it('computes for a served model each time it is asked for, and leaves it with a word', async () => {
    const [first, second] = [await startWorker('first', []), await startWorker('second', [])];
    const workers = ['--workers', `${first.where},${second.where}`];
    const serving = zosiaOf('head', [
      ...['serve', EMBEDDED_MODEL, '--port', '0', '--no-key', '--json', '--keep', '1s'],
      ...[...machine, ...workers],
    ]);
    try {
      const [url] = (await said(serving))['urls'] as [string];
      const state = async (): Promise<string> => {
        const models = await fetch(`${url}/v1/models`).then((response) => response.json());
        return (models as { data: [{ state: string }] }).data[0].state;
      };
      const ask = async (): Promise<{ status: number; text: string }> => {
        const response = await fetch(`${url}/v1/chat/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            messages: [{ role: 'user', content: 'What is zosia?' }],
            temperature: 0,
            max_tokens: 40,
          }),
        });
        return { status: response.status, text: await response.text() };
      };
      for (let time = 0; time < 2; time++) {
        expect(await ask()).toEqual({
          status: 200,
          text: expect.stringMatching(/boots straight into the model/) as string,
        });
        await expect.poll(state, { timeout: 60_000 }).toBe('asleep');
      }
      second.worker.kill('SIGKILL');
      await second.worker;
      const lost = await ask();
      expect(lost.status).toBe(502);
      expect(lost.text).not.toContain(second.where);
    } finally {
      for (const { worker } of [first, second]) worker.kill('SIGINT');
      serving.kill('SIGINT');
      const { stderr, exitCode } = await serving;
      expect(stderr).toMatch(/^error: worker 2 has hung up$/m);
      expect(exitCode).toBe(0);
      expect((await first.worker).exitCode).toBe(0);
    }
  });
});
