import type { Architecture } from '../artifacts/architectures.js';
import { prebuiltDigest } from '../artifacts/prebuilt.js';
import { readManifest } from './manifest.js';

/**
 * Whether PID 1 of an initramfs is the one of this zosia, by the manifest beside it: what a run may ask of the
 * guest depends on it.
 */
export async function hasOwnInit(initramfsPath: string, arch: Architecture): Promise<boolean> {
  const manifest = await readManifest(initramfsPath);
  const init = manifest?.inputs.find(({ name }) => name === 'init');
  // With a base, the other PID 1 is in it.
  if (manifest?.settings['init'] === 'base') return false;
  return init !== undefined && init.sha256 === (await prebuiltDigest(arch, 'init'));
}
