import { stat } from 'node:fs/promises';
import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { digestBytes } from '../../host/digest.js';
import { makeOutputFolder, writeOutput } from '../../host/output-file.js';
import type { Builder } from '../builder.js';
import { withLoggedRun } from '../logged-run.js';
import type { LoggedBuild } from '../logged-run.js';
import { askedSymbols, formatConfig, parseConfig, unmetSymbols } from './config.js';
import { kernelFiles } from './files.js';
import type { KernelFiles } from './files.js';
import type { KernelFragment } from './fragments.js';
import { KERNEL_TARGETS, firstError, isStep } from './make.js';
import { examineBuilder } from './preflight.js';
import { ANONYMOUS, CONFIGURE_GOAL, makeVariables } from './settings.js';
import { unpackKernelSource } from './source.js';

export interface BuildKernelOptions {
  readonly arch: Architecture;
  /** Debian's package of the source, or a tar archive; verified. */
  readonly source: string;
  readonly fragments: readonly KernelFragment[];
  readonly builder: Builder;
  /** The folder that gets the kernel, its configuration and the log. Made if it is missing. */
  readonly outDir: string;
  /** Processes at a time; as many as there are processors, and memory for, unless given. */
  readonly jobs?: number | undefined;
  readonly onProgress?: ((doneSteps: number, totalSteps: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltKernel extends KernelFiles {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Where things lie in the builder's folder. */
const SOURCE = 'source';
const BUILD = 'build';

/** What a bzImage has packed in it: the kernel without its symbols (kernel arch/x86/boot/compressed/Makefile). */
const PACKED_PROGRAM = 'arch/x86/boot/compressed/vmlinux.bin';

/**
 * Compiles a kernel with clang and LLVM, which do so for either architecture on any builder. The same source,
 * fragments and compiler give the same bytes, in any folder.
 *
 * @throws ZosiaError `ZOSIA_KERNEL_CONFIG` for a symbol that did not come through, `ZOSIA_BUILD_FAILED`
 *   with the first error of the log, and those of `examineBuilder`, `unpackKernelSource`, `buildFailed` and
 *   `writeOutput`; the signal's reason when cancelled
 */
export async function buildKernel(options: BuildKernelOptions): Promise<BuiltKernel> {
  const { arch, builder, outDir, signal } = options;
  const target = KERNEL_TARGETS[arch];
  await makeOutputFolder(outDir);
  const files = kernelFiles(outDir, arch);
  const { path, vmlinuxPath, configPath } = files;
  const jobs = await examine(options);
  await withMake(options, async (make) => {
    await configure(options, make);
    await make([`-j${options.jobs ?? jobs}`, ...target.goals]);
  });

  const bytes = await builder.read(`${BUILD}/${target.image}`);
  await writeOutput(path, bytes, { signal });
  await writeOutput(configPath, await builder.read(`${BUILD}/.config`), { signal });
  if (vmlinuxPath !== undefined) {
    await writeOutput(vmlinuxPath, await builder.read(`${BUILD}/${PACKED_PROGRAM}`), { signal });
  }
  return { ...files, sizeBytes: bytes.length, sha256: digestBytes(bytes) };
}

async function examine({ arch, builder, source, fragments }: BuildKernelOptions): Promise<number> {
  // That there is no source is told when it is opened.
  const archiveBytes = await stat(source).then(
    ({ size }) => size,
    () => 0,
  );
  return examineBuilder(builder, arch, askedSymbols(fragments), archiveBytes);
}

/** What calls the kernel's makefile. */
type Make = (
  goals: readonly string[],
  variables?: Readonly<Record<string, string>>,
) => Promise<void>;

/** Runs `use` with what calls the makefile: its output goes to the log, and its steps are counted. */
async function withMake<T>(
  { arch, builder, outDir, onProgress }: BuildKernelOptions,
  use: (make: Make) => Promise<T>,
): Promise<T> {
  const { stepCount } = KERNEL_TARGETS[arch];
  const { folder, launcher } = builder;
  const compilers = launcher === undefined ? [] : [`CC=${launcher} clang`];
  const places = ['-C', `${folder}/${SOURCE}`, `O=${folder}/${BUILD}`];
  let steps = 0;
  const build: LoggedBuild = {
    builder,
    what: `the kernel for ${arch}`,
    purpose: `kernel --arch ${arch}`,
    logPath: kernelFiles(outDir, arch).logPath,
    env: ANONYMOUS,
    onLine: (line) => {
      if (isStep(line)) onProgress?.(Math.min(++steps, stepCount), stepCount);
    },
    firstError,
  };
  return withLoggedRun(build, (run) =>
    use((goals, variables) =>
      run('make', [...places, ...makeVariables(arch), ...compilers, ...goals], { env: variables }),
    ),
  );
}

/** Unpacks the source, and asks Kconfig for the fragments' symbols: all of them have to come through. */
async function configure(
  { arch, builder, source, fragments, signal }: BuildKernelOptions,
  make: Make,
): Promise<void> {
  const asked = askedSymbols(fragments);
  await unpackKernelSource(builder, source, SOURCE, signal);
  const fragment = `${BUILD}/fragment.config`;
  await builder.write([{ path: fragment, data: formatConfig(asked) }]);
  await make([CONFIGURE_GOAL], { KCONFIG_ALLCONFIG: `${builder.folder}/${fragment}` });
  const config = await readText(builder, `${BUILD}/.config`);
  refuseUnmet(unmetSymbols(asked, parseConfig(config, '.config')), arch);
}

/**
 * Makes a kernel's configuration as `buildKernel` does, compiles nothing of the kernel, and leaves the
 * configuration and the log in the folder.
 *
 * @returns the path of the configuration
 * @throws ZosiaError as `buildKernel`
 */
export async function configureKernel(options: BuildKernelOptions): Promise<string> {
  const { arch, builder, outDir, signal } = options;
  await makeOutputFolder(outDir);
  await examine(options);
  await withMake(options, (make) => configure(options, make));
  const { configPath } = kernelFiles(outDir, arch);
  await writeOutput(configPath, await builder.read(`${BUILD}/.config`), { signal });
  return configPath;
}

const readText = async (builder: Builder, path: string): Promise<string> =>
  Buffer.from(await builder.read(path)).toString();

function refuseUnmet(unmet: ReturnType<typeof unmetSymbols>, arch: Architecture): void {
  if (unmet.length === 0) return;
  const names = unmet.map(({ name, value, actual }) => `${name} (${actual} instead of ${value})`);
  throw new ZosiaError(
    'ZOSIA_KERNEL_CONFIG',
    `the configuration for ${arch} lacks what was asked for: ${names.join(', ')}`,
    { hint: 'Name what each depends on in kernel-config, too; Kconfig drops it otherwise.' },
  );
}
