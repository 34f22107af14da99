import { DatasetId, ModelId, RunId } from '../../../shared/domain/ids.ts'

/** The row behind an id such as `run-12`. */
export function rowOf(id: DatasetId | RunId | ModelId): number {
  return Number(id.slice(id.lastIndexOf('-') + 1))
}

export function datasetIdOf(row: number): DatasetId {
  return DatasetId.parse(`dataset-${row}`)
}

export function runIdOf(row: number): RunId {
  return RunId.parse(`run-${row}`)
}

export function modelIdOf(row: number): ModelId {
  return ModelId.parse(`model-${row}`)
}
