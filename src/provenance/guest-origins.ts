import { LLAMA_PROGRAMS_RUN, packagedPrograms } from '../recipes/llama-runtime.js';
import type { GuestRole } from '../recipes/places.js';
import type { GuestImage } from './image-manifest.js';
import type { GuestOrigins } from './provenance-report.js';

/** Where programs out of a folder lie, whatever the guest is for. */
const FOLDER_PROGRAMS: readonly string[] = Object.values(LLAMA_PROGRAMS_RUN)
  .flat()
  .map((name) => `/usr/bin/${name}`);

/** Where the programs that a guest runs lie. */
export function programPaths(manifest: GuestImage): readonly string[] {
  const role = roleOf(manifest);
  if (guestOrigins(manifest).llama === 'packages') {
    return packagedPrograms(role, manifest.settings.arch);
  }
  return LLAMA_PROGRAMS_RUN[role].map((name) => `/usr/bin/${name}`);
}

const roleOf = ({ settings: { role } }: GuestImage): GuestRole =>
  role === 'head' || role === 'worker' ? role : 'single';

/** Where `readLlamaFolder` puts what it takes out of a folder: programs, backends of ggml, libraries. */
const FOLDER_PATH = /^\/usr\/(bin\/libggml-[\w.-]+\.so|lib\/[^/]+)$/;

/** Whether llama.cpp out of a folder may have a file at a path. */
export const isOfLlamaFolder = (path: string): boolean =>
  FOLDER_PROGRAMS.includes(path) || FOLDER_PATH.test(path);

/** What the manifest of an initramfs says of whose its parts are: its word alone. */
export function guestOrigins({ inputs, settings }: GuestImage): GuestOrigins {
  const own = inputs.filter(({ version }) => version === undefined);
  const base = own.find(({ name }) => name === 'base')?.sha256;
  return {
    // Without a base there is no init but zosia's, whatever the settings say.
    init: base !== undefined && settings['init'] === 'base' ? 'base' : 'zosia',
    llama: own.some(({ name }) => FOLDER_PROGRAMS.includes(name)) ? 'own' : 'packages',
    ...(base !== undefined && { base }),
  };
}
