import { cpus } from 'node:os';
import { readTextFile } from '../../host/text-file.js';

/**
 * What tells this host's processor from another model: its name, and where Linux says so its features. A machine
 * that has the host's own can only go on with the same.
 */
export async function hostCpu(): Promise<string> {
  const text = await readTextFile('/proc/cpuinfo').catch(() => '');
  const features = /^(?:flags|Features)\s*:.*$/m.exec(text)?.[0] ?? '';
  return `${cpus()[0]?.model ?? ''} ${features}`.trim();
}
