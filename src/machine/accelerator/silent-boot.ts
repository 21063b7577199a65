import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import type {
  HostSpec,
  SilencePlan,
  AcceleratorVerdict,
  ResolvedAccel,
} from '../qemu/host-spec.js';

/**
 * How long a machine may say nothing under the host's accelerator. Its guest's first line takes one or two
 * seconds there; an emulated one may take as long as it likes.
 */
const SILENCE_SECONDS = 15;

export interface WatchedBoot {
  readonly signal: AbortSignal;
  /** Is given a line for the user whenever the machine is started again. */
  readonly onNote: (line: string) => void;
}

/** One start of a machine. */
export interface BootAttempt<S> {
  readonly spec: S;
  /** Aborts with the caller's, and when there has been no sign of life for too long. */
  readonly signal: AbortSignal;
  /** Is to be called when the guest has said something; may be called again. */
  readonly onSign: () => void;
}

interface Step {
  readonly accel: ResolvedAccel;
  readonly cpuModel: string;
  /** Ends "starting it again". */
  readonly words: string;
  /** What it means for other machines when this one speaks. */
  readonly verdict?: AcceleratorVerdict | undefined;
}

/**
 * Boots a machine under the host's accelerator. One that says nothing is started again without the
 * accelerator's interrupt controller, then emulated; what works is remembered as soon as it speaks.
 *
 * @throws ZosiaError `ZOSIA_ACCEL_UNUSABLE`; the reason of `signal`; whatever `boot` throws
 */
export async function bootWatched<S extends HostSpec, T>(
  spec: S,
  { signal, onNote }: WatchedBoot,
  boot: (attempt: BootAttempt<S>) => Promise<T>,
): Promise<T> {
  const { onSilence: plan } = spec;
  if (!plan) return boot({ spec, signal, onSign: () => undefined });
  const seconds = plan.seconds ?? SILENCE_SECONDS;
  const [first, ...others] = stepsOf(spec, plan, seconds);

  const attempt = async (step: Step, rest: readonly Step[]): Promise<T> => {
    const { accel, cpuModel, verdict } = step;
    const isEmulated = accel.name === 'tcg';
    const watch = new SilenceWatch(isEmulated ? undefined : seconds, () => {
      if (verdict) void plan.remember(verdict);
    });
    try {
      return await boot({
        spec: { ...spec, accel, cpuModel },
        signal: AbortSignal.any([signal, watch.signal]),
        onSign: watch.onSign,
      });
    } catch (error) {
      signal.throwIfAborted();
      // QEMU may know no such property, or have nothing else that serves as interrupt controller.
      const isRefused = step !== first && !watch.isHeard && isOfMachine(error);
      if (isEmulated || !(watch.signal.aborted || isRefused)) throw error;
      const why = watch.signal.aborted
        ? `the machine has said nothing for ${seconds} s with ${nameOf(accel)}`
        : `QEMU does not start with ${nameOf(accel)}`;
      const [next, ...remaining] = rest;
      if (!next) throw unusable(accel, why);
      onNote(`${why}: starting it again${next.words}`);
      return await attempt(next, remaining);
    } finally {
      watch.clear();
    }
  };
  return attempt(first, others);
}

/** Tells a guest that says nothing from one that does. */
class SilenceWatch {
  readonly #silence = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #onHeard: () => void;
  isHeard = false;

  constructor(seconds: number | undefined, onHeard: () => void) {
    this.#onHeard = onHeard;
    if (seconds === undefined) return;
    this.#timer = setTimeout(() => {
      this.#silence.abort();
    }, seconds * 1000);
  }

  /** Aborts when there has been nothing for too long. */
  get signal(): AbortSignal {
    return this.#silence.signal;
  }

  readonly onSign = (): void => {
    if (this.isHeard || this.signal.aborted) return;
    this.isHeard = true;
    this.clear();
    this.#onHeard();
  };

  clear(): void {
    clearTimeout(this.#timer);
  }
}

/** Lets the host, or QEMU, be interrupt controller. */
const WITHOUT_IRQCHIP = 'kernel-irqchip=off';

function stepsOf(
  { accel, cpuModel }: HostSpec,
  { emulatedCpuModel }: SilencePlan,
  seconds: number,
): [Step, ...Step[]] {
  const steps: [Step, ...Step[]] = [{ accel, cpuModel, words: '' }];
  const { name, options } = accel;
  if (name !== 'tcg' && !options?.includes('kernel-irqchip')) {
    steps.push({
      accel: { name, options: [options, WITHOUT_IRQCHIP].filter(Boolean).join(',') },
      cpuModel,
      words: ` with ${WITHOUT_IRQCHIP}`,
      verdict: { usable: true, options: WITHOUT_IRQCHIP },
    });
  }
  if (emulatedCpuModel !== undefined) {
    steps.push({
      accel: { name: 'tcg' },
      cpuModel: emulatedCpuModel,
      words: ', emulated (TCG)',
      verdict: { usable: false, reason: `a machine said nothing in it for ${seconds} s` },
    });
  }
  return steps;
}

const nameOf = ({ name, options }: ResolvedAccel): string =>
  options === undefined ? name : `${name},${options}`;

const isOfMachine = (error: unknown): boolean =>
  error instanceof ZosiaError &&
  (error.code === 'ZOSIA_GUEST_DIED' || error.code === 'ZOSIA_MACHINE_IMPOSSIBLE');

const unusable = ({ name }: ResolvedAccel, why: string): ZosiaError =>
  new ZosiaError('ZOSIA_ACCEL_UNUSABLE', `${name} cannot be used: ${why}`, {
    hint: wording`Use ${option('accel', 'auto')}, which takes what works, or ${option('accel', 'tcg')}, which always does.`,
  });
