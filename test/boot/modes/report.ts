import { stat } from 'node:fs/promises';
import { expect } from 'vitest';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { CPUS, RAM_MIB } from './guest.js';

/** What the boot modes print: lines of a console, and what they must say. */
export type Lines = readonly string[];

const PERF_LINE =
  /^zosia: perf tokens=(\d+) seconds=(\d+\.\d{5}) tok_per_s=(\d+\.\d{3}) load_s=(\d+\.\d{5}) prompt_tok_per_s=(\d+\.\d{3}) threads=(\d+) batch_threads=(\d+)$/;

/** What a mode that passes prints, its first and its last line included. */
export function partOf(lines: Lines, mode: string): Lines {
  const start = lines.indexOf(`zosia: ${mode}`);
  const end = lines.indexOf(`zosia: ${mode} passed`);
  expect([start, end], `${mode} in ${lines.join('\n')}`).not.toContain(-1);
  return lines.slice(start, end + 1);
}

/** The lines "zosia: NAME=VALUE". */
export function factsOf(lines: Lines): Record<string, string> {
  const facts = lines.flatMap((line) => {
    const found = /^zosia: ([a-z_]+)=(.*)$/.exec(line);
    return found ? [[found[1]!, found[2]!] as const] : [];
  });
  return Object.fromEntries(facts);
}

export const perfResults = (lines: Lines): string[] =>
  lines.filter((line) => line.startsWith('zosia: perf tokens='));

/** A number in the one line that matches. */
function figure(lines: Lines, pattern: RegExp): number {
  const found = lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  expect(found).toHaveLength(1);
  return Number(found[0]);
}

/** What diag says of a machine with one disk, on which there is a model. */
export async function expectDiagnosis(
  lines: Lines,
  { arch, disk, model }: { arch: Architecture; disk: string; model: string },
): Promise<void> {
  expect(lines.slice(1, 4)).toEqual([
    'zosia: model_dev=/dev/vda',
    'zosia: llama_bin=llama-cli',
    'zosia: model_path=/models/model.gguf',
  ]);
  const facts = factsOf(lines);
  expect(facts).toMatchObject({
    kernel: expect.stringMatching(/^6\.1\.\d+-zosia$/) as string,
    cpus: String(CPUS),
    cpu_features: expect.stringMatching(
      arch === 'aarch64' ? /^fp asimd / : /^fpu .* lm /,
    ) as string,
    virtio_disks: 'vda',
    disk_label: 'ZOSIA_MODEL',
    disk_bytes: String((await stat(disk)).size),
    model_bytes: String((await stat(model)).size),
    model_format: 'GGUF 3',
  });
  const memoryMiB = Number(facts.memory_mib);
  expect(memoryMiB).toBeLessThan(RAM_MIB);
  expect(memoryMiB).toBeGreaterThan(RAM_MIB / 2);
  expect(Number(facts.memory_available_mib)).toBeLessThan(memoryMiB);
  expect(Number(facts.memory_available_mib)).toBeGreaterThan(0);
}

/** The programs of llama.cpp run, and have much to say. */
export function expectSelftest(lines: Lines): void {
  expect(lines[1]).toBe('zosia: llama_bin=llama-cli');
  for (const program of ['llama-cli', 'llama-completion', 'llama-server']) {
    const pattern = new RegExp(`^zosia: /usr/bin/${program} --help printed (\\d+) bytes$`);
    expect(figure(lines, pattern)).toBeGreaterThan(10_000);
  }
}

/** The one result of perf is what llama.cpp's own timings, which are shown, say. */
export function expectMeasurement(
  lines: Lines,
  counts: { tokens: number; threads: number; batchThreads: number },
): void {
  const [result, ...others] = perfResults(lines);
  expect(others).toEqual([]);
  const [tokens, seconds, rate, load, promptRate, threads, batchThreads] = PERF_LINE.exec(result!)!
    .slice(1)
    .map(Number) as [number, number, number, number, number, number, number];
  expect({ tokens, threads, batchThreads }).toEqual(counts);
  // As close as their decimals tell: the faster the machine, the fewer of the seconds count.
  const roundingSeconds = 0.5e-5 + (tokens / rate) * (0.5e-3 / rate);
  expect(Math.abs(tokens / rate - seconds)).toBeLessThanOrEqual(1.01 * roundingSeconds);
  // Within 3 per cent: they are the same but for rounding.
  const runs = figure(lines, / eval time = .*?\/\s*(\d+) runs/);
  const milliseconds = figure(lines, /: +eval time = +([\d.]+) ms/);
  expect(runs).toBe(tokens);
  expect(rate / (runs / (milliseconds / 1000))).toBeCloseTo(1, 2);
  expect(rate / figure(lines, /\d runs .*?([\d.]+) tokens per second/)).toBeCloseTo(1, 2);
  expect(promptRate / figure(lines, /tokens \(.*?([\d.]+) tokens per second/)).toBeCloseTo(1, 2);
  expect(load).toBeCloseTo(figure(lines, /load time = +([\d.]+) ms/) / 1000, 5);
}
