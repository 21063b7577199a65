import type { Findings } from '../../findings.js';
import type { Volume } from '../reader/volume.js';
import type { ClusterClaims } from './claims.js';

/** A chain that leads to a cluster that is used already. */
export interface CrossLink {
  readonly path: string;
  readonly cluster: number;
}

/** What the parts of a check share. */
export interface CheckContext {
  readonly volume: Volume;
  readonly findings: Findings;
  readonly claims: ClusterClaims;
  /** Kept until it is known who owns the clusters; only as many as will be described. */
  readonly crossLinks: CrossLink[];
  readonly maxProblems: number;
  readonly signal: AbortSignal | undefined;
}
