import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { writeOutput } from '../../host/output-file.js';
import { OF_OTHERS, readPrivateFile } from '../../host/private-file.js';
import { shellPath } from '../../shell-word.js';
import { selfSigned } from './certificate.js';
import { fingerprintOf } from './fingerprint.js';
import type { Fingerprint } from './fingerprint.js';

/** What a worker, or the head that its work is for, shows itself with. */
export interface WorkerKey {
  /** What the other side has to be told. */
  readonly fingerprint: Fingerprint;
  /** In PEM, both. */
  readonly cert: string;
  readonly key: string;
}

export interface KeptWorkerKey extends WorkerKey {
  readonly path: string;
  /** Whether it was made just now. */
  readonly isNew: boolean;
}

export const KEY_FILE = 'worker-key.pem';
const MODE = 0o600;

/**
 * Reads the key of this host from a folder, or makes one there. Two that make one at the same time get the same.
 *
 * @throws ZosiaError `ZOSIA_WORKER_KEY_OPEN` where others than its owner may read or write it,
 *   `ZOSIA_WORKER_KEY_INVALID`, `ZOSIA_FILE_UNREADABLE`, `ZOSIA_OUTPUT_UNWRITABLE`, `ZOSIA_DISK_FULL`
 */
export async function workerKey(folder: string): Promise<KeptWorkerKey> {
  const path = join(folder, KEY_FILE);
  const found = await readKey(path).catch((error: unknown) => {
    if (error instanceof ZosiaError && error.code === 'ZOSIA_FILE_NOT_FOUND') return undefined;
    throw error;
  });
  if (found) return { ...found, path, isNew: false };
  const made = generateWorkerKey();
  await writeOutput(path, made.key, { mode: MODE, replace: false });
  // Of two that were made at once, the first has stayed.
  const kept = await readKey(path);
  return { ...kept, path, isNew: kept.fingerprint === made.fingerprint };
}

/** A new key, which nothing keeps. */
export const generateWorkerKey = (): WorkerKey =>
  describeKey(generateKeyPairSync('ed25519').privateKey);

async function readKey(path: string): Promise<WorkerKey> {
  const text = await readPrivateFile(path, {
    kind: 'key of this host',
    forbidden: OF_OTHERS,
    onOpen: () =>
      new ZosiaError(
        'ZOSIA_WORKER_KEY_OPEN',
        `other users of this host may read or write the key ${path}`,
        {
          hint: `Make it yours alone: chmod 600 ${shellPath(path)}; if they may have read it, delete it, and tell the others the fingerprint of the new one.`,
        },
      ),
  });
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch (error) {
    throw invalid(path, 'cannot be read', error);
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw invalid(path, `is of the type ${key.asymmetricKeyType ?? 'unknown'}, not Ed25519`);
  }
  return describeKey(key);
}

const describeKey = (key: KeyObject): WorkerKey => ({
  fingerprint: fingerprintOf(key),
  cert: selfSigned(key),
  key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
});

const invalid = (path: string, what: string, cause?: unknown): ZosiaError =>
  new ZosiaError('ZOSIA_WORKER_KEY_INVALID', `the key ${path} ${what}`, {
    hint: 'Put back the file that was there, or delete it: a new key is made, whose fingerprint the others have to be told.',
    cause,
  });
