import { readFileSync } from 'node:fs';

/** The version of zosia, as manifests and `zosia --version` name it. */
export function zosiaVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
