import { ARCHITECTURES, debianArchitecture } from '../../artifacts/architectures.js';
import type { DockerClient } from './client.js';
import { notDebian } from './failures.js';

/** What a base image is of. */
export interface BaseSystem {
  /** What the distribution calls itself: "Ubuntu". */
  readonly name: string;
  /** The code name of a release of Debian (`bookworm`); undefined for a derivative, whose releases are none of Debian's. */
  readonly release: string | undefined;
}

/**
 * Asks a base image what it is of. The daemon downloads the image if it has to.
 *
 * @throws ZosiaError `ZOSIA_DOCKER_BASE_IMAGE` for an image of neither Debian nor a derivative, and those of
 *   `explainDockerFailure`
 */
export async function baseSystem(client: DockerClient, baseImage: string): Promise<BaseSystem> {
  const words = ['run', '--rm', '--network', 'none', '--entrypoint', 'cat', baseImage];
  const text = await client.bytes('the base image does not run', [...words, '/etc/os-release']);
  return parseOsRelease(Buffer.from(text).toString());
}

/**
 * Reads os-release(5) for {@link baseSystem}.
 *
 * @throws ZosiaError `ZOSIA_DOCKER_BASE_IMAGE`
 */
export function parseOsRelease(text: string): BaseSystem {
  const value = (name: string): string =>
    new RegExp(`^${name}=(["']?)(.*)\\1$`, 'm').exec(text)?.[2] ?? '';
  const id = value('ID');
  const release = value('VERSION_CODENAME');
  const name = [value('NAME'), id].find((each) => NAME.test(each)) ?? 'a derivative of Debian';
  // It becomes part of what apt reads.
  if (id === 'debian' && /^[a-z]+$/.test(release)) return { name, release };
  const isDerivative = id !== 'debian' && value('ID_LIKE').split(/\s+/).includes('debian');
  if (isDerivative) return { name, release: undefined };
  throw notDebian();
}

/** A name that may stand in a message, and in a label of an image: "Linux Mint", "Pop!_OS", "Debian GNU/Linux". */
const NAME = /^[A-Za-z0-9][\w !+./()-]{0,59}$/;

/**
 * The packages with GCC for the architectures that the compiler of a base image's own is not for.
 *
 * @param architecture the image's, by Docker's name, which is Debian's for those of guests
 */
export const crossCompilers = (architecture: string): string[] =>
  ARCHITECTURES.filter((each) => debianArchitecture(each) !== architecture).map(
    (each) => `g++-${each.replace('_', '-')}-linux-gnu`,
  );
