/** How many parameters a model has, as people say it: 135M, 3.8B. */
export const formatParameters = (count: number): string =>
  new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count);
