import { statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Architecture } from '../../../shared/domain/backbone.ts'
import type { RunId } from '../../../shared/domain/ids.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import type { OpenProject } from '../core-context.ts'
import { getRun } from './run-repository.ts'
import { said, type Said } from '../../../shared/said.ts'

/** Parameters and running statistics as 32-bit numbers, with an output layer of the size of ImageNet's. */
const weightBytes: Readonly<Record<Architecture, number>> = {
  resnet18: 46_800_000,
  resnet34: 87_300_000,
  resnet50: 102_500_000,
}

/** What a run that found no space on its disk needs to go on, in words for a person. */
export function describeSpace(project: OpenProject, runId: RunId): Said {
  const folder = project.layout.runFolder(runId)
  const { recipe } = getRun(project.reader, runId)
  const neededBytes = checkpointBytes(folder) ?? largestCheckpointBytes(recipe)
  const needed = megabytes(neededBytes)
  const free = readFreeBytes(folder)
  return free === null
    ? said`Its next checkpoint needs about ${needed} MB. Free some space, then resume the run.`
    : said`Its next checkpoint needs about ${needed} MB; ${megabytes(free)} MB are free. Free some space, then
        resume the run.`
}

/** A new checkpoint is written beside the last one, which it then replaces. */
function checkpointBytes(folder: string): number | undefined {
  return statSync(join(folder, 'checkpoint.safetensors'), { throwIfNoEntry: false })?.size
}

function largestCheckpointBytes({ architecture, momentum, keepBest, averageEpochs }: Recipe): number {
  return weightBytes[architecture] * (1 + (momentum > 0 ? 1 : 0) + (keepBest ? 1 : 0) + (averageEpochs > 1 ? 1 : 0))
}

/** Null where the system does not say. */
function readFreeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return null
  }
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1_000_000)
