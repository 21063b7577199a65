import { copyFile, mkdir, readFile, readdir, realpath, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLI, zosia } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { skipWhere } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';

const NEEDS_LINUX = skipWhere(process.platform !== 'linux', 'systemd is on Linux alone');

describe('zosia serve --install', NEEDS_LINUX, () => {
  const folder = temporaryFolder();
  let count = 0;
  let config: string;
  let env: Record<string, string>;
  const unit = (ending: string): string => join(config, 'systemd/user', `zosia-serve.${ending}`);
  const run = (line: string, more: Record<string, string> = {}) =>
    zosia(['serve', ...line.split(' ')], { env: { ...env, ...more }, cwd: folder.path });
  const calls = async (): Promise<string[]> =>
    (await readFile(folder.file('calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  beforeAll(async () => {
    await copyFile(EMBEDDED_MODEL, folder.file('one.gguf'));
    await mkdir(folder.file('bin'));
    // Where there is no session of the user's, systemctl fails at once.
    await writeFile(
      folder.file('bin/systemctl'),
      `#!/bin/sh\necho "$*" >> '${folder.file('calls')}'\ntest -z "$NO_SESSION"\n`,
      { mode: 0o755 },
    );
  });
  beforeEach(async () => {
    config = folder.file(`config ${++count}`);
    await writeFile(folder.file('calls'), '');
    env = {
      PATH: [folder.file('bin'), process.env.PATH].join(delimiter),
      XDG_CONFIG_HOME: config,
      ZOSIA_MODELS: folder.file('store'),
      RAM_MB: '',
    };
  });

  it('has systemd listen, and start the same command in the same folder', async () => {
    const line = 'one.gguf --port 4321 --install --keep 1h --json -- --cache-reuse 256 --json';
    const { stdout, stderr, exitCode } = await run(line, { SMP: '1', OLLAMA_MODELS: '/ollama' });
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      files: [unit('socket'), unit('service')],
      isStarted: true,
    });
    const [, key] = /^zosia: the API key is (zosia-\S{43})$/m.exec(stderr)!;
    expect(await readFile(join(config, 'zosia/api-key'), 'utf8')).toBe(`${key!}\n`);

    expect(await readFile(unit('socket'), 'utf8')).toContain('\nListenStream=127.0.0.1:4321\n');
    const service = await readFile(unit('service'), 'utf8');
    const start = /^ExecStart=(.*)$/m.exec(service)![1]!;
    expect(start).toContain(CLI);
    expect(start.replaceAll('"', '')).toMatch(
      / serve one\.gguf --port 4321 --keep 1h -- --cache-reuse 256 --json$/,
    );
    expect(service).toContain(`\nWorkingDirectory=${await realpath(folder.path)}\n`);
    for (const [name, value] of Object.entries({
      SMP: '1',
      OLLAMA_MODELS: '/ollama',
      ZOSIA_MODELS: folder.file('store'),
      XDG_CONFIG_HOME: config,
      PATH: env.PATH!,
    })) {
      expect(service).toContain(`${name}=${value}`);
    }
    expect(service).not.toMatch(/RAM_MB|HF_TOKEN|ZOSIA_API_KEY|zosia-[\w-]{43}/);
    expect(await calls()).toEqual([
      '--user show --property=Version',
      '--user daemon-reload',
      '--user stop zosia-serve.socket zosia-serve.service',
      '--user daemon-reload',
      '--user enable --now zosia-serve.socket',
    ]);
  });

  it('says what starts it where nobody is there to do so, and --uninstall removes it', async () => {
    const { stdout, stderr, exitCode } = await run('one.gguf --install', { NO_SESSION: '1' });
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toBe(`wrote ${unit('socket')}\nwrote ${unit('service')}\n`);
    expect(stderr).toMatch(
      /^ {2}systemctl --user daemon-reload\n {2}systemctl --user enable --now /m,
    );

    const removed = await run('--uninstall');
    expect(removed).toMatchObject({
      exitCode: 0,
      stdout: `removed ${unit('socket')}\nremoved ${unit('service')}\n`,
    });
    expect(await calls()).toContain('--user disable --now zosia-serve.socket zosia-serve.service');
    expect(await readdir(join(config, 'systemd/user'))).toEqual([]);
    expect(await run('--uninstall')).toEqual({
      stdout: '',
      stderr: 'zosia has installed no service\n',
      exitCode: 0,
    });
  });

  it.each([
    ['one.gguf --port 0', {}, /^error: 0 is no port that a service can listen on\nhint: .*--port/],
    ['one.gguf --host localhost', {}, /"localhost", which is no IP address\nhint: .*--host/],
    ['one.gguf', { ZOSIA_API_KEY: 'abc' }, /^error: a service is not given a key in a variable/],
    ['none.gguf', {}, /^error: there is no model none\.gguf/],
    ['one.gguf --alias x=two', {}, /^error: "x" cannot stand for "two"/],
    ['one.gguf --host 0.0.0.0', {}, /^error: other hosts can reach "0\.0\.0\.0"/],
    ['one.gguf --tls-cert none --tls-key none', {}, /^error: .*none/],
    ['one.gguf -- --tools', {}, /^error: --tools is not passed on/],
  ])('refuses %s, and leaves nothing', async (line, more, message) => {
    const { stdout, stderr, exitCode } = await run(`--install ${line}`, more);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect([1, 2]).toContain(exitCode);
    expect(await readdir(config).catch(() => [])).toEqual([]);
    expect(await calls()).toEqual([]);
  });

  it('leaves a unit alone that it did not write', async () => {
    await mkdir(join(config, 'systemd/user'), { recursive: true });
    await writeFile(unit('service'), '[Service]\n');
    for (const line of ['one.gguf --install', '--uninstall']) {
      const { stderr, exitCode } = await run(line);
      expect(stderr).toMatch(/zosia did not write/);
      expect(stderr).not.toContain('--force');
      expect(exitCode).toBe(1);
    }
    expect(await readFile(unit('service'), 'utf8')).toBe('[Service]\n');
  });
});
