import type { SingleBar } from 'cli-progress';
import { formatBytes } from './output.js';

/** One bar for each thing under way. On anything but a terminal nothing is drawn. */
export interface Progress {
  update(name: string, doneBytes: number, totalBytes: number): void;
  stop(): void;
}

/** Bars on stderr, in the order in which their work began. The library is loaded only to draw them. */
export async function startProgress(): Promise<Progress> {
  if (!process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const { MultiBar, Presets } = await import('cli-progress');
  const bars = new Map<string, SingleBar>();
  const multi = new MultiBar(
    {
      stream: process.stderr,
      format: '{name} {bar} {percentage}% of {size}  {speed}/s  {eta_formatted} left',
      hideCursor: true,
      autopadding: true,
      barsize: 24,
      clearOnComplete: false,
      stopOnComplete: false,
    },
    Presets.rect,
  );
  const started = new Map<string, number>();
  const width = 28;
  return {
    update(name, doneBytes, totalBytes) {
      let bar = bars.get(name);
      if (!bar) {
        started.set(name, performance.now());
        bar = multi.create(totalBytes, 0, {
          name: name.slice(0, width).padEnd(width),
          size: formatBytes(totalBytes),
          speed: '',
        });
        bars.set(name, bar);
      }
      const seconds = Math.max(0.001, (performance.now() - started.get(name)!) / 1000);
      bar.update(doneBytes, { speed: formatBytes(doneBytes / seconds) });
    },
    stop: () => {
      multi.stop();
    },
  };
}
