import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readHeldOut } from '../src/held-out.js';
import { zosiaError } from '../../test/support/errors.js';
import { temporaryFolder } from '../../test/support/temporary.js';

describe('held-out questions', () => {
  const folder = temporaryFolder();

  it('are read from the fixture or from a given file', async () => {
    expect(await readHeldOut()).toHaveLength(60);
    const mine = [{ question: 'Is it?', topic: 'what', mustContain: ['It is.'] }];
    await writeFile(folder.file('mine.json'), JSON.stringify(mine));
    expect(await readHeldOut(folder.file('mine.json'))).toEqual(mine);
  });

  it('throw an error with a hint when the file is missing or malformed', async () => {
    const unreadable = zosiaError('ZOSIA_TRAINING_QUESTIONS_UNREADABLE');
    await expect(readHeldOut(folder.file('none'))).rejects.toEqual(unreadable);
    const question = { question: 'Is it?', topic: 'what', mustContain: ['It is.'] };
    for (const other of [
      ...['Is it?', '{}', '[{}]', '[null]', JSON.stringify(question)],
      JSON.stringify([question, { ...question, mustContain: [] }]),
      JSON.stringify([{ ...question, mustContain: [''] }]),
    ]) {
      await writeFile(folder.file('no.json'), other);
      await expect(readHeldOut(folder.file('no.json')), other).rejects.toEqual(unreadable);
    }
  });
});
