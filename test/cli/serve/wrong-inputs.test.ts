import { chmod, copyFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { zosia } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';

const USAGE = 2;
const FAILED = 1;

describe('zosia serve refuses', () => {
  const folder = temporaryFolder();
  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    zosia(['serve', ...args], {
      cwd: folder.path,
      env: {
        XDG_CONFIG_HOME: folder.file('config'),
        ZOSIA_MODELS: folder.file('store'),
        ...env,
      },
    });
  beforeAll(async () => {
    await copyFile(EMBEDDED_MODEL, folder.file('one.gguf'));
    await copyFile(EMBEDDED_MODEL, folder.file('other.gguf'));
    await writeFile(folder.file('keys'), 'a-key\n');
    await chmod(folder.file('keys'), 0o640);
  });

  it.each([
    ['--port 65536', /'--port <n>' argument '65536' is invalid\. Give a port from 0 to 65535/],
    ['--keep 5', /Give a number with its unit, as in 90s, 5m or 1h/],
    ['--alias =one', /Give NAME, or NAME=MODEL/],
    ['--parallel 33', /Give a number from 1 to 32/],
    ['--allow-host http://box.local/', /Give a name, or a name and a port, as in box\.local:9931/],
    ['--cors *', /Give scheme, host and port alone, as in https:\/\/example\.org/],
    ['--cors https://example.org/', /Give scheme, host and port alone/],
    ['--tls-cert cert.pem', /'--tls-cert' is for --tls-key, which is not given/],
    ['--tls-key key.pem', /'--tls-key' is for --tls-cert, which is not given/],
    ['--embedding --rerank', /'--embedding' cannot be used with option '--rerank'/],
    ['--install --uninstall', /'--uninstall' cannot be used with option '--install'/],
    ['--install --open', /'--install' cannot be used with option '--open'/],
    ['--install --api-key abc', /'--install' cannot be used with option '--api-key/],
    [
      '--embedding one.gguf other.gguf',
      /--embedding is for one model, and several are served.*\nhint: {2}Name that model alone/,
    ],
    ['--draft x one.gguf other.gguf', /--draft is for one model/],
    [
      '--host 0.0.0.0',
      /"0\.0\.0\.0", which needs TLS: .*\nhint: .* --tls-cert and --tls-key; .* --insecure\.$/m,
    ],
    ['--host 0.0.0.0 --no-key', /which needs a key and TLS: /],
    [
      '--host 0.0.0.0 --no-key --insecure',
      /which needs a key: .*\nhint: {2}Listen on 127\.0\.0\.1; or let it have a key\.$/m,
    ],
    ['--no-key --api-key-file keys', /--no-key and --api-key-file contradict each other/],
    ['one.gguf -- --tools', /--tools is not passed on to llama-server: .*\nhint: {2}Leave it out/],
    ['one.gguf -- --cache-reuse 256 --agent', /--agent is not passed on/],
    ['one.gguf -- --mcp_servers_json={}', /--mcp_servers_json=\{\} is not passed on/],
    [
      'one.gguf -- --host 0.0.0.0',
      /--host is not passed on to llama-server: zosia decides that itself/,
    ],
  ])('%s, as wrong usage', async (line, message) => {
    const { stdout, stderr, exitCode } = await run(line.split(' '));
    expect(stderr).toMatch(message);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: USAGE });
  });

  it.each([
    ['RAM_MB', { RAM_MB: 'much' }],
    ['ZOSIA_SNAPSHOT', { ZOSIA_SNAPSHOT: 'no' }],
  ])('what is wrong in a variable, by its name: %s', async (name, env) => {
    const { stderr, exitCode } = await run(['one.gguf'], env);
    expect(stderr).toMatch(new RegExp(`^error: ${name} cannot be `));
    expect(exitCode).toBe(USAGE);
  });

  it.each([
    ['none.gguf', /^error: there is no model none\.gguf\nhint: /],
    [
      'one.gguf --alias gpt=two',
      /"gpt" cannot stand for "two", which is not served\nhint: {2}Say for which: --alias gpt=one$/m,
    ],
    [
      'one.gguf other.gguf --alias gpt',
      /of 2 models, it is not said for which "gpt" stands\nhint: .*--alias gpt=/,
    ],
    [
      'one.gguf other.gguf --alias gpt=one --alias gpt=other',
      /"gpt" cannot stand for both one and other/,
    ],
    ['one.gguf other.gguf --alias other=one', /"other" is the name of a model itself/],
    ['one.gguf --api-key-file none', /there is no file none|none/],
    [
      'one.gguf --api-key-file keys',
      /other users of this host may read or write the file of keys .*\nhint: {2}Make it yours alone: chmod 600 keys$/m,
    ],
    ['one.gguf --tls-cert one.gguf --tls-key keys', /one\.gguf/],
  ])('%s, and says what to do', async (line, message) => {
    const { stdout, stderr, exitCode } = await run(line.split(' '));
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^hint: {2}\S/m);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: FAILED });
  });

  it('a key in a variable that no client could send, without showing it', async () => {
    const { stderr, exitCode } = await run(['one.gguf'], { ZOSIA_API_KEY: 'my secret' });
    expect(stderr).toMatch(/^error: ZOSIA_API_KEY: that is no key\nhint: /);
    expect(stderr).not.toContain('secret');
    expect(exitCode).toBe(FAILED);
  });

  it('a port that another program has, with what to do, and shows the key that it made', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { stdout, stderr, exitCode } = await run(['one.gguf', '--port', String(port)], {
      XDG_CONFIG_HOME: folder.file('fresh'),
    });
    expect(stderr).toMatch(new RegExp(`^error: .*${port}.*\\nhint: .*--port`, 'm'));
    // It is kept, and would never be shown again.
    expect(stderr).toMatch(/^zosia: the API key is zosia-\S{43}$/m);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: FAILED });
  });

  it('a name that stands for no address', async () => {
    const { stderr, exitCode } = await run([
      'one.gguf',
      '--host',
      'name.invalid',
      '--insecure',
      '--api-key',
      'abc',
    ]);
    expect(stderr).toMatch(/^error: cannot listen on .*name\.invalid.*\nhint: .*--host/m);
    expect(exitCode).toBe(FAILED);
  });

  it('the others of these before it makes a key, or an image', async () => {
    const left = (await readdir(folder.path)).sort();
    expect(left).toEqual(['fresh', 'keys', 'one.gguf', 'other.gguf']);
  });
});
