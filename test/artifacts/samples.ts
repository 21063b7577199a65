import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Lock, LockedPackage } from '../../src/artifacts/lock.js';
import { sha256 } from '../../src/image/sha256.js';

/** A package whose contents are the given text. */
export function samplePackage(name: string, contents: string | Uint8Array): LockedPackage {
  return {
    name,
    version: '1:1.0+dfsg-1',
    architecture: 'arm64',
    suite: 'forky',
    poolPath: `pool/main/s/sample/${name}_1.0+dfsg-1_arm64.deb`,
    sizeBytes: Buffer.byteLength(contents),
    sha256: sha256(contents),
  };
}

const SOURCE: LockedPackage = { ...samplePackage('linux-source', 's'), architecture: 'all' };

const RPC: LockedPackage = samplePackage('libggml0-backend-rpc', 'r');

/** A lock whose aarch64 half has the given packages, and whose other half has copies of them. */
export function sampleLock(kernel: LockedPackage[], llama: LockedPackage[]): Lock {
  const other = (packages: LockedPackage[]): LockedPackage[] =>
    packages.map((locked) => ({ ...locked, architecture: 'amd64' }));
  return {
    schema: 1,
    snapshot: { bookworm: '20240210T161637Z', forky: '20240401T020801Z' },
    components: {
      kernel: { aarch64: kernel, x86_64: other(kernel) },
      llama: { aarch64: llama, x86_64: other(llama) },
      'llama-rpc': { aarch64: [RPC], x86_64: other([RPC]) },
      'kernel-source': { aarch64: [SOURCE], x86_64: [SOURCE] },
    },
  };
}

/** A folder that goes when the test ends. */
export async function temporaryFolder(prefix = 'zosia-'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
