import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { addBuilderOptions, jobsOption, withChosenBuilder } from '../options/builder.js';
import type { BuilderFlags } from '../options/builder.js';
import { addFetchOptions } from '../options/fetch.js';
import { requireOneOf } from '../options/machine.js';
import { archOption, sha256Digest } from '../options/values.js';
import { chosenSource } from './kernel-source.js';
import type { SourceFlags } from './kernel-source.js';
import { ARCHITECTURES } from '../../artifacts/architectures.js';
import { checkOutputFolder } from '../../host/check-output-folder.js';
import type { Builder } from '../../toolchain/builder.js';
import type { Compiler } from '../../toolchain/compiler.js';
import type { BuiltKernel } from '../../toolchain/kernel/build.js';
import type { KernelInputs, RecordedKernel } from '../../toolchain/kernel/record.js';
import { formatBytes, print, printJson, say } from '../output/output.js';
import { startProgress } from '../output/progress.js';
import { defaultPlaces, kernelBuildDir } from '../../recipes/places.js';

interface Flags extends SourceFlags, BuilderFlags {
  out?: string | undefined;
  config: string[];
  jobs?: number | undefined;
  force?: true | undefined;
  prebuilt?: true | undefined;
  json?: true | undefined;
}

export function defineBuildKernel(command: Command, context: CliContext): void {
  command
    .addOption(archOption())
    .option('--out <folder>', 'where to put it; artifacts/<arch>/kernel unless given')
    .option(
      '--config <file>',
      'a fragment to be read after those of kernel-config; may be repeated',
      (path: string, paths: string[]) => [...paths, path],
      [],
    )
    .addOption(jobsOption());
  addFetchOptions(addBuilderOptions(command))
    .option(
      '--source <file or url>',
      "another source than Debian's: a tar archive, as kernel.org has it",
    )
    .addOption(
      new Option('--sha256 <digest>', 'with --source: what the archive must have').argParser(
        sha256Digest,
      ),
    )
    .option('--force', 'build even if nothing has changed')
    .addOption(
      new Option(
        '--prebuilt',
        'renew guest/prebuilt and kernel-config/record.json, for both architectures',
      ).conflicts(['arch', 'out', 'config', 'source']),
    )
    .option('--json', 'print what was built as JSON')
    .addHelpText(
      'after',
      `
The source is pinned in artifacts.lock.json and fetched once. What a kernel has is in kernel-config, in
fragments over allnoconfig; a symbol that does not come through is an error. The same source, fragments and
compiler give the same bytes in any folder, in Docker or out of it, and what is there already is not built
again. The whole log stands beside the kernel.

Another source is named with --source, and pinned with --sha256. One that is downloaded is kept in the cache under
that digest, and found there the next time, also with --offline. It makes another kernel than the one that comes
with zosia, and may lack what the fragments ask for, which is then an error.

Examples:
  zosia build kernel
  zosia build kernel --arch x86_64 --config kernel-config/hardware.config --out hardware
  zosia build kernel --source https://cdn.kernel.org/pub/linux/kernel/v6.x/linux-6.1.176.tar.xz --sha256 DIGEST
  zosia run --kernel built`,
    )
    .action(async (flags: Flags) => {
      requireOneOf(command, '--source', ['--sha256']);
      requireOneOf(command, '--sha256', ['--source']);
      if (flags.out !== undefined) await checkOutputFolder(flags.out);
      if (flags.prebuilt) {
        await renewPrebuilt(flags, command, context);
        return;
      }
      await withChosenBuilder('kernel', command, context, async (builder) => {
        report(await buildOne(flags, builder, context), builder, flags);
      });
    });
}

/** Builds the kernels of both architectures for guest/prebuilt, and writes down what they are made of. */
async function renewPrebuilt(flags: Flags, command: Command, context: CliContext): Promise<void> {
  const { signal } = context;
  const [
    { withPrivateFolder },
    { writeOutput },
    { PREBUILT_DIRECTORY },
    { KERNEL_RECORD_PATH, recordedKernel },
    { writePrebuiltKernel },
  ] = await Promise.all([
    import('../../host/private-folder.js'),
    import('../../host/output-file.js'),
    import('../../artifacts/prebuilt.js'),
    import('../../toolchain/kernel/record.js'),
    import('../../toolchain/kernel/prebuilt.js'),
  ]);
  const kernels: Record<string, RecordedKernel> = {};
  for (const arch of ARCHITECTURES) {
    await withPrivateFolder(async (folder) => {
      const one = { ...flags, arch, out: folder };
      // Each in a folder of its own.
      const { built, inputs, compiler } = await withChosenBuilder(
        'kernel',
        command,
        context,
        (builder) => buildOne(one, builder, context),
      );
      await writePrebuiltKernel(PREBUILT_DIRECTORY, arch, built, signal);
      kernels[arch] = recordedKernel(inputs, compiler, built);
    });
  }
  await writeOutput(KERNEL_RECORD_PATH, `${JSON.stringify(kernels, null, 2)}\n`, { signal });
  if (flags.json) printJson(kernels);
  else print(`renewed the kernels in ${PREBUILT_DIRECTORY}`);
}

interface Build {
  readonly built: BuiltKernel;
  /** False for one that was there already. */
  readonly written: boolean;
  readonly inputs: KernelInputs;
  readonly compiler: Compiler;
}

function report({ built, written, compiler }: Build, { kind }: Builder, { json }: Flags): void {
  if (json) {
    printJson({ ...built, written, builder: kind });
    return;
  }
  const kernel = `${built.path} (${formatBytes(built.sizeBytes)}) with ${compiler.version}`;
  print(written ? kernel : `up to date: ${kernel}`);
}

/** Fetches the source, and builds a kernel of it unless it is there; its progress is drawn. */
async function buildOne(flags: Flags, builder: Builder, context: CliContext): Promise<Build> {
  const { signal } = context;
  const [
    { buildKernel },
    { askCompiler },
    { readKernelFragments },
    { kernelInputs },
    { currentKernel, kernelRecipe, writeKernelManifests },
  ] = await Promise.all([
    import('../../toolchain/kernel/build.js'),
    import('../../toolchain/compiler.js'),
    import('../../toolchain/kernel/fragments.js'),
    import('../../toolchain/kernel/record.js'),
    import('./kernel-manifest.js'),
  ]);
  const compiler = await askCompiler(builder);
  const { arch, source } = await chosenSource(flags, context);
  const outDir = flags.out ?? kernelBuildDir(defaultPlaces(), arch);
  const fragments = await readKernelFragments(arch, flags.config);
  const inputs = kernelInputs(arch, source.sha256, fragments);
  const recipe = kernelRecipe(arch, source, inputs, compiler);
  const current = flags.force ? undefined : await currentKernel(outDir, arch, recipe);
  if (current) return { built: current, written: false, inputs, compiler };

  const path = await source.fetch();
  say(`unpacking the source, compiling the kernel for ${arch}`);
  const progress = startProgress();
  try {
    const built = await buildKernel({
      arch,
      builder,
      source: path,
      fragments,
      outDir,
      jobs: flags.jobs,
      signal,
      onProgress: (done, total) => {
        progress.update(`kernel for ${arch}`, done, total);
      },
    });
    await writeKernelManifests(built, recipe);
    return { built, written: true, inputs, compiler };
  } finally {
    progress.stop();
  }
}
