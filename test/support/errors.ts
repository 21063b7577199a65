import { expect } from 'vitest';

/** What `toThrow` expects of a ZosiaError: this code, and a hint. */
export function zosiaError(code: string): Error {
  return expect.objectContaining({
    name: 'ZosiaError',
    code,
    hint: expect.stringMatching(/\S/),
  }) as Error;
}
