import { join } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { addBuilderOptions, jobsOption, withChosenBuilder } from '../options/builder.js';
import { addMirrorOption } from '../options/fetch.js';
import { requireOneOf } from '../options/machine.js';
import { archOption, chosenArchitecture } from '../options/values.js';
import { ARCHITECTURES } from '../../artifacts/architectures.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { checkOutputFolder } from '../../host/check-output-folder.js';
import type { Builder } from '../../toolchain/builder.js';
import type { BuiltProgram } from '../../toolchain/llama/build.js';
import type { MadeLlama, RecordedLlama } from '../../toolchain/llama/record.js';
import { print, printJson, say } from '../output/output.js';
import { formatBytes } from '../output/format-bytes.js';
import { startProgress } from '../output/progress.js';
import { defaultPlaces, llamaBuildDir } from '../../recipes/places.js';

/** Runs what builds with a builder of its own, whose folder is empty. */
type WithBuilder = <T>(use: (builder: Builder) => Promise<T>) => Promise<T>;

interface Flags {
  arch?: Architecture | undefined;
  out?: string | undefined;
  jobs?: number | undefined;
  source?: string | undefined;
  commit?: string | undefined;
  offline?: true | undefined;
  record?: true | undefined;
  json?: true | undefined;
}

export function defineBuildLlama(command: Command, context: CliContext): void {
  command
    .addOption(archOption())
    .option('--out <folder>', 'where to put it; artifacts/<arch>/llama unless given')
    .addOption(jobsOption());
  addMirrorOption(addBuilderOptions(command))
    .option('--source <url>', 'another repository of llama.cpp, which git fetches from')
    .option('--commit <hash>', 'with --source: the commit, by its whole name')
    .option('--offline', 'use the cache alone')
    .addOption(
      new Option(
        '--record',
        'build for both architectures, and renew guest/llama/record.json',
      ).conflicts(['arch', 'out', 'source']),
    )
    .option('--json', 'print what was built as JSON')
    .addHelpText(
      'after',
      `
The source is pinned in guest/llama/source.json: npm fetches the package that has it, once. GCC for the guest's
architecture compiles it, on a host of either. The programs choose among ggml's variants for processors when they
start. The same source and compiler give the same bytes; nothing is built again unless one of them has changed.
The whole log stands beside the programs.

Examples:
  zosia build llama
  zosia build llama --arch x86_64
  zosia up --llama built
  zosia build llama --source ../llama.cpp --commit 0123456789abcdef0123456789abcdef01234567 --out mine
  zosia up --llama mine`,
    )
    .action(async (flags: Flags) => {
      requireOneOf(command, '--commit', ['--source']);
      requireOneOf(command, '--source', ['--commit']);
      if (flags.out !== undefined) await checkOutputFolder(flags.out);
      const withBuilder: WithBuilder = (use) => withChosenBuilder('llama', command, context, use);
      if (flags.record) {
        await recordPrograms(flags, withBuilder, context);
        return;
      }
      const arch = chosenArchitecture(flags.arch);
      const outDir = flags.out ?? llamaBuildDir(defaultPlaces(), arch);
      const built = await withBuilder((builder) =>
        buildOne(builder, { flags, arch, outDir }, context),
      );
      if (flags.json) printJson(built);
      else for (const line of built.programs.map(describe)) print(line);
    });
}

const describe = ({ path, sizeBytes }: BuiltProgram): string =>
  `${path} (${formatBytes(sizeBytes)})`;

/** Builds for both architectures, and writes down what came of it. */
async function recordPrograms(
  flags: Flags,
  withBuilder: WithBuilder,
  context: CliContext,
): Promise<void> {
  const [{ withPrivateFolder }, { writeOutput }, { LLAMA_RECORD_PATH, recordedLlama }] =
    await Promise.all([
      import('../../host/private-folder.js'),
      import('../../host/output-file.js'),
      import('../../toolchain/llama/record.js'),
    ]);
  const record: Record<string, RecordedLlama> = {};
  for (const arch of ARCHITECTURES) {
    await withPrivateFolder(async (folder) => {
      const one = { flags, arch, outDir: folder };
      const { made } = await withBuilder((builder) => buildOne(builder, one, context));
      record[arch] = recordedLlama(made);
    });
  }
  await writeOutput(LLAMA_RECORD_PATH, `${JSON.stringify(record, null, 2)}\n`, {
    signal: context.signal,
  });
  if (flags.json) printJson(record);
  else print(`renewed ${LLAMA_RECORD_PATH}`);
}

interface Build {
  readonly programs: readonly BuiltProgram[];
  readonly logPath: string;
  /** False when all of it was there already. */
  readonly built: boolean;
  readonly made: MadeLlama;
}

/** Builds unless what is there was made of the same inputs; the progress is drawn. */
async function buildOne(
  builder: Builder,
  { flags, arch, outDir }: { flags: Flags; arch: Architecture; outDir: string },
  { signal }: CliContext,
): Promise<Build> {
  const [source, project, toolchain, build, record, output] = await Promise.all([
    import('../../toolchain/llama/source.js'),
    import('../../toolchain/llama/project.js'),
    import('../../toolchain/llama/toolchain.js'),
    import('../../toolchain/llama/build.js'),
    import('../../toolchain/llama/record.js'),
    import('./llama-manifest.js'),
  ]);
  const { searchPath, cacheDirectory } = folders();
  const from =
    flags.source === undefined
      ? await source.pinnedLlamaSource()
      : source.gitLlamaSource(flags.source, flags.commit!);
  const files = await project.llamaProject();
  const inputs = record.llamaInputs(arch, from.commit, files);
  const found = await toolchain.findLlamaToolchain(builder, arch);
  const logPath = join(outDir, 'llama-build.log');
  const recipe = output.llamaRecipe(arch, inputs, found);
  const there = await output.currentPrograms(outDir, recipe);
  if (there) {
    const made = record.madeLlama(inputs, found, there);
    say(`up to date: ${outDir}`);
    return { programs: there, logPath, built: false, made };
  }
  const options = { cacheDir: cacheDirectory, searchPath, offline: flags.offline, signal };
  say(`fetching the source, compiling llama.cpp for ${arch}`);
  const archive = await source.llamaSourceArchive(from, { ...options, log: say });
  const progress = startProgress();
  try {
    const { programs } = await build.buildLlama({
      builder,
      arch,
      toolchain: found,
      source: archive,
      commit: from.commit,
      project: files,
      outDir,
      jobs: flags.jobs,
      signal,
      onProgress: (done, total) => {
        progress.update(`llama.cpp for ${arch}`, done, total);
      },
    });
    await output.writeProgramsManifest(outDir, recipe, programs);
    return {
      programs,
      logPath,
      built: true,
      made: record.madeLlama(inputs, found, programs),
    };
  } finally {
    progress.stop();
  }
}
