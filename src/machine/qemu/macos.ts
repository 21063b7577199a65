import { availableParallelism } from 'node:os';

/** A value of sysctl(8) on macOS, as text; undefined where there is none of that name. */
export type Sysctl = (name: string) => Promise<string | undefined>;

/** A process on a Mac, and the machine below it. */
export interface MacContext {
  readonly platform: NodeJS.Platform;
  /** Node's `process.arch`. */
  readonly nodeArch: string;
  readonly sysctl: Sysctl;
}

const THIS_MAC: MacContext = {
  platform: process.platform,
  nodeArch: process.arch,
  async sysctl(name) {
    const { execa } = await import('execa');
    // Not on everybody's PATH.
    const { exitCode, stdout } = await execa('/usr/sbin/sysctl', ['-n', name], { reject: false });
    return exitCode === 0 ? stdout.trim() : undefined;
  },
};

/** Where Homebrew links programs on Apple silicon, and only there. */
export const APPLE_SILICON_FOLDER = '/opt/homebrew/bin';

/** Whether this is a Node.js for Intel on Apple silicon, under Rosetta (Apple: sysctl.proc_translated). */
export async function isTranslated({
  platform,
  nodeArch,
  sysctl,
}: MacContext = THIS_MAC): Promise<boolean> {
  if (platform !== 'darwin' || nodeArch !== 'x64') return false;
  return (await sysctl('sysctl.proc_translated')) === '1';
}

/** What to know about a machine that is started from under Rosetta, or not. */
export const translatedNotes = (translated: boolean): string[] =>
  translated
    ? [
        'this Node.js is one for Intel Macs and runs under Rosetta: machines are emulated, and slow; ' +
          'install a Node.js for Apple silicon (arm64)',
      ]
    : [];

/**
 * How many processors of the host a machine may use without waiting for slow ones: on Apple silicon the
 * performance cores, since llama.cpp's threads wait for one another at each step; elsewhere all.
 *
 * @param all how many there are
 */
export async function quickProcessors(
  { platform, sysctl }: MacContext = THIS_MAC,
  all: number = availableParallelism(),
): Promise<number> {
  if (platform !== 'darwin') return all;
  // Level 0 is the fastest kind of core; an Intel Mac has no levels.
  const quick = Number(await sysctl('hw.perflevel0.physicalcpu'));
  return Number.isInteger(quick) && quick > 0 ? Math.min(quick, all) : all;
}
