import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { LLAMA_RECORD_PATH } from '../../../src/toolchain/llama/record.js';
import type { MadeLlama } from '../../../src/toolchain/llama/record.js';
import { zosia } from '../../support/cli.js';
import { IS_COMPLETE_HOST } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';
import { noteSecondBuild } from '../support/second-build.js';
import { IS_LLAMA_ASKED_FOR, isOfToolchain, llamaToBuild } from './inputs.js';
import type { PrintedLlama } from './inputs.js';
import { expectToStart } from './programs-start.js';

const folder = temporaryFolder();

/** Another compiler makes other bytes; on a complete host, or on demand, it is to be the recorded one. */
const isComparable = (made: MadeLlama, record: MadeLlama): boolean =>
  IS_LLAMA_ASKED_FOR || IS_COMPLETE_HOST || isOfToolchain(made, record);

it.for(ARCHITECTURES)(
  'zosia build llama makes programs that answer as those of the packages do, for %s',
  { timeout: 3_600_000 },
  async (arch, context) => {
    const { record, isRecorded } = await llamaToBuild(arch, context);
    const run = async (...args: string[]): Promise<string> => {
      const { stdout, stderr, exitCode } = await zosia(args, { cwd: folder.path });
      expect(exitCode, stderr).toBe(0);
      return stdout;
    };
    const build = ['build', 'llama', '--arch', arch, '--json'];
    const { made, written, programs } = JSON.parse(await run(...build)) as PrintedLlama;
    expect(written).toBe(true);
    await expectToStart(arch, programs, folder.path);
    if (record && (IS_LLAMA_ASKED_FOR || isRecorded) && isComparable(made, record)) {
      expect({ ...made, rebuilt: record.rebuilt }).toEqual(record);
      await noteSecondBuild(LLAMA_RECORD_PATH, arch);
    }
    expect(JSON.parse(await run(...build))).toMatchObject({ made, programs, written: false });

    const machine = ['--arch', arch, '--accel', 'tcg'];
    const prompt = ['--prompt', 'Once upon a time', '-n', '20', '--temp', '0'];
    const answer = await run('up', ...machine, '--llama', 'built', ...prompt);
    expect(answer).toBe(await run('up', ...machine, ...prompt));
    const places = join('artifacts', arch, 'llama');
    expect(await run('up', ...machine, '--llama', places, ...prompt)).toBe(answer);
  },
);
