import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeDownloader } from '../../src/download/download-file.js';
import type { DownloaderOptions } from '../../src/download/download-file.js';
import type { DownloadFile, RemoteFile } from '../../src/download/remote-file.js';
import { temporaryFolder } from '../artifacts/samples.js';
import { serveFaulty } from '../support/faulty-server.js';
import type { FaultyServer, FaultyServerOptions } from '../support/faulty-server.js';

/** Bytes that look like nothing, the same for the same seed. */
export function someBytes(sizeBytes: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = (seed * 0x9e3779b1) >>> 0 || 1;
  for (let at = 0; at < sizeBytes; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** Times and sizes with which a test is done in no time. */
export const QUICK: DownloaderOptions = {
  segmentBytes: 10_000,
  progressBytes: 1000,
  stallTimeoutMs: 300,
  firstRetryDelayMs: 1,
  lockPollMs: 10,
};

export interface Place {
  readonly server: FaultyServer;
  readonly folder: string;
  readonly target: string;
  readonly download: DownloadFile;
  /** The file with its size and digest. */
  readonly file: RemoteFile;
  /** The file of which nothing is known beforehand. */
  readonly unknown: RemoteFile;
  /** What lies in the folder. */
  readonly names: () => Promise<string[]>;
  readonly contents: () => Promise<Uint8Array>;
}

/** A server for one test, and a folder to download to. */
export async function place(
  options: FaultyServerOptions,
  means: DownloaderOptions = {},
): Promise<Place> {
  const server = await serveFaulty(options);
  onTestFinished(() => server.close());
  const folder = await temporaryFolder();
  const target = join(folder, 'model.gguf');
  const unknown = { name: 'model.gguf', url: server.url };
  const { bytes } = options;
  return {
    server,
    folder,
    target,
    download: makeDownloader({ ...QUICK, ...means }),
    unknown,
    file: { ...unknown, sizeBytes: bytes.length, sha256: sha256(bytes) },
    names: async () => (await readdir(folder)).sort(),
    contents: () => readFile(target),
  };
}
