import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelId } from '../../../shared/domain/ids.ts'
import { ModelManifest } from '../../../shared/domain/model.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { OpenProject } from '../core-context.ts'
import { modelIdOf, rowOf } from '../database/row-ids.ts'

/** All models that runs of the project have made, newest first. */
export function listModelIds({ reader }: OpenProject): ModelId[] {
  return reader
    .prepare<{ id: number }>('SELECT id FROM model ORDER BY id DESC')
    .all()
    .map(({ id }) => modelIdOf(id))
}

/** The manifest of a model. Errors: not-found where there is no such model, bad-file where its file is gone or damaged. */
export function readManifest(project: OpenProject, modelId: ModelId): ModelManifest {
  const row = project.reader.prepare('SELECT 1 FROM model WHERE id = ?').get(rowOf(modelId))
  if (row === undefined) throw new AppError('not-found', said`The project has no ${modelId}.`)
  const file = manifestFile(project, modelId)
  try {
    return ModelManifest.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new AppError('bad-file', said`${file} is gone or damaged. Restore it from a back-up, or train again.`, {
      cause,
    })
  }
}

export function manifestFile({ layout }: OpenProject, modelId: ModelId): string {
  return join(layout.modelFolder(modelId), 'model.json')
}
