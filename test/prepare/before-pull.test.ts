import { describe, expect, it } from 'vitest';
import { accessBytes } from '../../src/image/random-access.js';
import type { OpenRandomAccess } from '../../src/image/random-access.js';
import { MIB } from '../../src/image/units.js';
import { findEntry } from '../../src/models/catalogue/catalogue.js';
import type { ResolvedFile, ResolvedModel } from '../../src/models/resolved-model.js';
import { checkBeforePull } from '../../src/prepare/before-pull.js';
import { planGguf } from '../../src/formats/gguf/writer.js';
import { IMPORTANCE_MATRIX, VOCABULARY } from '../formats/gguf/odd-samples.js';
import { MODEL_METADATA, MODEL_TENSORS, modelGguf } from '../formats/gguf/samples.js';
import { zosiaError } from '../support/errors.js';
import { imageBytes } from '../support/images.js';
import { splitMetadata } from '../support/split-model.js';
import { hostWith, subjectWith } from './samples.js';

const fileWith = (changes: Partial<ResolvedFile>): ResolvedFile => ({
  role: 'model',
  name: 'model.gguf',
  fileName: 'model.gguf',
  url: new URL('https://models.example/model.gguf'),
  ...changes,
});

const resolvedWith = (
  files: readonly Partial<ResolvedFile>[],
  name = 'a-model',
): ResolvedModel => ({
  reference: 'https://models.example/model.gguf',
  name,
  source: { kind: 'https', repository: 'https://models.example/model.gguf' },
  files: files.map(fileWith),
});

/** A file elsewhere, and what has been done with it. */
function remote(bytes: Uint8Array) {
  const file = accessBytes(bytes);
  const seen = { opened: 0, closed: 0, readBytes: 0 };
  const open = (): Promise<OpenRandomAccess> => {
    seen.opened += 1;
    return Promise.resolve({
      sizeBytes: file.sizeBytes,
      read(offset, length) {
        seen.readBytes += length;
        return file.read(offset, length);
      },
      close() {
        seen.closed += 1;
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  };
  return { open, seen };
}

const never = (): Promise<undefined> => Promise.reject(new Error('it was opened'));

describe('checkBeforePull', () => {
  it('reads the header alone, closes it, and tells what fits', async () => {
    const bytes = await modelGguf();
    const { open, seen } = remote(bytes);
    const files = [
      { sizeBytes: bytes.length },
      { role: 'projector', sizeBytes: 64 * MIB, fileName: 'mmproj.gguf' } as const,
    ];
    const host = hostWith();
    const { fit, figures, warnings } = await checkBeforePull(resolvedWith(files), {
      ...{ host, open, runsHere: true },
    });
    expect(warnings).toEqual([]);
    expect(figures).toEqual([
      expect.stringMatching(/^a-model: 65 MiB to download; 100000 MiB of disk are free$/),
      expect.stringMatching(/^with a context of 2048 tokens it needs 576 MiB of memory; 8192 MiB/),
    ]);
    // zosia up leaves the projector where it is.
    expect(fit).toMatchObject({ contextTokens: 2048, ramMiB: 576, fitsMemory: true });
    expect(fit!.subject).toMatchObject({
      downloadBytes: bytes.length + 64 * MIB,
      quantisation: 'Q4_K_M',
    });
    expect(seen).toMatchObject({ opened: 1, closed: 1 });
    const kept = await checkBeforePull(resolvedWith(files), { host, open, runsHere: false });
    expect(kept.fit).toMatchObject({ ramMiB: 640, subject: { companionBytes: 64 * MIB } });
  });

  it('refuses what there is no memory or no room for; what is only kept needs room alone', async () => {
    const { open } = remote(await modelGguf());
    const resolved = resolvedWith([{ sizeBytes: 10 * MIB }]);
    const tight = hostWith({ freeMiB: 100 });
    await expect(checkBeforePull(resolved, { host: tight, open, runsHere: true })).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_TOO_LARGE_FOR_HOST'),
    );
    const { warnings } = await checkBeforePull(resolved, { host: tight, open, runsHere: false });
    expect(warnings).toEqual([expect.stringMatching(/^a-model needs .* 100 MiB free/)]);
    const full = hostWith({ freeDiskBytes: 9 * MIB });
    await expect(checkBeforePull(resolved, { host: full, open, runsHere: false })).rejects.toThrow(
      zosiaError('ZOSIA_DISK_FULL'),
    );
    const rest = { host: full, open, runsHere: false, downloadBytes: MIB };
    await expect(checkBeforePull(resolved, rest)).resolves.toMatchObject({ warnings: [] });
  });

  it.each([
    ['a vocabulary', imageBytes(planGguf(VOCABULARY)), 'ZOSIA_MODEL_VOCABULARY_ONLY'],
    ['an importance matrix', imageBytes(planGguf(IMPORTANCE_MATRIX)), 'ZOSIA_MODEL_WRONG_KIND'],
    [
      'a newer architecture',
      modelGguf({ 'general.architecture': { type: 'string', value: 'llama9' } }),
      'ZOSIA_MODEL_UNSUPPORTED',
    ],
    ['a web page', Promise.resolve(Buffer.from('<!doctype html>')), 'ZOSIA_MODEL_NOT_GGUF'],
  ] as const)('refuses %s before it is downloaded', async (_, bytes, code) => {
    const { open, seen } = remote(await bytes);
    const options = { host: hostWith(), open, runsHere: false };
    await expect(checkBeforePull(resolvedWith([{}]), options)).rejects.toThrow(zosiaError(code));
    expect(seen).toMatchObject({ opened: 1, closed: 1 });
  });

  it('counts the parts of a split model together', async () => {
    const count = MODEL_TENSORS.length;
    const metadata = { ...MODEL_METADATA, ...splitMetadata(0, 2, count) };
    const first = await imageBytes(planGguf({ metadata, tensors: MODEL_TENSORS.slice(0, 5) }));
    const { open } = remote(first);
    const { fit } = await checkBeforePull(
      resolvedWith([{ sizeBytes: 1024 * MIB }, { sizeBytes: 1024 * MIB }]),
      { host: hostWith(), open, runsHere: true },
    );
    expect(fit!.ramMiB).toBeGreaterThanOrEqual(2048 + 512);
    expect(fit!.ramMiB).toBeLessThan(2048 + 512 + 128);
  });

  it('knows models of the catalogue without a look at them', async () => {
    const { name, gguf } = findEntry('phi-3.5-mini')!;
    const { sizeBytes, sha256 } = gguf!;
    const resolved = resolvedWith([{ sizeBytes, sha256 }], name);
    const host = hostWith({ freeMiB: 3600 });
    const { warnings } = await checkBeforePull(resolved, { host, open: never, runsHere: false });
    expect(warnings[0]).toContain('qwen3-4b fits.');
    const other = resolvedWith([{ sizeBytes, sha256: '0'.repeat(64) }], name);
    await expect(checkBeforePull(other, { host, open: never, runsHere: false })).rejects.toThrow(
      'it was opened',
    );
  });

  it('counts a model and its draft together, whichever of them is pulled', async () => {
    const bytes = await modelGguf();
    const { open } = remote(bytes);
    const resolved = resolvedWith([{ sizeBytes: bytes.length }]);
    const other = subjectWith({ name: 'other', downloadBytes: 64 * MIB });
    const options = { host: hostWith(), open, runsHere: true };
    const big = await checkBeforePull(resolved, { ...options, draftsFor: other });
    expect(big.fit!.subject).toMatchObject({ name: 'other', draft: { name: 'a-model' } });
    const small = await checkBeforePull(resolved, { ...options, draft: other });
    expect(small.fit!.subject).toMatchObject({ name: 'a-model', draft: { name: 'other' } });
    for (const role of ['draft', 'draftsFor']) {
      const host = hostWith({ freeDiskBytes: 64 * MIB });
      const asked = { ...options, host, [role]: other };
      await expect(checkBeforePull(resolved, asked)).rejects.toThrow(zosiaError('ZOSIA_DISK_FULL'));
    }
    // No other model is named: it could not be known whether the draft is one for it.
    const tight = hostWith({ freeMiB: 3000, totalMiB: 3000 });
    const asked = { ...options, host: tight, draft: other };
    await expect(checkBeforePull(resolved, asked)).rejects.toMatchObject({
      hint: expect.stringMatching(/Without the draft it fits\.$/) as string,
    });
  });

  it('looks at no checkpoint, and at nothing that cannot be read by ranges', async () => {
    const host = hostWith();
    const checkpoint = resolvedWith([{ fileName: 'stories15M.bin', sizeBytes: 3 * MIB }]);
    const none = (mebibytes: number) => ({
      fit: undefined,
      figures: [`a-model: ${mebibytes} MiB to download; 100000 MiB of disk are free`],
      warnings: [],
    });
    const blind = { host, open: () => Promise.resolve(undefined), runsHere: true };
    expect(await checkBeforePull(checkpoint, { host, open: never, runsHere: true })).toEqual(
      none(3),
    );
    expect(await checkBeforePull(resolvedWith([{}]), blind)).toEqual(none(0));
  });
});
