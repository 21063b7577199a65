import { InvalidArgumentError, Option } from 'commander';
import { hostArchitecture, parseArchitecture } from '../../artifacts/architectures.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { ZosiaError } from '../../errors.js';
import type { WaitPolicy } from '../../machine/machine.js';
import { MAX_TEMPERATURE } from '../../formats/llama2c/settings/forms.js';

/** `--arch`, which every command that has to do with a guest takes. */
export function archOption(): Option {
  return new Option('--arch <arch>', "the guest's architecture: aarch64 or x86_64")
    .argParser(architecture)
    .default(undefined, "the host's");
}

/** Parses an option's value as an architecture, by any of its names. */
export function architecture(text: string): Architecture {
  try {
    return parseArchitecture(text);
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
    throw new InvalidArgumentError(error.hint ?? error.message);
  }
}

/** The architecture asked for, or the host's. @throws ZosiaError `ZOSIA_UNKNOWN_ARCH` */
export function chosenArchitecture(arch: Architecture | undefined): Architecture {
  return arch ?? hostArchitecture();
}

/** Parses an option's value as a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Give a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** Parses an option's value as a number of at least `least`. */
export function numberAtLeast(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least) {
      throw new InvalidArgumentError(`Give a number of at least ${least}.`);
    }
    return value;
  };
}

/** Parses an option's value as a temperature of sampling. */
export function temperature(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= MAX_TEMPERATURE)) {
    throw new InvalidArgumentError(`Give a number from 0 to ${MAX_TEMPERATURE}.`);
  }
  return value;
}

/** What `--wait` says of itself. */
export const WAIT_DESCRIPTION = 'how threads wait for one another: sleep, the default, or spin';

/** Parses an option's value as a way to wait. */
export function waitPolicy(text: string): WaitPolicy {
  if (text === 'sleep' || text === 'spin') return text;
  throw new InvalidArgumentError('Give sleep or spin.');
}

/** The longest that a timer of Node's can wait: it counts milliseconds in 31 bits. */
const MAX_TIMEOUT_SECONDS = Math.floor((2 ** 31 - 1) / 1000);

/** Parses an option's value as a pause, in seconds and parts of them; it may be none. */
export function pauseSeconds(text: string): number {
  return Number(text) === 0 ? numberAtLeast(0)(text) : timeoutSeconds(text);
}

/** Parses an option's value as a time to wait, in seconds and parts of them. */
export function timeoutSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= MAX_TIMEOUT_SECONDS)) {
    throw new InvalidArgumentError(
      `Give a number of seconds above 0 and of at most ${MAX_TIMEOUT_SECONDS}.`,
    );
  }
  return value;
}

/** Parses an option's value as a sha256, in lower-case hex. */
export function sha256Digest(text: string): string {
  const digest = text.toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digest)) return digest;
  throw new InvalidArgumentError('Give 64 hexadecimal digits.');
}
