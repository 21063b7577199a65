import type { Architecture } from '../artifacts/architectures.js';

/**
 * What a host is to be used for: running a Linux guest, the EFI machine, the tests, compiling guest
 * programs, kernels or llama.cpp, or the tests that compile all of it, in Docker, too.
 */
export type Purpose = 'up' | 'efi' | 'test' | 'build' | 'kernel' | 'llama' | 'toolchain';
export const PURPOSES: readonly Purpose[] = [
  'up',
  'efi',
  'test',
  'build',
  'kernel',
  'llama',
  'toolchain',
];

/** Package managers whose names for things are known here. */
export type PackageManager = 'apt' | 'brew' | 'dnf' | 'pacman' | 'port';

/** What there is to be known of anything that is required. */
export interface Needed {
  /** What it is for, in a few words. */
  readonly use: string;
  readonly purposes: readonly Purpose[];
  /** Set if running a guest needs it only for guests of this architecture. */
  readonly guest?: Architecture | undefined;
  /** Set if there is nothing of the kind for other systems than this one. */
  readonly platform?: NodeJS.Platform | undefined;
  readonly packages: Readonly<Record<PackageManager, string>>;
}

/** A program that zosia or its tests run. */
export interface RequiredProgram extends Needed {
  /** Its name; other names under which it does the same job come after. */
  readonly programs: readonly [string, ...string[]];
  /** Homebrew's formulae that keep it out of the PATH, with the folder inside: `e2fsprogs/sbin`. */
  readonly kegs?: readonly string[] | undefined;
  /** Set if the copy that macOS has is of no use, so that only Homebrew's counts there. */
  readonly notFromMacos?: true | undefined;
}

/** Firmware that QEMU is given. */
export interface RequiredFirmware extends Needed {
  readonly firmware: string;
  readonly guest: Architecture;
}

/** Headers of a library that programs of a build are compiled with. */
export interface RequiredHeaders extends Needed {
  readonly library: string;
  /** One of them. */
  readonly header: string;
  /** Where they are, if not where compilers look for those of all libraries; `*` stands for any name. */
  readonly folders?: readonly string[] | undefined;
}

export type Requirement = RequiredProgram | RequiredFirmware | RequiredHeaders;

/** What a requirement is called. */
export function nameOf(requirement: Requirement): string {
  if ('firmware' in requirement) return requirement.firmware;
  return 'library' in requirement ? requirement.library : requirement.programs[0];
}

/** The packages of something that has the same name everywhere. */
export const everywhere = (name: string): Needed['packages'] => ({
  apt: name,
  brew: name,
  dnf: name,
  pacman: name,
  port: name,
});
