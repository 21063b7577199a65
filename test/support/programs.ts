import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** Whether a program is on the PATH. */
export function hasProgram(name: string, path = process.env.PATH ?? ''): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A describe that asks other programs' opinions; skipped, with the reason, where they are missing. */
export function describeWithPrograms(
  names: readonly string[],
  title: string,
  body: () => void,
): void {
  const missing = names.filter((name) => !hasProgram(name));
  if (missing.length === 0) describe(title, body);
  else describe.skip(`${title} (skipped: no ${missing.join(', ')} here)`, body);
}
