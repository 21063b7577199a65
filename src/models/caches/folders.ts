import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { CacheFolders } from './cached-model.js';

/**
 * Where other programs have their models, as their own variables say: `OLLAMA_MODELS`, `HF_HUB_CACHE`, `HF_HOME`,
 * `LLAMA_CACHE` and `XDG_CACHE_HOME`. The service of ollama on Linux has its models in /usr/share/ollama.
 *
 * @param env usually `process.env`
 */
export function cacheFolders(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): CacheFolders {
  const home = homedir();
  const given = (name: string): string | undefined => {
    const value = env[name];
    if (value === undefined || value === '') return undefined;
    return resolve(value.replace(/^~(?=\/|$)/, home));
  };
  const xdg = env['XDG_CACHE_HOME'] ?? '';
  const caches = isAbsolute(xdg) ? xdg : join(home, '.cache');
  const ollama = given('OLLAMA_MODELS');
  const hub = given('HF_HUB_CACHE') ?? given('HUGGINGFACE_HUB_CACHE');
  const hubHome = given('HF_HOME') ?? join(caches, 'huggingface');
  return {
    ollama:
      ollama === undefined
        ? [
            join(home, '.ollama', 'models'),
            ...(platform === 'linux' ? ['/usr/share/ollama/.ollama/models'] : []),
          ]
        : [ollama],
    huggingface: [hub ?? join(hubHome, 'hub')],
    llamaCpp: [
      given('LLAMA_CACHE') ??
        (platform === 'darwin'
          ? join(home, 'Library', 'Caches', 'llama.cpp')
          : join(caches, 'llama.cpp')),
    ],
  };
}
