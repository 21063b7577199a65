import type { Fit } from '../../prepare/fit.js';

/** Whether a model fits this host, in figures, as JSON has it. */
export function fitAsJson(fit: Fit): Record<string, unknown> {
  const { subject, contextTokens, ramMiB, freeMiB, totalMiB, fitsMemory } = fit;
  const { fitsDisk, freeDiskBytes, longestContext, speed } = fit;
  const { downloadBytes } = subject;
  const memory = { contextTokens, ramMiB, freeMiB, totalMiB, fitsMemory, longestContext };
  return { ...memory, downloadBytes, freeDiskBytes, fitsDisk, speed };
}
