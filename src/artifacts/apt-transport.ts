import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { debianArchitecture } from './architectures.js';
import { aptIndex } from './apt-index.js';
import { APT_HELPER, firstAptError, sandboxOptions } from './apt.js';
import type { AptRunner } from './apt.js';
import { createAptRoot, updateAptRoot } from './apt-root.js';
import { COMPONENT_RECIPES } from './components.js';
import type { LockedPackage } from './lock.js';
import { resolveComponent } from './resolve.js';
import {
  PackageGoneError,
  diskFull,
  downloadCorrupt,
  downloadFailed,
  escapePoolPath,
} from './transport.js';
import type { Transport } from './transport.js';

const SOURCE = "the mirror of this host's apt";

/** apt-helper tells nobody how far it is; its file does. */
const POLL_INTERVAL_MS = 100;

export interface AptTransportOptions {
  /** Base of a Debian archive, ending in `/`, in any scheme apt has a method for. */
  readonly baseUri: string;
  readonly run: AptRunner;
  /** The keyring that signatures are checked with; the host's Debian archive keyring by default. */
  readonly keyring?: string | undefined;
}

/** Downloads with apt's own downloader, so with the host's proxies, certificates and credentials. */
export function aptTransport({ baseUri, run, keyring }: AptTransportOptions): Transport {
  return {
    source: SOURCE,

    async download(wanted, file, { signal, onBytes }) {
      const tooLong = new AbortController();
      const stop = AbortSignal.any([tooLong.signal, ...(signal ? [signal] : [])]);
      const poll = setInterval(() => {
        stat(file).then(
          ({ size }) => {
            if (size > wanted.sizeBytes) tooLong.abort();
            else onBytes?.(size);
          },
          () => undefined,
        );
      }, POLL_INTERVAL_MS);
      const uri = packageUri(baseUri, wanted);
      const args = [...sandboxOptions(), 'download-file', uri, file, `SHA256:${wanted.sha256}`];
      try {
        const { exitCode, stderr } = await run(APT_HELPER, ['-q', ...args], stop);
        if (exitCode !== 0) throw explainFailure(wanted, stderr);
      } catch (error) {
        if (tooLong.signal.aborted && signal?.aborted !== true) {
          throw downloadCorrupt(wanted, SOURCE, `it is longer than ${wanted.sizeBytes} bytes`);
        }
        throw error;
      } finally {
        clearInterval(poll);
      }
    },

    async resolveCurrent(component, arch, folder, signal) {
      const { suite } = COMPONENT_RECIPES[component];
      const architecture = debianArchitecture(arch);
      const root = await createAptRoot(join(folder, 'apt'), {
        kind: 'suite',
        baseUri,
        suite,
        architecture,
        keyring,
      });
      await updateAptRoot(root, run, [], signal);
      return resolveComponent(component, architecture, aptIndex(root, run), signal);
    },

    close: () => Promise.resolve(),
  };
}

/** A package's URI, not with `file:`, for which apt makes a link instead of a copy. */
export function packageUri(baseUri: string, wanted: Pick<LockedPackage, 'poolPath'>): string {
  return `${baseUri.replace(/^file:/, 'copy:')}${escapePoolPath(wanted)}`;
}

/** Tells from what apt-helper wrote to standard error why a download failed. */
export function explainFailure(wanted: LockedPackage, stderr: string): Error {
  const reason = firstAptError(stderr).replace(/^Failed to fetch \S+ /, '');
  if (/^(404|410) /.test(reason) || reason.includes('No such file or directory')) {
    return new PackageGoneError(reason);
  }
  if (/Hash Sum mismatch|unexpected size/.test(stderr)) {
    return downloadCorrupt(wanted, SOURCE, reason);
  }
  if (/No space left on device|Disk quota exceeded/.test(stderr)) return diskFull(wanted);
  return downloadFailed(wanted, SOURCE, reason);
}
