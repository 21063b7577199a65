import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { descriptorOf, endWithTest, listening, portOf } from '../../serve/listen/sockets.js';
import { CLI } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';

describe('zosia serve that systemd starts for a socket', () => {
  const folder = temporaryFolder();

  /** As systemd does it: the socket listens before the process is there. */
  function start(owner: Server, args: readonly string[]) {
    const words = [process.execPath, CLI, 'serve', EMBEDDED_MODEL, ...args];
    const child = spawn('sh', ['-c', 'LISTEN_PID=$$ exec "$@"', 'sh', ...words], {
      stdio: ['ignore', 'pipe', 'pipe', descriptorOf(owner)],
      env: {
        ...process.env,
        LISTEN_FDS: '1',
        LISTEN_FDNAMES: 'http',
        XDG_CONFIG_HOME: folder.file('config'),
      },
    });
    endWithTest(child);
    owner.close();
    return {
      child,
      ended: once(child, 'exit'),
      stdout: text(child.stdout!),
      stderr: text(child.stderr!),
    };
  }

  it('answers at the address of the socket, whatever --host and --port say, and ends when it is told to', async () => {
    const owner = await listening();
    const port = portOf(owner);
    const args = ['--no-key', '--port', '1', '--host', '192.168.1.2'];
    const { child, ended, stdout } = start(owner, args);
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect(await health.json()).toEqual({ status: 'ok' });
    // One who is still there does not keep it.
    const client = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(client, 'connect');
    const left = once(client, 'close');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await left;
    expect(await stdout).toBe(`ready on http://127.0.0.1:${port}\n`);
  });

  it.each([
    ['--api-key abc', /^error: other hosts can reach "0\.0\.0\.0", which needs TLS: .*\nhint: /],
    ['--no-key --insecure', /^error: other hosts can reach "0\.0\.0\.0", which needs a key: /],
  ])('refuses a socket that other hosts can reach with %s', async (line, message) => {
    const { ended, stdout, stderr } = start(await listening({ host: '0.0.0.0' }), line.split(' '));
    expect(await ended).toEqual([2, null]);
    expect(await stderr).toMatch(message);
    expect(await stdout).toBe('');
  });

  it('refuses a socket that has no address of IP', async () => {
    const { ended, stderr } = start(await listening(folder.file('socket')), ['--no-key']);
    expect(await ended).toEqual([1, null]);
    expect(await stderr).toMatch(
      /^error: what systemd hands over cannot be used: descriptor 3 has no address of IP\nhint: /,
    );
  });
});
