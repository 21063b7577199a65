import { describe, expect, it } from 'vitest';
import {
  CATALOGUE,
  catalogueNames,
  findEntry,
  speedClass,
  unknownName,
} from '../../src/models/catalogue/catalogue.js';
import { isVerifiedBeforehand } from '../../src/models/known-beforehand.js';
import { parseReference } from '../../src/models/references/parse-reference.js';
import { resolveReference } from '../../src/models/resolve/resolve-reference.js';
import { offlineClient } from '../../src/download/http-client.js';
import { zosiaError } from '../support/errors.js';

describe('the catalogue', () => {
  it.each(['phi-3.5-mini', 'gpt-oss-20b', 'stories15M', 'stories42M', 'stories110M'])(
    'has %s',
    (name) => {
      expect(findEntry(name)?.name).toBe(name);
      expect(findEntry(name.toUpperCase())?.name).toBe(name);
    },
  );

  it('has names that are names, each once', () => {
    const names = catalogueNames().map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    for (const name of catalogueNames())
      expect(parseReference(name)).toEqual({ kind: 'name', name });
  });

  it.each(CATALOGUE)('says of $name as much as it has to', (entry) => {
    const files = [entry.gguf, entry.checkpoint].filter((file) => file !== undefined);
    expect(files.length).toBeGreaterThan(0);
    expect(entry.checkpoint === undefined).toBe(entry.tokenizer === undefined);
    for (const { repository, revision, file, sizeBytes, sha256 } of files) {
      expect(parseReference(`hf:${repository}@${revision}/${file}`)).toMatchObject({
        repository,
        file,
      });
      const isPinned = /^[0-9a-f]{40}$/.test(revision) && /^[0-9a-f]{64}$/.test(sha256 ?? '');
      expect(isPinned && Number.isSafeInteger(sizeBytes)).toBe(entry.verified);
    }
    // The Q4_K_M of a model takes about five bits for each weight, others as their names say.
    const bits = (entry.weightBytes * 8) / (entry.parametersBillion * 1e9);
    const usual = {
      Q4_0: [4.4, 11],
      Q4_K_M: [4.7, 8.1],
      Q8_0: [8.4, 8.7],
      MXFP4: [4.2, 5],
      F32: [31.9, 32.2],
    };
    const [least, most] = usual[entry.quantisation as keyof typeof usual];
    expect(bits).toBeGreaterThan(least!);
    expect(bits).toBeLessThan(most!);
  });

  it('tells what is quick from what is not', () => {
    expect(speedClass(findEntry('stories15M')!)).toBe('quick');
    expect(speedClass(findEntry('llama-3.2-1b')!)).toBe('steady');
    expect(speedClass(findEntry('phi-3.5-mini')!)).toBe('slow');
  });

  it('proposes what a name may have been meant for', () => {
    expect(unknownName('phi-3.5-mni').hint).toBe('Did you mean phi-3.5-mini?');
    expect(unknownName('my-modle', ['my-model']).hint).toBe('Did you mean my-model?');
    expect(unknownName('mistral').hint).toContain('hf:owner/repo');
  });
});

describe('a name of the catalogue', () => {
  const context = { http: offlineClient() };

  it('is resolved without asking anybody, where commit, size and digest are known', async () => {
    const model = await resolveReference({ kind: 'name', name: 'phi-3.5-mini' }, context);
    expect(model).toMatchObject({
      name: 'phi-3.5-mini',
      licence: 'MIT',
      source: { kind: 'hub', repository: 'bartowski/Phi-3.5-mini-instruct-GGUF' },
    });
    expect(model.files).toHaveLength(1);
    expect(model.files[0]).toMatchObject({
      role: 'model',
      fileName: 'Phi-3.5-mini-instruct-Q4_K_M.gguf',
      sizeBytes: 2_393_232_672,
      url: new URL(
        'https://huggingface.co/bartowski/Phi-3.5-mini-instruct-GGUF/resolve/6d70da17e749a471ccb62ade694486011a75cda3/Phi-3.5-mini-instruct-Q4_K_M.gguf',
      ),
    });
    expect(parseReference(model.reference)).toMatchObject({ kind: 'hub' });
  });

  it('is a checkpoint and its tokenizer for the EFI machine', async () => {
    const name = { kind: 'name', name: 'stories15M' } as const;
    const model = await resolveReference(name, context, { form: 'checkpoint' });
    expect(model.files.map(({ role, fileName }) => [role, fileName])).toEqual([
      ['model', 'stories15M.bin'],
      ['tokenizer', 'tokenizer.bin'],
    ]);
    const guest = await resolveReference(name, context);
    expect(guest.files.map(({ fileName }) => fileName)).toEqual(['stories15M-q4_0.gguf']);
  });

  it('is refused in a form that it does not have', async () => {
    const asked = resolveReference({ kind: 'name', name: 'qwen3-4b' }, context, {
      form: 'checkpoint',
    });
    await expect(asked).rejects.toThrow(zosiaError('ZOSIA_MODEL_UNUSABLE'));
  });

  it('is asked of the hub, where its digest is not known', async () => {
    const asked = resolveReference({ kind: 'name', name: 'stories42M' }, context);
    await expect(asked).rejects.toThrow(zosiaError('ZOSIA_OFFLINE'));
  });

  it('is unverified in the store, where the digest is the word of the hub', () => {
    const { checkpoint } = findEntry('stories42M')!;
    const stored = (reference: string | undefined, repository: string, sha256 = '0'.repeat(64)) =>
      isVerifiedBeforehand({
        ...{ name: 'any', askedAs: [], reference, source: { kind: 'hub', repository }, facts: {} },
        files: [
          {
            ...{ role: 'model', fileName: 'm.gguf', sizeBytes: 1, sha256 },
            stamp: { sizeBytes: 1, mtimeNs: 0n },
          },
        ],
      });
    const { repository, revision, file } = checkpoint!;
    expect(stored(`hf:${repository}@${revision}/${file}`, repository)).toBe(false);
    // Made of the checkpoint.
    expect(stored(undefined, repository)).toBe(false);
    expect(stored(`hf:${repository}@${revision}/other.bin`, repository)).toBeUndefined();
    expect(stored(undefined, 'another/repository')).toBeUndefined();
    const { gguf } = findEntry('phi-3.5-mini')!;
    expect(stored(undefined, 'a/mirror', gguf!.sha256)).toBe(true);
  });

  it('is refused, where nothing has it', async () => {
    const asked = resolveReference({ kind: 'name', name: 'nothing-of-the-kind' }, context);
    await expect(asked).rejects.toThrow(zosiaError('ZOSIA_MODEL_UNKNOWN'));
  });
});
