import { rm, utimes, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { lookAtFile } from '../../../src/host/host-file.js';
import { KeptMachines } from '../../../src/serve/machines/kept-machines.js';
import type { DecidedMachine } from '../../../src/serve/machines/kept-machines.js';
import type { ServedEntry } from '../../../src/serve/models/served-entry.js';
import { temporaryFolder } from '../../support/temporary.js';

const FILES = ['model', 'qemu', 'kernel', 'initrd'] as const;

const ENTRY: ServedEntry = {
  name: 'fox',
  aliases: [],
  created: 1,
  sizeBytes: 5,
  found: 'fox.gguf',
  companions: { draft: undefined, adapters: [] },
};

describe('what machines have been decided on', () => {
  const folder = temporaryFolder();
  let kept: KeptMachines<DecidedMachine>;
  let decisions: number;

  beforeEach(async () => {
    for (const name of FILES) await writeFile(folder.file(name), 'bytes');
    kept = new KeptMachines();
    decisions = 0;
  });

  const decide = async (): Promise<DecidedMachine> => {
    decisions++;
    const [qemu, kernel, initrd] = FILES.slice(1).map((name) => folder.file(name));
    const spec = { qemu: qemu!, kernel: kernel!, initrd: initrd! };
    return { machine: { model: { parts: [await lookAtFile(folder.file('model'))] }, spec } };
  };

  it('holds while the files are the same', async () => {
    const first = await kept.of(ENTRY, decide);
    expect(await kept.of({ ...ENTRY }, decide)).toBe(first);
    expect(decisions).toBe(1);
  });

  it.each(FILES)('is decided anew when the file %s is another', async (name) => {
    await kept.of(ENTRY, decide);
    await writeFile(folder.file(name), 'other bytes');
    await kept.of(ENTRY, decide);
    expect(decisions).toBe(2);
  });

  it('is decided anew when a file of the same length was written later', async () => {
    await kept.of(ENTRY, decide);
    await utimes(folder.file('model'), new Date(), new Date(1));
    await kept.of(ENTRY, decide);
    expect(decisions).toBe(2);
  });

  it('is decided anew when the model was written while it was decided on', async () => {
    await kept.of(ENTRY, async () => {
      const decided = await decide();
      await writeFile(folder.file('model'), 'other bytes');
      return decided;
    });
    await kept.of(ENTRY, decide);
    expect(decisions).toBe(2);
  });

  it('is decided anew when the name stands for another model', async () => {
    await kept.of(ENTRY, decide);
    await kept.of({ ...ENTRY, found: 'other.gguf' }, decide);
    expect(decisions).toBe(2);
  });

  it('is decided anew where something goes with the model', async () => {
    const entry = { ...ENTRY, companions: { adapters: ['adapter.gguf'] } };
    await kept.of(entry, decide);
    await kept.of(entry, decide);
    expect(decisions).toBe(2);
  });

  it('says what is wrong with a model that is gone', async () => {
    await kept.of(ENTRY, decide);
    await rm(folder.file('model'));
    await expect(kept.of(ENTRY, decide)).rejects.toMatchObject({ code: 'ZOSIA_FILE_NOT_FOUND' });
  });
});
