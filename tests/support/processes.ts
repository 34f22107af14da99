import { spawnSync } from 'node:child_process'

/** Processes that a process has started. */
export function childrenOf(pid: number): number[] {
  const ps = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
  return ps.stdout
    .split('\n')
    .map(Number)
    .filter((child) => child > 0 && child !== ps.pid)
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
