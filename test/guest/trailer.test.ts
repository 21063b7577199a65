import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

describe('the trailer of llama-completion', WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildProgram(folder.path, 'strip_trailer', [
      'llama/trailer',
      'kernel/queue',
      'text/text',
    ]);
  });

  it.each([
    ['Once.\n\n', 'Once.'],
    ['Once. [end of text]\n\n\n', 'Once.'],
    ['Once.\n\n\n', 'Once.\n'],
    ['\n\n', ''],
    [' [end of text]\n\n\n', ''],
    ['It says [end of text]\n\n\n', 'It says'],
    ['twice [end of text]\n [end of text]\n\n\n', 'twice [end of text]\n'],
    ['[end of text]\n\n\n', '[end of text]\n'],
    ['cut off', 'cut off'],
    ['cut off [end of text]\n', 'cut off [end of text]\n'],
    ['\n', '\n'],
    ['', ''],
  ])('is removed from %j, which leaves %j', async (output, answer) => {
    const { stdout } = await execa(program, { input: output, stripFinalNewline: false });
    expect(stdout).toBe(answer);
  });
});
