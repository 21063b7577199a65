import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';

/**
 * What compilers are installed into unless another image is named: debian:bookworm-slim as Docker's list of
 * official images had it on 3 August 2026, for every architecture (docker-library/repo-info,
 * repos/debian/remote/bookworm-slim.md).
 */
export const BASE_IMAGE =
  'debian:bookworm-slim@sha256:abd67ffcfa541b485a3dff59865ab629aa048a6c613e639d36e7456b0b229241';

/** A name of an image, as `docker` takes it: with a registry, a tag and a digest, or without. */
const NAME = /^[a-zA-Z0-9][\w.-]*(?::\d+)?(?:\/[\w.-]+)*(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?$/;

/** @throws ZosiaError `ZOSIA_BAD_OPTION` for what is no name, so that none is ever taken for an option */
export function checkedImageName(name: string): string {
  if (NAME.test(name)) return name;
  throw new ZosiaError(
    'ZOSIA_BAD_OPTION',
    wording`${option('baseImage')} is no name of an image: ${JSON.stringify(name)}`,
    { hint: 'A name is like debian:bookworm-slim, or registry.example/debian@sha256:….' },
  );
}

/** Whether a name means the same image for ever. */
export const isPinned = (name: string): boolean => name.includes('@sha256:');
