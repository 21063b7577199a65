import { ARCHITECTURES, debianArchitecture } from '../../artifacts/architectures.js';
import type { DockerClient } from './client.js';
import { notDebian } from './failures.js';

/**
 * The code name of the release of Debian that a base image has (`bookworm`), or undefined for a derivative, whose
 * releases are none of Debian's. The daemon downloads the image if it has to.
 *
 * @throws ZosiaError `ZOSIA_DOCKER_BASE_IMAGE` for an image of neither, and those of `explainDockerFailure`
 */
export async function baseRelease(
  client: DockerClient,
  baseImage: string,
): Promise<string | undefined> {
  const words = ['run', '--rm', '--network', 'none', '--entrypoint', 'cat', baseImage];
  const text = await client.bytes('the base image does not run', [...words, '/etc/os-release']);
  return parseOsRelease(Buffer.from(text).toString());
}

/**
 * Reads os-release(5) for {@link baseRelease}.
 *
 * @throws ZosiaError `ZOSIA_DOCKER_BASE_IMAGE`
 */
export function parseOsRelease(text: string): string | undefined {
  const value = (name: string): string =>
    new RegExp(`^${name}=(["']?)(.*)\\1$`, 'm').exec(text)?.[2] ?? '';
  const release = value('VERSION_CODENAME');
  // It becomes part of what apt reads.
  if (value('ID') === 'debian' && /^[a-z]+$/.test(release)) return release;
  if (value('ID') !== 'debian' && value('ID_LIKE').split(' ').includes('debian')) return undefined;
  throw notDebian();
}

/**
 * The packages with GCC for the architectures that the compiler of a base image's own is not for.
 *
 * @param architecture the image's, by Docker's name, which is Debian's for those of guests
 */
export const crossCompilers = (architecture: string): string[] =>
  ARCHITECTURES.filter((each) => debianArchitecture(each) !== architecture).map(
    (each) => `g++-${each.replace('_', '-')}-linux-gnu`,
  );
