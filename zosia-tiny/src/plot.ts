import type { LossPoint } from './checkpoint.js';

const WIDTH = 720;
const HEIGHT = 360;
const MARGIN = { left: 56, right: 16, top: 16, bottom: 44 };

/** A picture of a run's losses: training and validation against steps, the losses on a logarithmic axis. */
export function lossCurve(points: readonly LossPoint[]): string {
  const losses = points.flatMap(({ training, validation }) => [training, validation]);
  const [low, high] = [Math.min(...losses), Math.max(...losses)].map(Math.log) as [number, number];
  const lastStep = points.at(-1)?.step ?? 1;
  const span = { x: WIDTH - MARGIN.left - MARGIN.right, y: HEIGHT - MARGIN.top - MARGIN.bottom };
  const x = (step: number): number => MARGIN.left + (span.x * step) / lastStep;
  const y = (loss: number): number =>
    MARGIN.top + (span.y * (high - Math.log(loss))) / Math.max(high - low, 1e-9);
  const line = (of: (point: LossPoint) => number): string =>
    points.map((point) => `${x(point.step).toFixed(1)},${y(of(point)).toFixed(1)}`).join(' ');
  const ticks = [0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7].filter(
    (loss) => Math.log(loss) >= low && Math.log(loss) <= high,
  );
  const steps = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * lastStep));
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    '<style>',
    'text { fill: #333 } .grid { stroke: #ccc } polyline { fill: none; stroke-width: 1.5 }',
    '.training { stroke: #3b73b9 } .validation { stroke: #c9622c }',
    'tspan.training { fill: #3b73b9; stroke: none } tspan.validation { fill: #c9622c; stroke: none }',
    '@media (prefers-color-scheme: dark) { text { fill: #ddd } .grid { stroke: #555 } }',
    '</style>',
    ...ticks.flatMap((loss) => [
      `<line class="grid" x1="${MARGIN.left}" x2="${right}" y1="${y(loss).toFixed(1)}" y2="${y(loss).toFixed(1)}"/>`,
      `<text x="${MARGIN.left - 8}" y="${(y(loss) + 4).toFixed(1)}" text-anchor="end">${loss}</text>`,
    ]),
    ...steps.map(
      (step) =>
        `<text x="${x(step).toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${step}</text>`,
    ),
    `<text x="${MARGIN.left + span.x / 2}" y="${HEIGHT - 8}" text-anchor="middle">steps</text>`,
    `<text x="${right}" y="${MARGIN.top + 12}" text-anchor="end">loss: <tspan class="training">training</tspan>, <tspan class="validation">validation</tspan></text>`,
    `<polyline class="training" points="${line(({ training }) => training)}"/>`,
    `<polyline class="validation" points="${line(({ validation }) => validation)}"/>`,
    '</svg>',
    '',
  ].join('\n');
}
