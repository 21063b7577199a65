import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DownloaderOptions } from '../../src/download/download-file.js';
import type { CacheFolders } from '../../src/models/caches/cached-model.js';
import { NamedModels } from '../../src/models/named-models.js';
import { pruneStore } from '../../src/models/store/prune.js';
import { ModelStore } from '../../src/models/store/store.js';
import { randomNumbers } from '../download/schedules.js';
import type { Outcome } from '../download/schedules.js';
import { QUICK, sha256, someBytes } from '../download/support.js';
import { startChild } from '../support/download-process.js';
import { getTestModel } from '../support/get-test-model.js';
import type { ModelResult, ModelTask } from '../support/get-test-model.js';
import type { ModelChildTask } from '../support/model-child.js';
import { afflicted } from '../support/model-servers/afflict.js';
import type { Affliction } from '../support/model-servers/afflict.js';
import { startModelSource } from './model-source.js';
import type { SourceKind } from './model-source.js';
import { rotBlob } from './rot-blob.js';
import { ggufBytes } from './store/fixtures.js';

/** Runs that faults may befall; after them the server, the network and the process are well. */
const FAULTY_RUNS = 3;

/** More than all that changes the file system on the way to a model takes. */
const MOST_STEPS = 90;

/** With nothing wrong; a stale lock would hold it up for minutes. */
const LONGEST_MS = 60_000;

const NAME = 'model';

/** How often the blob rots, once it is there. */
const ROT_RATE = 0.3;

/**
 * Pulls or adds a model while faults, chosen by a seed, befall the source that is asked, the download, and the process
 * itself, again and again until the model is there; then once more, as another revision, where there is one. Now and
 * then the blob rots in between, and the model is pulled again.
 *
 * @param program what is started and killed; without it nothing is
 * @throws Error when the store ever has something false in it, an error is none of zosia's own, a run without faults
 *   fails, or something is left behind
 */
export async function runModelSchedule(seed: number, program?: string): Promise<Outcome> {
  const random = randomNumbers(seed);
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const oneOf = <T>(values: readonly T[]): T => values[upTo(values.length)]!;

  const kind = oneOf<SourceKind>(['hub', 'hub', 'ollama', 'oci', 'oci', 'https', 'file']);
  // A file of this host that has been changed is another model: its name is not moved on to it.
  const revisions = await Promise.all(
    (kind === 'file' ? [1] : [1, 2]).map(async (revision) =>
      Buffer.concat([
        await ggufBytes(`revision ${revision} of ${seed}`),
        someBytes(upTo(40_000), seed + revision),
      ]),
    ),
  );
  const hasCache = kind !== 'https' && kind !== 'file' && random() < 0.2;
  const faultRate = oneOf([0, 0.1, 0.3, 0.6]);
  const faults: string[] = [];
  /** The digest of what the blob has become, until it has been replaced. */
  let rotten: string | undefined;
  let isWell = false;
  let running = 0;
  let killAt = Infinity;
  let kill = (): void => undefined;

  const choose = (isOfBytes: boolean): Affliction | undefined => {
    if (running++ === killAt) void delay(upTo(15)).then(kill);
    if (isWell || random() >= faultRate) return undefined;
    const part = random();
    const choices: Affliction[] = [
      { kind: 'status', status: oneOf([429, 503]), retryAfter: oneOf([undefined, '0', '0', '1']) },
      { kind: 'status', status: oneOf([500, 502, 401, 403, 404, 410]) },
      { kind: 'page' },
      { kind: 'reset' },
      { kind: 'stall' },
      { kind: 'cut', part },
      { kind: 'short', part },
    ];
    // Of a wrong byte nobody can tell who is told no digest.
    if (isOfBytes && kind !== 'https') choices.push({ kind: 'corrupt', part });
    const fault = oneOf(choices);
    faults.push(`${isOfBytes ? 'bytes' : 'api'}: ${fault.kind}`);
    return fault;
  };

  const root = await mkdtemp(join(tmpdir(), 'zosia-schedule-'));
  const store = new ModelStore(join(root, 'store'));
  const caches: CacheFolders = { ollama: [], huggingface: [], llamaCpp: [] };
  const source = await startModelSource(kind, {
    file: join(root, 'own.gguf'),
    intercept: afflicted(({ url = '' }) => choose(/\/blobs\/|\.gguf/.test(url) && kind !== 'hub')),
    interceptBytes: afflicted(() => choose(true)),
  });
  const ends: string[] = [];

  const runOnce = async (force: boolean): Promise<ModelResult | { end: string }> => {
    const means: DownloaderOptions = {
      ...QUICK,
      ...(isWell
        ? { stallTimeoutMs: 20_000 }
        : { stallTimeoutMs: 60, attempts: 2 + upTo(4), patienceMs: 50 }),
      segmentBytes: 1000 + upTo(20_000),
      journalBytes: 1 + upTo(10_000),
    };
    const task: ModelTask = {
      ...source.task(),
      ...{ store: store.folder, name: NAME, caches, force, means },
    };
    if (program === undefined) {
      const cancelled = new AbortController();
      const isCancelled = !isWell && random() < 0.2;
      if (isCancelled)
        void delay(upTo(40)).then(() => {
          cancelled.abort();
        });
      return getTestModel(task, cancelled.signal).catch((error: unknown) => {
        if (error === cancelled.signal.reason) return { end: 'cancelled' };
        throw new Error(`seed ${seed}: no error of zosia's own`, { cause: error });
      });
    }
    const ofDeath: Partial<ModelChildTask> =
      isWell || random() < 0.3 ? {} : { lastStep: upTo(MOST_STEPS), isLastDone: random() < 0.5 };
    const child = startChild<ModelResult>(program, { ...task, ...ofDeath });
    kill = () => void child.process.kill('SIGKILL');
    return (await child.result) ?? { end: 'killed' };
  };

  try {
    for (const [index, bytes] of revisions.entries()) {
      await source.put(bytes);
      if (hasCache) await putOllamaBlob(caches, join(root, 'ollama'), bytes);
      await runUntilDone(index, bytes, false);
      if (kind === 'file' || hasCache || random() >= ROT_RATE) continue;
      const keepsTime = random() < 0.7;
      rotten = await rotBlob(store.blobPath(sha256(bytes)), { keepsTime });
      faults.push(`blob: rotten${keepsTime ? ', with its time' : ''}`);
      // Where a source tells the digest, a blob of the time it had is taken for it unless its user says otherwise.
      await runUntilDone(index, bytes, keepsTime && kind !== 'https');
    }
    await pruneStore(store, { partialAgeMs: 0 });
    await expectNothingElse();
    return { ends, faults };
  } finally {
    await source.close();
    await rm(root, { recursive: true, force: true });
  }

  /** Pulls or adds it, with faults for a while, until it is done. */
  async function runUntilDone(index: number, bytes: Uint8Array, force: boolean): Promise<void> {
    for (let run = 0; ; run++) {
      isWell = run >= FAULTY_RUNS;
      running = 0;
      killAt = program !== undefined && !isWell && random() < 0.4 ? upTo(12) : Infinity;
      const began = performance.now();
      const result = await runOnce(force);
      const tookMs = performance.now() - began;
      if ('sha256' in result) rotten = undefined;
      await expectTrue(index);
      if ('sha256' in result) {
        check(result.sha256 === sha256(bytes), 'not the model that was wanted');
        await expectUsable(bytes);
        ends.push('done');
        return;
      }
      const end = 'end' in result ? result.end : result.code;
      check(!isWell, `fails without faults: ${JSON.stringify(result)}`);
      check(!isWell || tookMs < LONGEST_MS, `took ${tookMs} ms without faults`);
      ends.push(end);
    }
  }

  /** Whatever has happened, what the store says of its models is so, and blobs are what their names say. */
  async function expectTrue(index: number): Promise<void> {
    const known = revisions.slice(0, index + 1).map(sha256);
    for (const entry of await store.list()) {
      check(entry.model !== undefined, `a damaged record: ${entry.name}`);
      for (const file of entry.model?.files ?? []) {
        check(known.includes(file.sha256), `a model that there never was: ${file.sha256}`);
        // A file that its owner has replaced is told as changed.
        const state = await store.stateOf(file);
        const mayDiffer = file.path !== undefined || rotten !== undefined;
        check(state === 'there' || mayDiffer, `a file of a name is ${state}`);
        if (state !== 'there') continue;
        const found = sha256(await readFile(store.pathOf(file)));
        check(found === file.sha256 || found === rotten, 'another file than its name says');
      }
    }
    for (const blob of await store.blobs()) {
      const found = sha256(await readFile(store.blobPath(blob)));
      check(found === blob || found === rotten, 'a blob that is not what its name says');
    }
  }

  async function expectUsable(bytes: Uint8Array): Promise<void> {
    const found = await new NamedModels({ store, caches, verify: true }).find(NAME);
    const path = found?.files[0]?.path;
    check(path !== undefined, 'the model is not found');
    check(sha256(await readFile(path!)) === sha256(bytes), 'the model is another one');
  }

  /** The name, its file, and what holds from its first pull on: neither locks nor marks nor anything temporary. */
  async function expectNothingElse(): Promise<void> {
    const found = await readdir(store.folder, { recursive: true, withFileTypes: true });
    const paths = found
      .filter((each) => !each.isDirectory())
      .map((each) => relative(store.folder, join(each.parentPath, each.name)));
    const usual = /^(?:names\/model\.json|blobs\/sha256-[0-9a-f]{64}|pins\/[0-9a-f]{32}\.json)$/;
    const others = paths.filter((path) => !usual.test(path));
    check(others.length === 0, `left behind: ${others.join(', ')}`);
    const blobs = paths.filter((path) => path.startsWith('blobs/'));
    check(blobs.length <= 1, `${blobs.length} blobs of one model`);
  }

  function check(isRight: boolean, what: string): void {
    if (isRight) return;
    const events = [...ends, ...faults].join(', ');
    throw new Error(`seed ${seed} (${kind}${hasCache ? ', cached' : ''}), ${events}: ${what}`);
  }
}

/** As ollama has it: its manifests are not needed where a file is looked for by its digest. */
async function putOllamaBlob(
  caches: CacheFolders,
  folder: string,
  bytes: Uint8Array,
): Promise<void> {
  const blobs = join(folder, 'blobs');
  await mkdir(blobs, { recursive: true });
  await writeFile(join(blobs, `sha256-${sha256(bytes)}`), bytes);
  if (!caches.ollama.includes(folder)) (caches.ollama as string[]).push(folder);
}
