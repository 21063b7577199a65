import { ZosiaError } from '../errors.js';
import { MIB } from '../image/units.js';
import { option, wording } from '../wording.js';
import type { Text } from '../wording.js';
import { allDownloadBytes } from './fit.js';
import type { Fit, FitSubject } from './fit.js';
import { describeSpeed } from './speed.js';

export interface CheckFitOptions {
  /** Whether it is to run here: too little memory is an error then, and else a warning. */
  readonly runsHere: boolean;
  /** The name of another model that would fit. */
  readonly instead?: string | undefined;
}

/**
 * Refuses a model that there is no room for, before its first byte is downloaded. One that is only to be
 * kept here may need more memory than there is: another host may run it, or this one later.
 *
 * @returns what a user should know
 * @throws ZosiaError `ZOSIA_DISK_FULL`; `ZOSIA_MODEL_TOO_LARGE_FOR_HOST` where it is to run here
 */
export function checkFit(fit: Fit, { runsHere, instead }: CheckFitOptions): string[] {
  if (!fit.fitsDisk) throw diskFull(fit);
  if (fit.fitsMemory) return [];
  const message = memoryMessage(fit);
  const hint = whatWouldFit(fit, instead);
  if (runsHere) throw new ZosiaError('ZOSIA_MODEL_TOO_LARGE_FOR_HOST', message, { hint });
  return [`${message}. ${hint[1]}`];
}

/**
 * What a model takes and what this host has, for who is about to download it: a line for the download, and one for
 * running it.
 */
export function describeFit(fit: Fit): string[] {
  const { subject, freeDiskBytes, contextTokens, ramMiB, freeMiB, totalMiB, speed } = fit;
  const memory =
    `with a context of ${contextTokens} tokens it needs ${ramMiB} MiB of memory; ` +
    `${freeMiB} MiB are free of ${totalMiB} MiB`;
  return [
    describeDownload(nameWithDraft(subject), allDownloadBytes(subject), freeDiskBytes),
    speed ? `${memory}; ${describeSpeed(speed)} here` : memory,
  ];
}

/** How much is to be downloaded, and how much room there is for it, where the file system tells. */
export function describeDownload(
  name: string,
  downloadBytes: number,
  freeDiskBytes: number | undefined,
): string {
  const room =
    freeDiskBytes === undefined ? '' : `; ${Math.floor(freeDiskBytes / MIB)} MiB of disk are free`;
  return `${name}: ${Math.ceil(downloadBytes / MIB)} MiB to download${room}`;
}

function diskFull({ subject, freeDiskBytes = 0 }: Fit): ZosiaError {
  const needed = Math.ceil(allDownloadBytes(subject) / MIB);
  const free = Math.floor(freeDiskBytes / MIB);
  return new ZosiaError(
    'ZOSIA_DISK_FULL',
    `no room for ${nameWithDraft(subject)}: ${needed} MiB are to be downloaded, ${free} MiB are free`,
    {
      hint: [
        wording`Free some space, or keep models elsewhere with ${option('modelsDir')}.`,
        'Free some space where models are kept.',
      ],
    },
  );
}

/** Of a draft the name, and what of the figures is its part. */
function nameWithDraft({ name, draft }: FitSubject): string {
  if (!draft) return name;
  const { facts, downloadBytes } = draft;
  const weights = `${Math.ceil(facts.weightBytes / MIB)} MiB of weights`;
  const missing =
    downloadBytes > 0 ? `, ${Math.ceil(downloadBytes / MIB)} MiB to be downloaded` : '';
  return `${name} with the draft ${draft.name} (${weights}${missing})`;
}

/** How much memory a model needs, and how much there is. */
export function memoryMessage({ subject, contextTokens, ramMiB, freeMiB, totalMiB }: Fit): string {
  return (
    `${nameWithDraft(subject)} needs a machine with ${ramMiB} MiB of memory for a context of ${contextTokens} tokens; ` +
    `this host has ${freeMiB} MiB free of ${totalMiB} MiB`
  );
}

/**
 * What a user can do about a model that needs more memory than there is.
 *
 * @returns with the option for the context, and for those who have none without
 */
export function whatWouldFit(fit: Fit, instead?: string): readonly [Text, string] {
  const { contextTokens, longestContext, smallerQuantisation, totalMiB, ramMiB } = fit;
  const others: string[] = [];
  if (fit.fitsWithoutDraft) others.push('Without the draft it fits.');
  if (smallerQuantisation) {
    const { name, weightBytes } = smallerQuantisation;
    others.push(`In ${name}, of about ${Math.ceil(weightBytes / MIB)} MiB, it would fit.`);
  }
  if (instead !== undefined) others.push(`${instead} fits.`);
  if (ramMiB <= totalMiB) others.push('It fits once other programs have been closed.');
  if (longestContext === undefined || longestContext >= contextTokens) {
    const text = others.length === 0 ? 'Take a smaller model.' : others.join(' ');
    return [text, text];
  }
  const shorter = `It fits with a context of ${longestContext} tokens`;
  const rest = others.map((text) => ` ${text}`).join('');
  return [
    wording`${shorter} (${option('contextTokens', longestContext)}).${rest}`,
    `${shorter}.${rest}`,
  ];
}
