import { readFile } from 'node:fs/promises';

/** The version of zosia, as manifests name it. */
export async function zosiaVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
