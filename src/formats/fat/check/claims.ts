import { FIRST_CLUSTER } from '../layout/table.js';
import type { ClusterRun } from '../table.js';

interface Claim extends ClusterRun {
  readonly owner: string;
}

/** Which clusters are used, and by what. A cluster has one owner: whoever came first. */
export class ClusterClaims {
  readonly #bits: Uint8Array;
  readonly #claims: Claim[] = [];

  constructor(clusterCount: number) {
    this.#bits = new Uint8Array(Math.ceil((FIRST_CLUSTER + clusterCount) / 8));
  }

  has(cluster: number): boolean {
    return ((this.#bits[cluster >>> 3]! >>> (cluster & 7)) & 1) === 1;
  }

  /** Marks a cluster as used; false if it was already. */
  take(cluster: number): boolean {
    if (this.has(cluster)) return false;
    this.#bits[cluster >>> 3]! |= 1 << (cluster & 7);
    return true;
  }

  /** Notes who took these clusters. */
  addOwner(owner: string, runs: readonly ClusterRun[]): void {
    for (const { firstCluster, clusterCount } of runs) {
      this.#claims.push({ firstCluster, clusterCount, owner });
    }
  }

  /** Who took each of some clusters. */
  ownersOf(clusters: readonly number[]): string[] {
    const ordered = [...this.#claims].sort((a, b) => a.firstCluster - b.firstCluster);
    return clusters.map((cluster) => {
      let low = 0;
      let high = ordered.length;
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        if (ordered[middle]!.firstCluster <= cluster) low = middle;
        else high = middle;
      }
      return ordered[low]?.owner ?? '';
    });
  }
}
