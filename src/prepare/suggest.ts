import { bitsPerWeight } from '../formats/gguf/bits-per-weight.js';
import { bytesPerToken, speedClass } from '../models/catalogue/catalogue.js';
import type { CatalogueEntry, SpeedClass } from '../models/catalogue/catalogue.js';
import { MIB } from '../image/units.js';
import { fitOf } from './fit.js';
import type { Fit, FitHost, FitSubject, FitWishes } from './fit.js';
import { memoryMessage } from './fit-messages.js';

/** A model of the catalogue that fits this host. */
export interface Suggestion {
  readonly entry: CatalogueEntry;
  readonly fit: Fit;
  readonly speedClass: SpeedClass;
  /** See {@link qualityOf}. */
  readonly quality: number;
}

/** One that would be better, and does not fit. */
export interface Unfit {
  readonly entry: CatalogueEntry;
  readonly fit: Fit;
  /** One or both of memory and disk, in figures. */
  readonly reasons: readonly string[];
}

export interface Suggestions {
  /** The best first. */
  readonly models: readonly Suggestion[];
  /** Those that are better than all of these would be the last, the best first. */
  readonly unfit: readonly Unfit[];
}

const MOST_SUGGESTED = 5;

/** For quantisations that are not known: that of most files. */
const USUAL_BITS = 4.9;

/**
 * What models are compared by: thousand millions of parameters, times how much of them the quantisation keeps.
 * A mixture of experts counts as the geometric mean of all its parameters and of those that a token takes. It
 * is a rule of thumb that orders models of one time, and no measurement.
 */
export function qualityOf({
  parametersBillion,
  activeBillion = parametersBillion,
  quantisation,
}: Pick<CatalogueEntry, 'parametersBillion' | 'activeBillion' | 'quantisation'>): number {
  const bits = bitsPerWeight(quantisation) ?? USUAL_BITS;
  return Math.sqrt(parametersBillion * activeBillion) * (1 - 2 ** (1 - bits));
}

/** What of an entry decides whether it fits. @param isThere whether its file is on this host already */
export function entrySubject(entry: CatalogueEntry, isThere = false): FitSubject {
  const { name, shape, weightBytes, parametersBillion, quantisation, gguf } = entry;
  const { blockCount, headCountKv, headLength, contextLength } = shape;
  return {
    name,
    facts: {
      blockCount,
      headCountKv,
      contextLength,
      weightBytes,
      keyLength: headLength,
      valueLength: headLength,
    },
    downloadBytes: isThere ? 0 : (gguf?.sizeBytes ?? weightBytes),
    quantisation,
    parameterCount: parametersBillion * 1e9,
    tokenBytes: bytesPerToken(entry),
  };
}

/**
 * The best models of a catalogue for a host: of those that fit its memory and its disk at most five, ordered
 * by {@link qualityOf}; and the better ones, with what they lack. Entries without a GGUF are passed over.
 *
 * @param isThere whether a model is on this host already, so that nothing is to be downloaded
 */
export function suggestModels(
  catalogue: readonly CatalogueEntry[],
  host: FitHost,
  wishes: FitWishes = {},
  isThere: (entry: CatalogueEntry) => boolean = () => false,
): Suggestions {
  const found = catalogue
    .filter(({ gguf }) => gguf !== undefined)
    .map((entry) => ({
      entry,
      fit: fitOf(entrySubject(entry, isThere(entry)), host, wishes),
      speedClass: speedClass(entry),
      quality: qualityOf(entry),
    }))
    .sort((a, b) => b.quality - a.quality);
  const models = found.filter(({ fit }) => isFit(fit)).slice(0, MOST_SUGGESTED);
  const least = models.at(-1)?.quality ?? 0;
  const unfit = found
    .filter(({ fit, quality }) => !isFit(fit) && quality > least)
    .map(({ entry, fit }) => ({ entry, fit, reasons: reasonsOf(fit) }));
  return { models, unfit };
}

const isFit = ({ fitsMemory, fitsDisk }: Fit): boolean => fitsMemory && fitsDisk;

function reasonsOf(fit: Fit): string[] {
  const { subject, freeDiskBytes = 0, longestContext, contextTokens } = fit;
  const reasons: string[] = [];
  if (!fit.fitsMemory) {
    const shorter =
      longestContext !== undefined && longestContext < contextTokens
        ? `; a context of ${longestContext} tokens fits`
        : '';
    reasons.push(`${memoryMessage(fit)}${shorter}`);
  }
  if (!fit.fitsDisk) {
    const needed = Math.ceil(subject.downloadBytes / MIB);
    const free = Math.floor(freeDiskBytes / MIB);
    reasons.push(`${subject.name} has ${needed} MiB to download; ${free} MiB of disk are free`);
  }
  return reasons;
}

/** The best model of a catalogue that fits; undefined where none does. @param except the name of one */
export function bestFitting(
  catalogue: readonly CatalogueEntry[],
  host: FitHost,
  wishes: FitWishes = {},
  except?: string,
): string | undefined {
  const { models } = suggestModels(
    catalogue.filter(({ name }) => name !== except),
    host,
    wishes,
  );
  return models[0]?.entry.name;
}
