import type { LockChanges } from '../../artifacts/update/lock-changes.js';

/** What is different between two locks, a line each. */
export function changeLines({ packages, snapshot }: LockChanges): string[] {
  if (packages.length + snapshot.length === 0) return ['The lock is up to date.'];
  return [
    ...packages.map(({ component, arch, name, before, after }) => {
      const old = before?.version ?? '(new)';
      const current = after?.version ?? '(gone)';
      const what = old === current ? `${old} with other bytes` : `${old} -> ${current}`;
      return `${component} ${arch}: ${name} ${what}`;
    }),
    ...snapshot.map(({ suite, before, after }) => `${suite}: ${before ?? '(new)'} -> ${after}`),
  ];
}
