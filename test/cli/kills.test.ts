import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelGguf } from '../formats/gguf/samples.js';
import { killAgainAndAgain } from '../support/kills.js';
import type { KilledCommand } from '../support/kills.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

const COMMANDS: Readonly<Record<string, KilledCommand>> = {
  'image model': {
    args: ['image', 'model', 'model.gguf', '--out', 'out/model.img'],
    prepare: async ({ work }) => {
      const gguf = Buffer.concat([await modelGguf(), Buffer.alloc(2 ** 24, 1)]);
      await writeFile(join(work, 'model.gguf'), gguf);
    },
  },
  'image efi': { args: ['image', 'efi', '--hello', '--out', 'out/hello.img', '--size', '64M'] },
};

// Hundreds of kills of every command are in test/endurance.
describe('a command that is killed with SIGKILL and run again', () => {
  it.each(Object.entries(COMMANDS))('%s leaves nothing but its output', async (name, command) => {
    const { left, missing } = await killAgainAndAgain(folder.file(name), command, 3);
    expect({ left, missing }).toEqual({ left: [], missing: [] });
  });
});
