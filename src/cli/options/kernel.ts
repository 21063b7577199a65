import { Option } from 'commander';
import type { Architecture } from '../../artifacts/architectures.js';
import { variableOption } from '../variable-option.js';
import { BUILDROOT, KERNEL_KINDS, guestFiles, kernelBuildDir } from '../../recipes/places.js';
import type { KernelKind, Places } from '../../recipes/places.js';

/** What names the kernel that `zosia build kernel` has built. */
const BUILT = 'built';

/** `--kernel` of a command that starts a guest. */
export const kernelOption = (): Option =>
  variableOption(
    '--kernel <name|file>',
    'zosia, which comes along; debian, with its modules; built, by zosia build kernel; buildroot, by zosia fetch --from; or a file',
    'KERNEL_IMAGE',
  );

/** `--kernel` of a command that makes a guest, and starts none. */
export const guestKernelOption = (): Option =>
  new Option(
    '--kernel <name>',
    "zosia, which comes along and has everything built in, or debian, Debian's with its modules; " +
      'zosia unless given',
  ).choices(KERNEL_KINDS);

/** Which guest a machine boots, and the kernel that it boots in the place of the guest's own. */
export interface ChosenKernel {
  readonly kind: KernelKind;
  readonly path?: string | undefined;
}

/**
 * What `--kernel` names. A file of one of these names is named with its folder, as in `./debian`.
 *
 * @throws ZosiaError as `fetchedBuildroot`, whose kernel is compared with what is pinned
 */
export async function chosenKernel(
  name: string | undefined,
  {
    places,
    arch,
    uefi,
    signal,
  }: {
    readonly places: Places;
    readonly arch: Architecture;
    readonly uefi?: boolean | undefined;
    readonly signal: AbortSignal;
  },
): Promise<ChosenKernel> {
  const kind = KERNEL_KINDS.find((each) => each === name);
  if (name === undefined || kind !== undefined) return { kind: kind ?? 'zosia' };
  if (name === BUILDROOT) {
    const { fetchedBuildroot } = await import('../../recipes/buildroot.js');
    return { kind: 'zosia', path: await fetchedBuildroot(places, arch, 'kernel', signal) };
  }
  if (name !== BUILT) return { kind: 'zosia', path: name };
  const { kernel, uefiKernel } = guestFiles(kernelBuildDir(places, arch), arch);
  return { kind: 'zosia', path: uefi ? uefiKernel : kernel };
}
