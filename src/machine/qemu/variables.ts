import { ZosiaError } from '../../errors.js';
import type { Environment } from './binary.js';

/** The value of an environment variable; one that is set to nothing counts as not set. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

/** {@link variable} as a number. @throws ZosiaError `ZOSIA_BAD_OPTION` */
export function numericVariable(env: Environment, name: string): number | undefined {
  const text = variable(env, name);
  if (text === undefined) return undefined;
  return positive(/^\d+$/.test(text) ? Number(text) : Number.NaN, name, text);
}

/** @throws ZosiaError `ZOSIA_BAD_OPTION` unless `value` is a whole number above zero, or absent */
export function positive(
  value: number | undefined,
  origin: string,
  text = String(value),
): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return value;
  throw new ZosiaError('ZOSIA_BAD_OPTION', `${origin} is not a whole number above zero: ${text}`, {
    hint: `Give a number, as in ${origin.startsWith('--') ? `${origin} 2` : `${origin}=2`}.`,
  });
}
