import { writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeFakeQemu } from '../../machine/support/fake-qemu.js';
import { writeSampleFiles } from '../../recipes/efi/samples.js';
import { zosia } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
const ANSWERS = `process.stdout.write(' an answer'); print('zosia: init\\r\\n'); done(0);`;

async function succeeds(...args: readonly string[]) {
  const { stdout, stderr, exitCode } = await zosia(args, {
    cwd: folder.path,
    env: {
      PATH: [folder.file('bin'), process.env.PATH].join(delimiter),
      ZOSIA_CACHE: folder.file('cache'),
    },
  });
  expect(exitCode, stderr).toBe(0);
  return { stdout, stderr };
}

beforeAll(async () => {
  await makeFakeQemu(folder.file('bin'), { machine: ANSWERS });
  await writeFile(folder.file('kernel'), 'k');
  await writeFile(folder.file('initrd'), 'i');
  await writeSampleFiles(folder.path);
});

describe('zosia run --prompt', () => {
  const answer = async (model: string): Promise<string> => {
    await succeeds('image', 'model', model, '--out', 'disk.vmdk');
    const machine = ['--arch', 'aarch64', '--accel', 'tcg', '--kernel', 'kernel'];
    const images = ['--initrd', 'initrd', '--disk', 'disk.vmdk'];
    return (await succeeds('run', ...machine, ...images, '--prompt', 'Hi')).stdout;
  };

  it('gives the answer of a chat model as a text of its own', async () => {
    expect(await answer(EMBEDDED_MODEL)).toBe('an answer\n');
  });

  it('goes on in the line of the prompt where the model has no chat template', async () => {
    const files = ['tiny.bin', '--tokenizer', 'tiny-tokenizer.bin', '--out', 'tiny.gguf'];
    await succeeds('model', 'convert', ...files);
    expect(await answer(folder.file('tiny.gguf'))).toBe(' an answer\n');
  });
});
