import { stat } from 'node:fs/promises';

/** The same text for all names of a file, symlinks to it among them; undefined where there is none. */
export async function fileIdentity(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && identityOf(found);
}

/** {@link fileIdentity} of what a file's status was found to be. */
export const identityOf = ({ dev, ino }: { dev: number | bigint; ino: number | bigint }): string =>
  `${dev} ${ino}`;
