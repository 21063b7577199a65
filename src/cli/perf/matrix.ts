import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { counted, say } from '../output/output.js';
import { wholeNumber } from '../options/values.js';
import { addSpaceOptions, chosenSpace } from './space.js';
import type { SpaceFlags } from './space.js';
import { variableOption } from '../variable-option.js';
import { writeStdout } from '../output/stdout.js';

interface Flags extends SpaceFlags {
  smp?: number | undefined;
  out?: string | undefined;
}

export function definePerfMatrix(command: Command, { signal }: CliContext): void {
  addSpaceOptions(command)
    .addOption(
      variableOption(
        '--smp <n>',
        "processors of the machine; the host's unless given",
        'SMP',
        wholeNumber(1),
      ),
    )
    .addOption(
      variableOption('--out <file>', 'write it here; to stdout unless given', {
        PERF_MATRIX_OUT: String,
        OUT_PATH: String,
      }),
    )
    .addHelpText(
      'after',
      `
zosia perf run --matrix measures every line. zosia perf tune finds the fastest with fewer boots.

Examples:
  zosia perf matrix --out perf.matrix
  zosia perf matrix --threads "4 6 8" --llama-args "default -b,256"`,
    )
    .action(async (flags: Flags) => {
      const [{ formatMatrix }, { enumerateSpace }] = await Promise.all([
        import('../../perf/matrix.js'),
        import('../../perf/space.js'),
      ]);
      const settings = enumerateSpace(await chosenSpace(command, flags, flags.smp));
      const text = formatMatrix(settings);
      if (flags.out === undefined) {
        await writeStdout(text);
        return;
      }
      const { writeOutput } = await import('../../host/output-file.js');
      await writeOutput(flags.out, text, { signal });
      say(`wrote ${flags.out} (${counted(settings.length, 'setting')})`);
    });
}
