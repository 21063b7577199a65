import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { digestBytes } from '../../host/digest.js';
import { makeOutput, makeOutputFolder, writeOutput } from '../../host/output-file.js';
import { buildFailed } from '../build-failure.js';
import type { Builder } from '../builder.js';
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

/** Variables by which what a user has set for other builds would get into the kernel. */
const NO_SETTINGS = {
  KCFLAGS: undefined,
  KAFLAGS: undefined,
  KCPPFLAGS: undefined,
  HOSTCFLAGS: undefined,
  HOSTLDFLAGS: undefined,
  LOCALVERSION: undefined,
  MAKEFLAGS: undefined,
  MFLAGS: undefined,
  GNUMAKEFLAGS: undefined,
  KCONFIG_CONFIG: undefined,
  KBUILD_OUTPUT: undefined,
  KBUILD_EXTMOD: undefined,
  CROSS_COMPILE: undefined,
  LLVM_IAS: undefined,
};

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
  const { arch, builder, outDir, fragments, signal } = options;
  const target = KERNEL_TARGETS[arch];
  const asked = askedSymbols(fragments);
  await makeOutputFolder(outDir);
  const files = kernelFiles(outDir, arch);
  const { path, vmlinuxPath, configPath, logPath } = files;
  const jobs = await examineBuilder(builder, arch, asked);
  await unpackKernelSource(builder, options.source, SOURCE);
  const fragment = `${BUILD}/fragment.config`;
  await builder.write([{ path: fragment, data: formatConfig(asked) }]);

  const log = await makeOutput(logPath, () => open(logPath, 'w'));
  try {
    const make = kernelMake(options, log, logPath);
    await make([CONFIGURE_GOAL], { KCONFIG_ALLCONFIG: `${builder.folder}/${fragment}` });
    const config = await readText(builder, `${BUILD}/.config`);
    refuseUnmet(unmetSymbols(asked, parseConfig(config, '.config')), arch);
    await make([`-j${options.jobs ?? jobs}`, ...target.goals], {});
  } finally {
    await log.close();
  }

  const bytes = await builder.read(`${BUILD}/${target.image}`);
  await writeOutput(path, bytes, { signal });
  await writeOutput(configPath, await builder.read(`${BUILD}/.config`), { signal });
  if (vmlinuxPath !== undefined) {
    await writeOutput(vmlinuxPath, await builder.read(`${BUILD}/${PACKED_PROGRAM}`), { signal });
  }
  return { ...files, sizeBytes: bytes.length, sha256: digestBytes(bytes) };
}

/** Calls the kernel's makefile: its output goes to the log, and its steps are counted. */
function kernelMake(
  { arch, builder, onProgress }: BuildKernelOptions,
  log: FileHandle,
  logPath: string,
): (goals: readonly string[], variables: Readonly<Record<string, string>>) => Promise<void> {
  const target = KERNEL_TARGETS[arch];
  const { folder, launcher } = builder;
  const compilers = launcher === undefined ? [] : [`CC=${launcher} clang`];
  let text = '';
  let stepCount = 0;
  return async (goals, variables) => {
    const places = ['-C', `${folder}/${SOURCE}`, `O=${folder}/${BUILD}`];
    const args = [...places, ...makeVariables(arch), ...compilers, ...goals];
    const { failed, reason } = await builder.run('make', args, {
      env: { ...NO_SETTINGS, ...ANONYMOUS, ...variables },
      onLine: async (line) => {
        await log.write(`${line}\n`);
        text += `${line}\n`;
        if (isStep(line)) onProgress?.(Math.min(++stepCount, target.stepCount), target.stepCount);
      },
    });
    if (!failed) return;
    throw buildFailed(builder, {
      what: `the kernel for ${arch}`,
      error: (firstError(text) ?? reason ?? '').trim(),
      output: text,
      hint: `The whole log is ${logPath}. zosia doctor --for kernel says whether something is missing.`,
    });
  };
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
