import type { Architecture } from '../artifacts/architectures.js';
import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import type { Builder } from './builder.js';

/** What `zosia doctor --for` calls a host that has what a build needs. */
export type BuildPurpose = 'build' | `${'kernel' | 'llama'} --arch ${Architecture}`;

/** Prints those of its arguments that are no programs on the search path. */
const MISSING = 'for tool; do command -v "$tool" >/dev/null 2>&1 || echo "$tool"; done';

/**
 * Sees that a builder has programs before a build begins, which would find one missing after minutes.
 *
 * @throws ZosiaError `ZOSIA_COMPILER_NOT_FOUND`, which names all that are missing
 */
export async function requireTools(
  builder: Builder,
  tools: readonly string[],
  purpose: BuildPurpose,
): Promise<void> {
  const { failed, output } = await builder.run('sh', ['-c', MISSING, 'sh', ...tools]);
  // Who has no shell has none of the rest either.
  const missing = failed ? tools : output.split('\n').filter((line) => line !== '');
  if (missing.length > 0) throw toolsMissing(builder, missing.join(', '), purpose);
}

export function toolsMissing(builder: Builder, missing: string, purpose: BuildPurpose): ZosiaError {
  if (builder.kind === 'docker') {
    return new ZosiaError(
      'ZOSIA_COMPILER_NOT_FOUND',
      `the image of the container lacks ${missing}`,
      {
        hint: wording`Name an image of Debian with ${option('baseImage')}, or compile with ${option('builder', 'host')}.`,
      },
    );
  }
  return new ZosiaError('ZOSIA_COMPILER_NOT_FOUND', `not installed: ${missing}`, {
    hint: `zosia doctor --install --for ${purpose} installs what is needed. Only compiling needs it, booting does not.`,
  });
}

/** @throws ZosiaError `ZOSIA_COMPILER_NOT_FOUND` for one that does not run */
export async function toolVersion(builder: Builder, program: string): Promise<string> {
  const { failed, reason, output } = await builder.run(program, ['--version']);
  if (!failed) return output.split('\n', 1)[0]!.trim();
  throw new ZosiaError(
    'ZOSIA_COMPILER_NOT_FOUND',
    `${program} does not run: ${reason ?? 'it failed'}`,
    { hint: 'Install it again, or another version of it.' },
  );
}
