// How long importing takes, in milliseconds of processor time and by the clock: the core of the library, all
// of its doors, and typescript, which many programs load, for comparison. Each in processes of their own, in
// turn; the median counts, so that a host that is busy meanwhile slows all of them alike.
import { spawnSync } from 'node:child_process';

const ROUNDS = 11;
const SUBJECTS = {
  zosia: ['zosia'],
  'zosia/host': ['zosia/host'],
  'all doors': ['zosia', 'zosia/host', 'zosia/recipes', 'zosia/machine', 'zosia/perf'],
  typescript: ['typescript'],
};

const measure = (names) => {
  const code = `
    const cpu = process.cpuUsage(), start = performance.now();
    for (const name of ${JSON.stringify(names)}) await import(name);
    const { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify([(user + system) / 1000, performance.now() - start]));
  `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code]);
  return JSON.parse(String(stdout));
};

const samples = new Map(Object.keys(SUBJECTS).map((subject) => [subject, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [subject, names] of Object.entries(SUBJECTS))
    samples.get(subject).push(measure(names));
}
const median = (values) => {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[ordered.length >> 1].toFixed(0).padStart(6);
};
console.log(`${'import'.padEnd(12)}   CPU  clock  (ms)`);
for (const [subject, taken] of samples) {
  const columns = [0, 1].map((i) => median(taken.map((sample) => sample[i])));
  console.log(subject.padEnd(12) + columns.join(' '));
}
