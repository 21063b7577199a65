import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import type { CpioEntry } from '../../../src/formats/cpio/writer.js';
import { compileWithInit } from '../../support/init-program.js';

const SOURCE = join(fileURLToPath(new URL('.', import.meta.url)), 'impostor.c');

export type Behaviour = 'crash' | 'hang' | 'eat' | 'tell' | 'end';

/** A program that does not behave as llama.cpp's do. */
export interface Impostor {
  /** Files that put it in the place of both programs; `says` is what it prints on standard error. */
  entries(behaviour: Behaviour, says?: string): CpioEntry[];
}

export async function buildImpostor(arch: Architecture): Promise<Impostor> {
  const program = await compileWithInit(
    arch,
    [SOURCE],
    ['kernel/file', 'kernel/queue', 'text/text'],
  );
  return {
    entries: (behaviour, says = '') => [
      { path: '/usr/bin/llama-cli', type: 'file', mode: 0o755, data: program },
      { path: '/usr/bin/llama-completion', type: 'file', mode: 0o755, data: program },
      fileEntry('/etc/zosia/impostor', `${behaviour}\n${says}`),
    ],
  };
}

/** A text file for an overlay. */
export const fileEntry = (path: string, text: string): CpioEntry => ({
  path,
  type: 'file',
  mode: 0o644,
  data: Buffer.from(text),
});
