import { copyFile, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from './samples.js';
import { closeServer } from '../support/close-server.js';

export const REPOSITORY = fileURLToPath(new URL('repository/', import.meta.url));

/** The keyring its signature is checked with, at a path without spaces: sources.list allows none. */
export async function testKeyring(): Promise<string> {
  const path = join(await temporaryFolder(), 'keyring.gpg');
  await copyFile(`${REPOSITORY}keyring.gpg`, path);
  return path;
}

/** Reaches this machine's servers past a proxy of the host's; call at the top of a test file. */
export function withoutProxy(): void {
  beforeEach(() => {
    vi.stubEnv('no_proxy', '127.0.0.1');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
}

export interface TestServer {
  /** Ends in `/`. */
  readonly url: string;
  readonly requests: string[];
  close(): Promise<void>;
}

/** An HTTP server on a free port of this machine. */
export async function serve(
  answer: (path: string, response: ServerResponse, request: IncomingMessage) => unknown,
): Promise<TestServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    requests.push(request.url ?? '');
    void Promise.resolve(answer(path, response, request)).catch((error: unknown) => {
      response.destroy(error as Error);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    close: () => closeServer(server),
  };
}

/** A server for one test, whose requests are answered one way after the other; the last way goes on. */
export async function served(...answers: Parameters<typeof serve>[0][]): Promise<TestServer> {
  let count = 0;
  const server = await serve((...request) =>
    answers[Math.min(count++, answers.length - 1)]!(...request),
  );
  onTestFinished(() => server.close());
  return server;
}

/**
 * The signed test repository over HTTP. `replace` gives other contents for some paths, and null for
 * "no such file".
 */
export function serveRepository(
  replace: Readonly<Record<string, Uint8Array | string | null>> = {},
): Promise<TestServer> {
  return serve(async (path, response) => {
    const contents = Object.hasOwn(replace, path) ? replace[path] : await contentsOf(path);
    if (contents === null || contents === undefined) {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, { 'content-length': Buffer.byteLength(contents) }).end(contents);
    }
  });
}

/** See repository/README.md. */
async function contentsOf(path: string): Promise<Uint8Array | string | null> {
  const match = /^pool\/.*\/([^/_]+)_([^/_]+)_([^/_]+)\.deb$/.exec(path);
  if (!match) return readFile(REPOSITORY + path).catch(() => null);
  const [, name, version, architecture] = match;
  // File names leave the epoch out; of this repository's packages, those of llama.cpp have one.
  const epoch = version === '0.8.0+dfsg-1' ? '1:' : '';
  return `${name!} ${epoch}${version!} ${architecture!}\n`;
}
