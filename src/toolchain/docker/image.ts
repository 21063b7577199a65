import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readLock } from '../../artifacts/lock.js';
import { ZosiaError } from '../../errors.js';
import { sha256 } from '../../image/sha256.js';
import { option, wording } from '../../wording.js';
import type { BuilderFile } from '../builder.js';
import { TOOLCHAIN_DIRECTORY } from '../sources.js';
import {
  OWN_SOURCE,
  aptFiles,
  derivativeSource,
  mirrorSource,
  snapshotSource,
} from './apt-settings.js';
import type { PackageSource } from './apt-settings.js';
import { packFiles } from './archive.js';
import { baseSystem, crossCompilers } from './base-image.js';
import type { BaseSystem } from './base-image.js';
import type { DockerClient } from './client.js';
import { BASE_IMAGE, checkedImageName, isPinned } from './image-name.js';

/** What an image has compilers for: guest/toolchain has a Dockerfile for each. */
export type Toolchain = 'guest' | 'kernel' | 'llama';

export interface ImageOptions {
  /** An image of Debian, or of a derivative; `BASE_IMAGE` unless given. */
  readonly baseImage?: string | undefined;
  /** Docker's name of the network that packages are downloaded through; its own choice unless given. */
  readonly dockerNetwork?: string | undefined;
  /** Finds a mirror of Debian's archive, for where the snapshot archive cannot be reached. */
  readonly findMirror: () => Promise<string | undefined>;
  /** Called before an image is built, which takes a minute or two. */
  readonly onBuild?: ((tag: string) => void) | undefined;
  /**
   * Called with where the image has its packages from, when they are not those of the pinned day: when it has been
   * built, and each time that it is used again.
   */
  readonly onOtherPackages?: ((from: string, tag: string) => void) | undefined;
}

/** The label of an image that says where its packages are from, as `PackageSource.name`. */
const PACKAGES_LABEL = 'zosia.packages';

/** Variables that Docker hands to what it runs, without keeping them in the image. */
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/**
 * The image of a toolchain, which is built where the daemon has none of these inputs. What it is built of
 * goes to the daemon as an archive: there is no folder that it would have to be able to read.
 *
 * @returns its tag, which is a digest of what it is made of
 * @throws ZosiaError `ZOSIA_BAD_OPTION`, and those of `explainDockerFailure`; the signal's reason when cancelled
 */
export async function toolchainImage(
  client: DockerClient,
  toolchain: Toolchain,
  options: ImageOptions,
): Promise<string> {
  const baseImage = checkedImageName(options.baseImage ?? BASE_IMAGE);
  const dockerfile = await readFile(join(TOOLCHAIN_DIRECTORY, toolchain, 'Dockerfile'), 'utf8');
  const pinned = snapshotSource((await readLock()).snapshot.bookworm);
  const baseId = isPinned(baseImage) ? '' : await presentId(client, baseImage);
  // Which release it is follows from the base image.
  const inputs = [baseImage, baseId, dockerfile, aptFiles(pinned, 'any'), PACKAGES_LABEL];
  const tag = `zosia-${toolchain}:${sha256(JSON.stringify(inputs)).slice(0, 16)}`;
  const tellOthers = (from: string): void => {
    if (from !== pinned.name) options.onOtherPackages?.(from, tag);
  };
  if ((await inspect(client, tag, '.Id')) !== '') {
    tellOthers(await inspect(client, tag, `index .Config.Labels "${PACKAGES_LABEL}"`));
    return tag;
  }

  options.onBuild?.(tag);
  const system = await baseSystem(client, baseImage);
  const sources = await sourcesFor(system, pinned, options);
  const architecture = await inspect(client, baseImage, '.Architecture');
  const settings = {
    BASE_IMAGE: baseImage,
    // Only llama.cpp's asks for them.
    CROSS_COMPILERS: crossCompilers(architecture).join(' '),
  };
  const args = [
    ...Object.entries(settings).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...(options.dockerNetwork === undefined ? [] : ['--network', options.dockerNetwork]),
  ];
  const used = await firstThatInstalls(sources, (source) =>
    build(
      client,
      tag,
      [...args, '--label', `${PACKAGES_LABEL}=${source.name}`],
      [{ path: 'Dockerfile', data: dockerfile }, ...aptFiles(source, system.release)],
    ),
  ).catch((error: unknown) => {
    throw system.release === undefined && isOfPackages(error) ? noneOf(system, error) : error;
  });
  tellOthers(used.name);
  return tag;
}

/** Where packages for an image are looked for, first to last: no archive of Debian has those of a derivative. */
async function sourcesFor(
  { name, release }: BaseSystem,
  pinned: PackageSource,
  { findMirror }: ImageOptions,
): Promise<PackageSource[]> {
  if (release === undefined) return [derivativeSource(name)];
  const mirror = await findMirror();
  const named = mirror === undefined ? undefined : mirrorSource(mirror);
  return [pinned, ...(named === undefined ? [] : [named]), OWN_SOURCE];
}

const isOfPackages = (error: unknown): error is ZosiaError =>
  error instanceof ZosiaError && error.code === 'ZOSIA_DOCKER_PACKAGES';

/** The error for a derivative whose packages cannot be had: a mirror of Debian's has none of them. */
const noneOf = ({ name }: BaseSystem, cause: ZosiaError): ZosiaError =>
  new ZosiaError(cause.code, cause.message, {
    hint: wording`Packages of ${name} come from where the base image has them. Where containers have no network of their own, try ${option('dockerNetwork', 'host')}; or name an image of Debian with ${option('baseImage')}.`,
    cause,
  });

/**
 * The first of the sources that packages can be installed from; any other failure than apt's is the end.
 *
 * @throws whatever `install` throws for the last source, or for a reason that is none of the source's
 */
async function firstThatInstalls(
  sources: readonly PackageSource[],
  install: (source: PackageSource) => Promise<void>,
): Promise<PackageSource> {
  for (const source of sources) {
    try {
      await install(source);
      return source;
    } catch (error) {
      if (!isOfPackages(error) || source === sources.at(-1)) throw error;
    }
  }
  throw new Error('there is no source of packages');
}

async function build(
  client: DockerClient,
  tag: string,
  args: readonly string[],
  files: readonly BuilderFile[],
): Promise<void> {
  const proxies = PROXIES.flatMap((name) => ['--build-arg', name]);
  const words = ['build', '--force-rm', '--tag', tag, ...args, ...proxies, '-'];
  const input = packFiles(files);
  await client.must('the image with the compilers was not built', words, { input });
}

/** The identifier of an image, which the daemon downloads if it has to. */
async function presentId(client: DockerClient, name: string): Promise<string> {
  const id = await inspect(client, name, '.Id');
  if (id !== '') return id;
  await client.must('the base image cannot be had', ['pull', '--quiet', name]);
  return inspect(client, name, '.Id');
}

/** A field of an image that the daemon has, or nothing. @param field as Docker's templates name it */
async function inspect(client: DockerClient, name: string, field: string): Promise<string> {
  const args = ['image', 'inspect', '--format', `{{${field}}}`, name];
  const { failed, output } = await client.run(args);
  return failed ? '' : output.trim();
}
