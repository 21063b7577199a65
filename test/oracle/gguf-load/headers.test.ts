import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { ARCHITECTURES } from '../../../src/formats/gguf/architectures.js';
import { checkGguf } from '../../../src/formats/gguf/check.js';
import { checkLoadable } from '../../../src/formats/gguf/loadable.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import type { TypedValue } from '../../../src/formats/gguf/writer.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { imageBytes } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary.js';
import { NativeLlama, RUNS_PINNED_LLAMA } from './native-llama.js';
import type { Verdict } from './native-llama.js';

/** How many mutations are tried; thousands take a minute. */
const MUTATIONS = Number(process.env.ZOSIA_HEADER_MUTATIONS ?? 600);

/** Of a header that is not a GGUF's, or of a file that does not hold what its header says. */
const CONTAINER_REASON =
  /gguf_init|failed to load model from|not within the file bounds|duplicated/;

/** Numbers that are limits of something. */
const LIMITS = [
  0n,
  1n,
  4n,
  9n,
  13n,
  64n,
  255n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The header with a bit, a byte or a number changed; most often near its start or in its tensor table. */
function mutate(header: Buffer, below: (limit: number) => number): Buffer {
  const changed = Buffer.from(header);
  const near = [2000, header.length][below(2)]!;
  const at = below(2) === 0 ? below(near) : header.length - 9 - below(Math.min(2000, near));
  const kind = below(4);
  if (kind === 0) changed[at]! ^= 1 << below(8);
  else if (kind === 1) changed[at] = below(256);
  else if (kind === 2)
    changed.writeUInt32LE(Number(LIMITS[below(9)]!), Math.min(at, header.length - 4));
  else changed.writeBigUInt64LE(LIMITS[below(LIMITS.length)]!, Math.min(at, header.length - 8));
  return changed;
}

describe.skipIf(!RUNS_PINNED_LLAMA)('the pinned llama.cpp, of headers', () => {
  const folder = temporaryFolder();
  let llama: NativeLlama;
  beforeAll(async () => {
    llama = await NativeLlama.install(folder.path);
  });

  async function zosiaOf(bytes: Buffer): Promise<string> {
    try {
      checkLoadable(await checkGguf(accessBytes(bytes), 'model.gguf'), 'model.gguf');
      return 'ok';
    } catch (error) {
      if (error instanceof ZosiaError) return error.message;
      throw error;
    }
  }

  it('loads the model that zosia brings, and what zosia refuses in mutations of its header it refuses', async () => {
    const model = await readFile(EMBEDDED_MODEL);
    const { headerBytes } = await checkGguf(accessBytes(model), 'model.gguf');
    const header = model.subarray(0, headerBytes);
    const below = numbers(11);
    const mutated = Array.from({ length: MUTATIONS }, () => mutate(header, below));
    const request = (bytes: Buffer): { header: Buffer; fileBytes: number } => ({
      header: bytes,
      fileBytes: model.length,
    });
    const verdicts = await llama.load([request(header), ...mutated.map(request)]);
    expect(verdicts.shift()).toEqual({ kind: 'ok', reason: '' });
    const rest = Buffer.alloc(model.length - header.length);
    const differences: unknown[] = [];
    let refused = 0;
    for (const [index, bytes] of mutated.entries()) {
      const ours = await zosiaOf(Buffer.concat([bytes, rest]));
      const { kind, reason }: Verdict = verdicts[index]!;
      if (ours !== 'ok') refused += 1;
      const isContainer = kind !== 'ok' && CONTAINER_REASON.test(reason);
      if (ours !== 'ok' && kind === 'ok') differences.push([index, 'refused here alone', ours]);
      if (ours === 'ok' && isContainer) differences.push([index, 'refused there alone', reason]);
    }
    expect(differences).toEqual([]);
    expect(refused).toBeGreaterThan(MUTATIONS / 10);
  });

  it('knows the same architectures', async () => {
    const library = await readFile(folder.file('libllama.so.0'), 'latin1');
    const strings = library.split('\0').filter((text) => /^[a-z0-9][-a-z0-9_.]{1,30}$/.test(text));
    const names = [...new Set([...ARCHITECTURES, ...strings])];
    const requests = [];
    for (const value of names) {
      const metadata: Record<string, TypedValue> = {
        'general.architecture': { type: 'string', value },
      };
      const header = Buffer.from(await imageBytes(planGguf({ metadata, tensors: [] })));
      requests.push({ header, vocabularyOnly: true });
    }
    const verdicts = await llama.load(requests);
    const unknown = /unknown model architecture|unsupported model architecture|CLIP cannot/;
    const known = names.filter((_, index) => !unknown.test(verdicts[index]!.reason));
    expect(known.sort()).toEqual([...ARCHITECTURES].sort());
  });
});
