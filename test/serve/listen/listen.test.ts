import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenAt, urlOf } from '../../../src/serve/listen/listen.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { descriptorOf, endWithTest, listening, portOf } from './sockets.js';

const LISTENS_ON = fileURLToPath(new URL('listens-on.ts', import.meta.url));
const CHILD = [process.execPath, '--import', 'tsx', LISTENS_ON];

function makeServer(): Server {
  const server = createServer((request, response) => {
    response.setHeader('connection', 'close');
    response.end(String(request.socket.localPort));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

const ask = async (port: number): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}/`)).text();

/** A process that listens on sockets which this one has made, and answers at none of them. */
function handOver(owners: readonly NetServer[]) {
  const child = spawn('sh', ['-c', 'LISTEN_PID=$$ exec "$@"', 'sh', ...CHILD], {
    stdio: ['ignore', 'pipe', 'inherit', ...owners.map(descriptorOf)],
    env: { ...process.env, LISTEN_FDS: String(owners.length) },
  });
  endWithTest(child);
  for (const owner of owners) owner.close();
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => (await lines.next()).value as string;
  return { child, line, ended: once(child, 'exit') };
}

describe('listenAt', () => {
  it('tells where it listens, and how many connections there are', async () => {
    const found = await listenAt(makeServer(), { host: '127.0.0.1', port: 0 });
    const [{ address, port }] = found.addresses as [AddressInfo];
    expect(address).toBe('127.0.0.1');
    expect(await ask(port)).toBe(String(port));
    const client = connect(port, '127.0.0.1');
    await once(client, 'connect');
    await expect.poll(found.connections).toBe(1);
    client.destroy();
    await expect.poll(found.connections).toBe(0);
    found.close();
    await expect(ask(port)).rejects.toThrow();
  });

  it('names a port that is taken', async () => {
    const other = await listening();
    onTestFinished(() => void other.close());
    const taken = listenAt(makeServer(), { host: '127.0.0.1', port: portOf(other) });
    await expect(taken).rejects.toThrow(zosiaError('ZOSIA_SERVE_PORT_TAKEN'));
    await expect(taken).rejects.toThrow(String(portOf(other)));
  });

  it.each([
    ['192.0.2.1', /this host has no such address/],
    ['name.invalid', /the name stands for no address/],
  ])('says why it cannot listen on %s', async (host, why) => {
    const refused = listenAt(makeServer(), { host, port: 0 });
    await expect(refused).rejects.toThrow(zosiaError('ZOSIA_SERVE_CANNOT_LISTEN'));
    await expect(refused).rejects.toThrow(why);
  });
});

describe('listenOn', () => {
  const folder = temporaryFolder();

  it('answers at all of the sockets, tells their addresses, and gives slow clients little time', async () => {
    const owners = [await listening(), await listening()];
    const ports = owners.map(portOf);
    const { line } = handOver(owners);
    const addresses = JSON.parse(await line()) as AddressInfo[];
    expect(addresses.map(({ port }) => port)).toEqual(ports);
    expect(await Promise.all(ports.map(ask))).toEqual(ports.map(String));
    for (const port of ports) {
      const client = connect(port, '127.0.0.1');
      client.write('GET / HTTP/1.1\r\nHost: slow');
      expect(await text(client)).toMatch(/^HTTP\/1\.1 408 /);
    }
  });

  it('ends connections of all of them, and the process', async () => {
    const owners = [await listening(), await listening()];
    const ports = owners.map(portOf);
    const { child, line, ended } = handOver(owners);
    await line();
    const clients = ports.map((port) => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(clients.map((client) => once(client, 'connect')));
    await Promise.all(ports.map(ask));
    child.kill('SIGTERM');
    expect(await line()).toBe('2');
    const ends = clients.map((client) => once(client, 'close'));
    expect(await ended).toEqual([0, null]);
    await Promise.all(ends);
  });

  it('refuses one that has no address of IP, and then listens on none', async () => {
    const { line, ended } = handOver([await listening(), await listening(folder.file('s'))]);
    expect(await line()).toBe('ZOSIA_LISTEN_FDS_INVALID');
    expect(await ended).toEqual([0, null]);
  });
});

describe('urlOf', () => {
  it.each([
    ['127.0.0.1', false, 'http://127.0.0.1:80'],
    ['192.168.1.2', true, 'https://192.168.1.2:80'],
    ['0.0.0.0', true, 'https://127.0.0.1:80'],
    ['::', false, 'http://[::1]:80'],
    ['fd00::2', false, 'http://[fd00::2]:80'],
  ])('opens %s on this host', (address, isTls, url) => {
    expect(urlOf({ address, port: 80, family: 'IPv4' }, isTls)).toBe(url);
  });
});
