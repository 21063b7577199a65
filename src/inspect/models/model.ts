import { ZosiaError } from '../../errors.js';
import type { Findings } from '../../formats/findings.js';

/** A model in the image that is whole. */
export interface VerifiedModel {
  readonly format: 'gguf' | 'llama2c';
  readonly path: string;
  readonly sizeBytes: number;
  readonly tensorCount: number;
  /** Of a llama2.c checkpoint, which cannot do without. */
  readonly tokenizer?: { readonly path: string; readonly tokenCount: number } | undefined;
}

/** The result of a check, or undefined when it throws a ZosiaError: then that is a finding. */
export async function reported<T>(
  findings: Findings,
  path: string,
  check: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
    const code = error.code
      .replace(/^ZOSIA_/, '')
      .toLowerCase()
      .replaceAll('_', '-');
    findings.add(code, path, error.message, 'model');
    return undefined;
  }
}
