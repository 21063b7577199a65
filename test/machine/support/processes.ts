/** Whether a process exists and is not merely waiting to be reaped. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until `attempt` neither throws nor gives false; fails after ten seconds. */
export async function until<T>(attempt: () => T | Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      const result = await attempt();
      if (result !== false) return result;
    } catch (error) {
      if (tries > 200) throw error;
    }
    if (tries > 200) throw new Error('it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
