import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { hostArchitecture } from '../../artifacts/architectures.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { acceleratorVerdict, peekVerdict } from './accelerator-probe.js';
import type { HardwareAccelerator } from './accelerator-probe.js';
import { HostFactsCache } from '../qemu/host-facts-cache.js';
import type { HostFolders } from '../../host/host-folders.js';
import { findQemu } from '../qemu/binary.js';
import type { QemuBinary } from '../qemu/binary.js';
import type { QemuFacts } from '../qemu/facts.js';
import { ACCELERATOR_NAMES } from '../qemu/host-spec.js';
import type { AcceleratorName, AcceleratorVerdict, ResolvedAccel } from '../qemu/host-spec.js';

/** What a user asks for. */
export interface AcceleratorChoice {
  readonly name: AcceleratorName | 'auto';
  /** Properties for QEMU's `-accel`, as in `tcg,thread=single`. */
  readonly options?: string | undefined;
}

/**
 * Reads `auto`, `tcg`, `kvm` or `hvf`, with QEMU's properties after a comma if need be.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION`
 */
export function parseAccelerator(text: string): AcceleratorChoice {
  const comma = text.indexOf(',');
  const word = comma === -1 ? text : text.slice(0, comma);
  const name = (['auto', ...ACCELERATOR_NAMES] as const).find((known) => known === word);
  if (name === undefined || (name === 'auto' && comma !== -1)) {
    throw new ZosiaError(
      'ZOSIA_BAD_OPTION',
      wording`${option('accel')} does not know the accelerator "${text}"`,
      {
        hint: 'Use auto, tcg, kvm (Linux) or hvf (macOS).',
      },
    );
  }
  return comma === -1 ? { name } : { name, options: text.slice(comma + 1) };
}

/** What choosing depends on. */
export interface AcceleratorContext {
  readonly arch: Architecture;
  readonly binary: QemuBinary;
  readonly facts: QemuFacts;
  readonly cache: HostFactsCache;
  /** Whether the machine starts firmware. */
  readonly startsFirmware?: boolean | undefined;
  /** Node's `process.platform` and `process.arch` of the host; this one's unless given. */
  readonly hostPlatform?: NodeJS.Platform | undefined;
  readonly hostArch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decides on an accelerator. `auto` takes the host's own (HVF, KVM) if it has been seen to work, else
 * TCG and says why; one that was asked for by name must work.
 *
 * @throws ZosiaError `ZOSIA_ACCEL_UNUSABLE`
 */
export async function resolveAccelerator(
  choice: AcceleratorChoice,
  context: AcceleratorContext,
): Promise<ResolvedAccel> {
  if (choice.name === 'tcg') return { name: 'tcg', options: choice.options };

  const native = nativeAccelerator(context.hostPlatform ?? process.platform);
  if (choice.name === 'auto') {
    const verdict = native
      ? await verdictOn(native, context, false)
      : unusable('this system has no accelerator');
    if (native && verdict.usable) return { name: native, options: verdict.options };
    const why = verdict.usable ? '' : verdict.reason;
    return { name: 'tcg', note: `emulating the ${context.arch} processor (TCG): ${why}` };
  }

  const verdict = await verdictOn(choice.name, context, true);
  if (verdict.usable) return { name: choice.name, options: choice.options ?? verdict.options };
  const why = verdict.reason;
  throw new ZosiaError('ZOSIA_ACCEL_UNUSABLE', `${choice.name} cannot be used: ${why}`, {
    hint: wording`Use ${option('accel', 'auto')}, which takes what works, or ${option('accel', 'tcg')}, which always does.`,
  });
}

/**
 * What is known about this host's accelerator, for guests of an architecture: undefined where it has not
 * been tried. Nothing is run.
 */
export async function keptVerdict(
  arch: Architecture,
  { searchPath, cacheDirectory }: HostFolders,
  { hostPlatform, hostArch }: Pick<AcceleratorContext, 'hostPlatform' | 'hostArch'> = {},
): Promise<AcceleratorVerdict | undefined> {
  const name = nativeAccelerator(hostPlatform ?? process.platform);
  if (name === undefined) return undefined;
  const processor = hostArch ?? process.arch;
  if (!isSameArchitecture(arch, processor)) {
    return { usable: false, reason: otherProcessor(processor) };
  }
  const binary = await findQemu(arch, searchPath).catch(() => undefined);
  return binary && peekVerdict(name, { arch, binary, cache: new HostFactsCache(cacheDirectory) });
}

/**
 * What `auto` comes to by what is known: undefined where an accelerator is to be tried first. Nothing is run.
 */
export async function keptAuto({
  facts,
  hostPlatform = process.platform,
  hostArch = process.arch,
  ...context
}: AcceleratorContext): Promise<ResolvedAccel | undefined> {
  const native = nativeAccelerator(hostPlatform);
  const canBe = native !== undefined && facts.accelerators.includes(native);
  if (!canBe || !isSameArchitecture(context.arch, hostArch)) return { name: 'tcg' };
  const verdict = await peekVerdict(native, context);
  if (!verdict) return undefined;
  return verdict.usable ? { name: native, options: verdict.options } : { name: 'tcg' };
}

function nativeAccelerator(platform: NodeJS.Platform): HardwareAccelerator | undefined {
  if (platform === 'darwin') return 'hvf';
  return platform === 'linux' ? 'kvm' : undefined;
}

/** Whether an accelerator works here; the reason why not is a line for the user. */
async function verdictOn(
  name: HardwareAccelerator,
  context: AcceleratorContext,
  askAgain: boolean,
): Promise<AcceleratorVerdict> {
  const { arch, facts, hostArch = process.arch } = context;
  if (!isSameArchitecture(arch, hostArch)) return unusable(otherProcessor(hostArch));
  if (!facts.accelerators.includes(name)) return unusable(`this QEMU was built without ${name}`);
  const verdict = await acceleratorVerdict(name, context, askAgain);
  return verdict.usable ? verdict : unusable(plainReason(verdict.reason, name));
}

const unusable = (reason: string) => ({ usable: false, reason }) as const;

/**
 * Why a probe failed, in a line for every start. What QEMU said as it died may be an assertion of its
 * source: `zosia doctor` prints that.
 */
export function plainReason(reason: string, name: HardwareAccelerator): string {
  return /^qemu-|Assertion/.test(reason)
    ? `QEMU fails with ${name} here (zosia doctor prints its words)`
    : reason;
}

const otherProcessor = (hostArch: string): string => `this host's processor is ${hostArch}`;

function isSameArchitecture(arch: Architecture, hostArch: string): boolean {
  try {
    return hostArchitecture(hostArch) === arch;
  } catch {
    return false;
  }
}
