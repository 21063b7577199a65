/**
 * Options of other programs, or of zosia's other commands: they are named with their command, up to the end
 * of the clause. Names of files, which have dots and colons in them, go on.
 */
const OF_OTHERS = /\b(?:zosia|export\.py|dd|ulimit|xz|llama-[a-z-]+)\b(?:[^,.;:]|[,.;:](?=\S))*/g;

/** The options that a text tells to give to the command that is running. */
function optionsNamed(text: string): string[] {
  return text.replace(OF_OTHERS, '').match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [];
}

/**
 * What to do, as far as the command can do it: what found the mistake does not know for which command it
 * worked.
 *
 * @param hints the best one first
 * @param has whether the command has an option, by its long name
 * @returns the first hint that names no option which the command lacks; else the sentences of the first
 *   that name none; undefined where nothing is left
 */
export function fittingHint(
  hints: readonly string[],
  has: (option: string) => boolean,
): string | undefined {
  const fits = (text: string): boolean => optionsNamed(text).every(has);
  const whole = hints.find((hint) => fits(firstLine(hint)));
  if (whole !== undefined) return whole;
  const [best = ''] = hints;
  const line = firstLine(best);
  const sentences = line.split(/(?<=[.;])\s+/).filter(fits);
  // Further lines are what others have printed.
  const text = sentences.join(' ') + best.slice(line.length);
  return text === '' ? undefined : text;
}

const firstLine = (text: string): string => text.split('\n', 1)[0]!;
