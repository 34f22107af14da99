import type { TrainingProfileEvent } from '../../../shared/domain/run.ts'
import { formatPercent } from './quantities.ts'
import { formatTable } from './table.ts'

/** Where the time of training went: one line, and a table of the kernels where they were timed. */
export function describeProfile(profile: TrainingProfileEvent): string[] {
  const { waitSeconds, computeSeconds, kernels, plainKernels } = profile
  const total = Math.max(1e-9, waitSeconds + computeSeconds)
  const lines = [
    `Training took ${total.toFixed(1)} s: ${formatPercent(computeSeconds / total)} computing, ` +
      `${formatPercent(waitSeconds / total)} waiting for pictures.`,
  ]
  if (kernels.length > 0) {
    const timed = kernels.reduce((sum, { seconds }) => sum + seconds, 0)
    const rest = { name: 'everything else', runs: null, seconds: Math.max(0, computeSeconds - timed) }
    const rows = [...kernels.slice(0, shownMax), rest].map(({ name, runs, seconds }) => [
      name,
      runs === null ? null : String(runs),
      seconds.toFixed(2),
      formatPercent(seconds / total),
    ])
    const right = 'right' as const
    lines.push(
      ...formatTable(
        [
          { title: 'KERNEL' },
          { title: 'RUNS', align: right },
          { title: 'SECONDS', align: right },
          { title: 'SHARE', align: right },
        ],
        rows,
      ),
    )
  }
  for (const { name, runs } of plainKernels)
    lines.push(`${name} went over large tensors in plain JavaScript ${String(runs)} times.`)
  return lines
}

/** Behind these nothing takes a hundredth. */
const shownMax = 16
