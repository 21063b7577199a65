import { readFile, writeFile } from 'node:fs/promises';
import type { Architecture } from '../../../src/artifacts/architectures.js';

/** What the record of something built has to do with building it again. */
interface Recorded {
  readonly rebuilt: boolean;
}

/** Whether a record is of inputs: it has each of them, and the same. */
export function isOfInputs(
  record: Recorded | undefined,
  inputs: Readonly<Record<string, string>>,
): boolean {
  const recorded = new Map<string, unknown>(Object.entries(record ?? {}));
  return Object.entries(inputs).every(([name, value]) => recorded.get(name) === value);
}

/**
 * Why something need not be built again, which takes minutes: a second build has given the recorded bytes
 * already, of the same inputs. Undefined where it has to be.
 *
 * @param variable of the environment: at 1 it asks for the build all the same
 */
export function reasonNotToBuild(
  record: Recorded,
  inputs: Readonly<Record<string, string>>,
  variable: string,
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  if (environment[variable] === '1' || !record.rebuilt || !isOfInputs(record, inputs)) {
    return undefined;
  }
  return `what is recorded is of the same inputs, and was built twice (${variable}=1 builds it anyway)`;
}

/**
 * Writes into a record that a second build gave the same bytes, to be committed. Where `CI` is set nobody would:
 * the record stays as it is.
 *
 * @param path of the record, which has an entry for each architecture
 */
export async function noteSecondBuild(
  path: string,
  arch: Architecture,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  if ((environment.CI ?? '') !== '') return;
  const records = JSON.parse(await readFile(path, 'utf8')) as Record<string, Recorded>;
  if (records[arch]?.rebuilt !== false) return;
  records[arch] = { ...records[arch], rebuilt: true };
  await writeFile(path, `${JSON.stringify(records, null, 2)}\n`);
}
