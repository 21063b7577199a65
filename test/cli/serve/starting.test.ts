import { copyFile, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../../src/artifacts/architectures.js';
import { makeFakeQemu } from '../../machine/support/fake-qemu.js';
import type { FakeQemu } from '../../machine/support/fake-qemu.js';
import { zosia } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';
import { startServe, urlOf } from './running.js';

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('zosia serve', () => {
  const folder = temporaryFolder();
  let qemu: FakeQemu;
  let env: Record<string, string>;
  beforeAll(async () => {
    // A machine that never is ready.
    qemu = await makeFakeQemu(folder.file('bin'), {
      program: `qemu-system-${hostArchitecture()}`,
      machine: `
        writeFileSync(${JSON.stringify(folder.file('machine'))}, String(process.pid));
        setInterval(() => 0, 1000);`,
    });
    env = {
      PATH: [qemu.folder, process.env.PATH].join(delimiter),
      XDG_CONFIG_HOME: folder.file('config'),
      ZOSIA_MODELS: folder.file('store'),
    };
    for (const name of ['one.gguf', 'other.gguf']) {
      await copyFile(EMBEDDED_MODEL, folder.file(name));
    }
  });
  const start = (args: readonly string[], more: Record<string, string> = {}, ready?: RegExp) =>
    startServe(args, { env: { ...env, ...more }, cwd: folder.path }, ready);

  it('--dry-run prints a machine for each model, none of which has a network', async () => {
    const args = ['serve', 'one.gguf', 'other.gguf', '--accel', 'tcg', '--dry-run'];
    const { stdout, stderr, exitCode } = await zosia(args, { env, cwd: folder.path });
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const commands = stdout.trimEnd().split('\n');
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      expect(command).toMatch(/qemu-system-\w+'? -nodefaults .*-nic none /);
      expect(command).not.toMatch(/-net(?:dev)? /);
    }
    expect(await readdir(folder.path)).not.toContain('config');
  });

  it('makes a key that its user alone may read, shows it once, and asks for it', async () => {
    const first = await start(['one.gguf']);
    const [, key] = /^zosia: the API key is (zosia-\S{43})$/m.exec(first.stderr())!;
    const path = join(env.XDG_CONFIG_HOME!, 'zosia', 'api-key');
    expect(first.stderr()).toContain(path);
    expect(await readFile(path, 'utf8')).toBe(`${key!}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(first.stdout()).not.toContain(key);
    const url = `${urlOf(first)}/v1/models`;
    expect((await fetch(url)).status).toBe(401);
    const answer = await fetch(url, { headers: { authorization: `Bearer ${key!}` } });
    expect(await answer.json()).toMatchObject({ data: [{ id: 'one', state: 'asleep' }] });
    expect((await first.end()).exitCode).toBe(0);

    const second = await start(['one.gguf']);
    expect(second.stderr()).not.toContain('API key');
    expect(second.stderr()).not.toContain(key);
    const again = await fetch(`${urlOf(second)}/v1/models`, { headers: { 'x-api-key': key! } });
    expect(again.status).toBe(200);
    expect(await second.end()).toMatchObject({ exitCode: 0 });
  });

  it('--json prints where it is, and what it serves, once it answers', async () => {
    const config = { XDG_CONFIG_HOME: folder.file('other config') };
    const args = ['one.gguf', 'other.gguf', '--alias', 'gpt-4o=one', '--json'];
    const running = await start(args, config, /^\}$/m);
    const said = JSON.parse(running.stdout()) as { urls: string[] };
    expect(said).toEqual({
      urls: [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)],
      models: ['one', 'other'],
      apiKeyFile: join(config.XDG_CONFIG_HOME, 'zosia', 'api-key'),
    });
    expect(await (await fetch(`${said.urls[0]!}/health`)).json()).toEqual({ status: 'ok' });
    await running.end();
  });

  it('has models by their aliases, for pages of --cors alone, and asks for no key with --no-key', async () => {
    const args = '--alias a --alias b/c=one --no-key --cors https://example.org';
    const running = await start(['one.gguf', ...args.split(' ')]);
    const url = urlOf(running);
    expect(await (await fetch(`${url}/v1/models/b/c`)).json()).toMatchObject({
      id: 'one',
      aliases: expect.arrayContaining(['a', 'b/c', 'one.gguf']) as string[],
    });
    const seenBy = async (origin: string) => {
      const { headers } = await fetch(`${url}/v1/models`, { headers: { origin } });
      return headers.get('access-control-allow-origin');
    };
    expect(await seenBy('https://example.org')).toBe('https://example.org');
    expect(await seenBy('https://example.com')).toBeNull();
    await running.end();
  });

  it('ends with Ctrl+C, with status 0 and its machines, and tells who waits', async () => {
    const running = await start(['one.gguf', '--no-key', '--no-snapshot', '--accel', 'tcg']);
    const asked = fetch(`${urlOf(running)}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"prompt":"Once"}',
    });
    const ends = expect(asked).rejects.toThrow();
    const pid = await expect
      .poll(() => readFile(folder.file('machine'), 'utf8').catch(() => ''), { timeout: 20_000 })
      .toMatch(/^\d+$/)
      .then(() => readFile(folder.file('machine'), 'utf8'));
    expect(isRunning(Number(pid))).toBe(true);
    const { exitCode, stdout, stderr } = await running.end();
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: running.stdout() });
    expect(stderr).not.toMatch(/error|warning/);
    await ends;
    expect(isRunning(Number(pid))).toBe(false);
  });

  it('--open opens the page, and neither waits for the browser nor ends it', async () => {
    await mkdir(folder.file('browser'));
    const opened = folder.file('opened');
    await writeFile(
      folder.file('browser/xdg-open'),
      `#!/bin/sh\necho "$$ $*" > '${opened}'\nexec sleep 60\n`,
      { mode: 0o755 },
    );
    const path = [folder.file('browser'), env.PATH].join(delimiter);
    const running = await start(['one.gguf', '--no-key', '--open'], { PATH: path });
    await expect.poll(() => readFile(opened, 'utf8').catch(() => '')).not.toBe('');
    const [pid, url] = (await readFile(opened, 'utf8')).trim().split(' ');
    expect(url).toBe(urlOf(running));
    expect(await (await fetch(url!)).text()).toContain('<!doctype html>');
    expect((await running.end()).exitCode).toBe(0);
    expect(isRunning(Number(pid))).toBe(true);
    process.kill(Number(pid));
  });

  it('--open says so where no browser can be opened', async () => {
    await writeFile(folder.file('bin/xdg-open'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    const running = await start(['one.gguf', '--no-key', '--open']);
    await expect.poll(running.stderr).toContain(`open ${urlOf(running)} yourself\n`);
    expect((await running.end()).exitCode).toBe(0);
  });

  it('says each request, and nothing of its contents or of its key', async () => {
    const args = ['one.gguf', '--api-key-file', 'keys', '--no-snapshot', '--accel', 'tcg'];
    await writeFile(folder.file('keys'), 'secret-key\n', { mode: 0o600 });
    const running = await start(args);
    const leaving = new AbortController();
    const asked = fetch(`${urlOf(running)}/v1/completions?secret=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret-key' },
      body: '{"model":"one.gguf","prompt":"secret"}',
      signal: leaving.signal,
    });
    const leaves = expect(asked).rejects.toThrow();
    setTimeout(() => {
      leaving.abort();
    }, 500);
    await leaves;
    await expect
      .poll(running.stderr)
      .toMatch(/^POST \/v1\/completions one 499 [\d.]+ m?s the client left$/m);
    const { stdout, stderr } = await running.end();
    expect(stdout + stderr).not.toContain('secret');
  });
});
