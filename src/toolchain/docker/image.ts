import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readLock } from '../../artifacts/lock.js';
import { sha256 } from '../../image/sha256.js';
import { TOOLCHAIN_DIRECTORY } from '../sources.js';
import { packFiles } from './archive.js';
import type { DockerClient } from './client.js';
import { explainDockerFailure } from './failures.js';
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
}

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
  const { dockerNetwork, findMirror, onBuild } = options;
  const baseImage = checkedImageName(options.baseImage ?? BASE_IMAGE);
  const [dockerfile, script] = await Promise.all(
    [`${toolchain}/Dockerfile`, 'install-packages.sh'].map((path) =>
      readFile(join(TOOLCHAIN_DIRECTORY, path)),
    ),
  );
  const snapshot = (await readLock()).snapshot.bookworm;
  const baseId = isPinned(baseImage) ? '' : await imageId(client, baseImage);
  const inputs = [baseImage, baseId, snapshot, sha256(dockerfile!), sha256(script!)];
  const tag = `zosia-${toolchain}:${sha256(JSON.stringify(inputs)).slice(0, 16)}`;
  if ((await imageId(client, tag)) !== '') return tag;

  onBuild?.(tag);
  const mirror = await findMirror();
  const settings = { BASE_IMAGE: baseImage, SNAPSHOT: snapshot, MIRROR: mirror };
  const { failed, output } = await client.run(
    [
      'build',
      '--force-rm',
      '--tag',
      tag,
      ...(dockerNetwork === undefined ? [] : ['--network', dockerNetwork]),
      ...Object.entries(settings).flatMap(([name, value]) =>
        value === undefined ? [] : ['--build-arg', `${name}=${value}`],
      ),
      ...PROXIES.flatMap((name) => ['--build-arg', name]),
      '-',
    ],
    {
      input: packFiles([
        { path: 'Dockerfile', data: dockerfile! },
        { path: 'install-packages.sh', data: script! },
      ]),
    },
  );
  if (failed) throw explainDockerFailure('the image with the compilers was not built', output);
  return tag;
}

/** The identifier of an image that the daemon has, or nothing. */
async function imageId(client: DockerClient, name: string): Promise<string> {
  const args = ['image', 'inspect', '--format', '{{.Id}}', name];
  const { failed, output } = await client.run(args);
  return failed ? '' : output.trim();
}
