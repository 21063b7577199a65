import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { digestBytes } from '../../host/digest.js';
import { makeOutput, makeOutputFolder, writeOutput } from '../../host/output-file.js';
import { withPrivateFolder } from '../../host/private-folder.js';
import type { Compiler } from '../compiler.js';
import { TOOL_ENVIRONMENT } from '../tool-environment.js';
import { askedSymbols, formatConfig, parseConfig, unmetSymbols } from './config.js';
import type { KernelFragment } from './fragments.js';
import { KERNEL_TARGETS, firstError, isStep } from './make.js';
import { unpackKernelSource } from './source.js';

export interface BuildKernelOptions {
  readonly arch: Architecture;
  /** Debian's package of the source, verified. */
  readonly sourcePackage: string;
  readonly fragments: readonly KernelFragment[];
  /** As `findCompiler` finds it; LLVM's other tools lie beside it, or on the PATH. */
  readonly compiler: Compiler;
  readonly searchPath: readonly string[];
  /** The folder that gets the kernel, its configuration and the log. Made if it is missing. */
  readonly outDir: string;
  /** Processes at a time; as many as there are processors unless given. */
  readonly jobs?: number | undefined;
  readonly onProgress?: ((doneSteps: number, totalSteps: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltKernel {
  readonly path: string;
  /** x86_64 alone: the program that QEMU starts by PVH, with nothing to unpack. */
  readonly vmlinuxPath: string | undefined;
  readonly configPath: string;
  readonly logPath: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Goes into the kernel word for word: what it is built by, where and when is nobody's affair. */
const ANONYMOUS = {
  KBUILD_BUILD_TIMESTAMP: 'Thu Jan  1 00:00:00 UTC 1970',
  KBUILD_BUILD_USER: 'zosia',
  KBUILD_BUILD_HOST: 'zosia',
  KBUILD_BUILD_VERSION: '1',
};

/**
 * Compiles a kernel with clang and LLVM, which do so for either architecture on any host. The same source,
 * fragments and compiler give the same bytes, in any folder.
 *
 * @throws ZosiaError `ZOSIA_KERNEL_CONFIG` for a symbol that did not come through, `ZOSIA_BUILD_FAILED`
 *   with the first error of the log, and those of `unpackKernelSource` and `writeOutput`; the signal's reason
 *   when cancelled
 */
export async function buildKernel(options: BuildKernelOptions): Promise<BuiltKernel> {
  const { arch, outDir, fragments, signal } = options;
  const target = KERNEL_TARGETS[arch];
  const asked = askedSymbols(fragments);
  await makeOutputFolder(outDir);
  const logPath = join(outDir, 'kernel-build.log');
  return withPrivateFolder(async (folder) => {
    const [source, build] = [join(folder, 'source'), join(folder, 'build')];
    for (const each of [source, build]) await mkdir(each);
    await unpackKernelSource(options.sourcePackage, source, signal);
    const fragment = join(folder, 'fragment.config');
    await writeFile(fragment, formatConfig(asked));

    const log = await makeOutput(logPath, () => open(logPath, 'w'));
    try {
      const make = kernelMake(options, { source, build, log, logPath });
      await make(['allnoconfig'], { KCONFIG_ALLCONFIG: fragment });
      const config = await readFile(join(build, '.config'), 'utf8');
      refuseUnmet(unmetSymbols(asked, parseConfig(config, '.config')), arch);
      const jobs = options.jobs ?? availableParallelism();
      await make([`-j${jobs}`, ...target.goals], {});
    } finally {
      await log.close();
    }

    const path = join(outDir, 'Image');
    const bytes = await readFile(join(build, target.image));
    await writeOutput(path, bytes, { signal });
    const configPath = join(outDir, 'kernel.config');
    await writeOutput(configPath, await readFile(join(build, '.config')), { signal });
    const vmlinuxPath = arch === 'x86_64' ? join(outDir, 'vmlinux') : undefined;
    if (vmlinuxPath !== undefined) {
      const stripped = join(folder, 'vmlinux');
      await run(options, 'llvm-objcopy', ['--strip-all', join(build, 'vmlinux'), stripped]);
      await writeOutput(vmlinuxPath, await readFile(stripped), { signal });
    }
    const sha256 = digestBytes(bytes);
    return { path, vmlinuxPath, configPath, logPath, sizeBytes: bytes.length, sha256 };
  });
}

interface BuildFolders {
  readonly source: string;
  readonly build: string;
  readonly log: FileHandle;
  readonly logPath: string;
}

/** Calls the kernel's makefile: its output goes to the log, and its steps are counted. */
function kernelMake(
  options: BuildKernelOptions,
  { source, build, log, logPath }: BuildFolders,
): (goals: readonly string[], variables: Readonly<Record<string, string>>) => Promise<void> {
  const { arch, signal, onProgress } = options;
  const target = KERNEL_TARGETS[arch];
  let text = '';
  let stepCount = 0;
  return async (goals, variables) => {
    const args = ['-C', source, `O=${build}`, `ARCH=${target.arch}`, 'LLVM=1', ...goals];
    const child = execa('make', args, {
      env: { ...environment(options), ...variables },
      all: true,
      buffer: false,
      reject: false,
      ...(signal ? { cancelSignal: signal } : {}),
    });
    for await (const line of createInterface({ input: child.all })) {
      await log.write(`${line}\n`);
      text += `${line}\n`;
      if (isStep(line)) onProgress?.(Math.min(++stepCount, target.stepCount), target.stepCount);
    }
    const { failed, shortMessage } = await child;
    signal?.throwIfAborted();
    if (!failed) return;
    throw new ZosiaError(
      'ZOSIA_BUILD_FAILED',
      `the kernel for ${arch} was not built: ${(firstError(text) ?? shortMessage ?? '').trim()}`,
      {
        hint: `The whole log is ${logPath}. zosia doctor --for kernel says whether something is missing.`,
      },
    );
  };
}

/** LLVM's tools are called by their plain names: those of the compiler that was found come first. */
function environment({
  compiler,
  searchPath,
}: BuildKernelOptions): Record<string, string | undefined> {
  const folders = [dirname(compiler.clang), dirname(compiler.linker), ...searchPath];
  return { ...TOOL_ENVIRONMENT, ...ANONYMOUS, PATH: [...new Set(folders)].join(delimiter) };
}

async function run(
  options: BuildKernelOptions,
  program: string,
  args: readonly string[],
): Promise<void> {
  const { signal } = options;
  const { failed, all } = await execa(program, args, {
    env: environment(options),
    all: true,
    reject: false,
    ...(signal ? { cancelSignal: signal } : {}),
  });
  signal?.throwIfAborted();
  if (!failed) return;
  throw new ZosiaError('ZOSIA_BUILD_FAILED', `${program} fails: ${all.trim()}`, {
    hint: 'See whether something is missing with zosia doctor --for kernel.',
  });
}

function refuseUnmet(unmet: ReturnType<typeof unmetSymbols>, arch: Architecture): void {
  if (unmet.length === 0) return;
  const names = unmet.map(({ name, value, actual }) => `${name} (${actual} instead of ${value})`);
  throw new ZosiaError(
    'ZOSIA_KERNEL_CONFIG',
    `the configuration for ${arch} lacks what was asked for: ${names.join(', ')}`,
    { hint: 'Name what each depends on in kernel-config, too; Kconfig drops it otherwise.' },
  );
}
