import { parseArgs } from 'node:util';

/** What is measured, and how often. */
export interface ServeBenchOptions {
  /** How often a sleeping model is asked. */
  readonly runs: number;
  /** How many requests go each way for the overhead. */
  readonly requests: number;
  /** How many clients there are at once, in one measurement of the load after the other. */
  readonly clients: readonly number[];
  /** How long each of them goes on asking, in seconds. */
  readonly seconds: number;
  readonly json: boolean;
}

const USUAL = { runs: '7', requests: '100', clients: '1,4,16,64', seconds: '15' };
/** As short as still touches everything: to see whether it works. */
const QUICK = { runs: '1', requests: '2', clients: '1,4', seconds: '1' };

/** @throws Error that names the option which is wrong */
export function parseOptions(args: readonly string[]): ServeBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string' },
      requests: { type: 'string' },
      clients: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const { runs, requests, clients, seconds } = { ...(values.quick ? QUICK : USUAL), ...values };
  return {
    runs: count('runs', runs),
    requests: count('requests', requests),
    clients: clients.split(',').map((each) => count('clients', each)),
    seconds: count('seconds', seconds),
    json: values.json,
  };
}

function count(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new Error(`--${name} takes whole numbers from 1, not '${text}'`);
}
