import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { addPerfMatrixCommand } from './matrix.js';
import { addPerfReportCommand } from './report.js';
import { addPerfRunCommand } from './run.js';
import { addPerfTuneCommand } from './tune.js';

export function addPerfCommand(program: Command, context: CliContext): void {
  const perf = program
    .command('perf')
    .description('measure tokens per second, and find what is fastest');
  addPerfRunCommand(perf, context);
  addPerfMatrixCommand(perf, context);
  addPerfTuneCommand(perf, context);
  addPerfReportCommand(perf, context);
}
