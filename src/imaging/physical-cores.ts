import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Cores that compute for themselves, without the second threads that share one; at most what this process may use. */
export function countPhysicalCores(): number {
  return Math.max(1, Math.min(availableParallelism(), readCount() ?? availableParallelism()))
}

function readCount(): number | undefined {
  try {
    if (process.platform === 'linux') return countLinuxCores(readFileSync('/proc/cpuinfo', 'utf8'))
    if (process.platform === 'darwin')
      return Number(execFileSync('sysctl', ['-n', 'hw.physicalcpu'], { timeout: 2_000 }))
  } catch {
    return undefined
  }
  return undefined
}

/** Distinct pairs of socket and core in /proc/cpuinfo; undefined on processors that do not list them. */
export function countLinuxCores(cpuinfo: string): number | undefined {
  const cores = new Set<string>()
  for (const block of cpuinfo.split(/\n\s*\n/)) {
    const core = /^core id\s*:\s*(\d+)/m.exec(block)?.[1]
    const socket = /^physical id\s*:\s*(\d+)/m.exec(block)?.[1] ?? '0'
    if (core !== undefined) cores.add(`${socket}:${core}`)
  }
  return cores.size === 0 ? undefined : cores.size
}
