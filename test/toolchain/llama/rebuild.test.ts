import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { llamaProject } from '../../../src/toolchain/llama/project.js';
import {
  LLAMA_RECORD_PATH,
  llamaInputs,
  readLlamaRecord,
} from '../../../src/toolchain/llama/record.js';
import type { MadeLlama, RecordedLlama } from '../../../src/toolchain/llama/record.js';
import { pinnedLlamaSource } from '../../../src/toolchain/llama/source.js';
import { zosia } from '../../support/cli.js';
import { IS_COMPLETE_HOST } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';
import { isOfInputs, noteSecondBuild, reasonNotToBuild } from '../support/second-build.js';

const folder = temporaryFolder();

const VARIABLE = 'ZOSIA_TEST_LLAMA';
const IS_ASKED_FOR = process.env[VARIABLE] === '1';

/** Why they are not built, which takes minutes: they were twice, or nobody has written down what came of it. */
const whyNot = (record: RecordedLlama | undefined, inputs: Record<string, string>) =>
  record === undefined
    ? IS_ASKED_FOR
      ? undefined
      : `nothing is recorded (${VARIABLE}=1 builds it anyway)`
    : reasonNotToBuild(record, inputs, VARIABLE);

/** Another compiler makes other bytes; on a complete host, or on demand, it is to be the recorded one. */
const isComparable = (made: MadeLlama, record: MadeLlama): boolean =>
  IS_ASKED_FOR ||
  IS_COMPLETE_HOST ||
  (made.compiler === record.compiler &&
    made.linker === record.linker &&
    made.librariesSha256 === record.librariesSha256);

it.for(ARCHITECTURES)(
  'zosia build llama makes programs that answer as those of the packages do, for %s',
  { timeout: 3_600_000 },
  async (arch, context) => {
    const record = (await readLlamaRecord())[arch];
    const { commit } = await pinnedLlamaSource();
    const inputs = { ...llamaInputs(arch, commit, await llamaProject()) };
    const reason = whyNot(record, inputs);
    context.skip(reason !== undefined, reason);
    const run = async (...args: string[]): Promise<string> => {
      const { stdout, stderr, exitCode } = await zosia(args, { cwd: folder.path });
      expect(exitCode, stderr).toBe(0);
      return stdout;
    };
    const build = ['build', 'llama', '--arch', arch, '--json'];
    const { made, built } = JSON.parse(await run(...build)) as {
      made: MadeLlama;
      built: boolean;
    };
    expect(built).toBe(true);
    if (record && (IS_ASKED_FOR || isOfInputs(record, inputs)) && isComparable(made, record)) {
      expect({ ...made, rebuilt: record.rebuilt }).toEqual(record);
      await noteSecondBuild(LLAMA_RECORD_PATH, arch);
    }
    expect(JSON.parse(await run(...build))).toMatchObject({ made, built: false });

    const machine = ['--arch', arch, '--accel', 'tcg'];
    const prompt = ['--prompt', 'Once upon a time', '-n', '20', '--temp', '0'];
    const answer = await run('up', ...machine, '--llama', 'built', ...prompt);
    expect(answer).toBe(await run('up', ...machine, ...prompt));
    const places = join('artifacts', arch, 'llama');
    expect(await run('up', ...machine, '--llama', places, ...prompt)).toBe(answer);
  },
);
