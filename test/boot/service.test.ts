import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { CLI } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { freePort } from '../support/free-port.js';
import { temporaryFolder } from '../support/temporary.js';
import { ServeUser } from './support/serve-user.js';
import { startUserManager } from './support/user-manager.js';

describe('zosia serve --install', () => {
  const folder = temporaryFolder();

  it('has systemd start it for the first request, and nothing of it is left by --uninstall', async (context) => {
    await using manager = await startUserManager(folder.path);
    if (!manager) return context.skip('no service manager of systemd can be started here');
    const user = new ServeUser(hostArchitecture(), folder.path);
    await user.prepare();
    const { XDG_CACHE_HOME, XDG_DATA_HOME } = user.environment;
    const run = (...args: string[]) =>
      manager.run([process.execPath, CLI, 'serve', ...args], { XDG_CACHE_HOME, XDG_DATA_HOME });
    const state = async () =>
      (await manager.run(['systemctl', '--user', 'is-active', 'zosia-serve.service'])).stdout;
    const units = () => readdir(folder.file('config/systemd/user'));

    const port = await freePort();
    const where = ['--port', String(port), '--no-key', '--accel', 'tcg'];
    const installed = await run(EMBEDDED_MODEL, ...where, '--install');
    expect(installed.exitCode, installed.stderr).toBe(0);
    expect(await state()).toBe('inactive');

    const url = `http://127.0.0.1:${port}`;
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        messages: [{ role: 'user', content: 'What is zosia?' }],
        temperature: 0,
        max_tokens: 40,
      }),
    });
    expect(await answer.text()).toMatch(/boots straight into the model/);
    expect(await state()).toBe('active');

    const removed = await run('--uninstall');
    expect(removed.exitCode, removed.stderr).toBe(0);
    expect((await units()).filter((name) => name.startsWith('zosia'))).toEqual([]);
    expect(await state()).toBe('inactive');
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });
});
