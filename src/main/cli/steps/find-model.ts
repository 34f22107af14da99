import { ModelId } from '../../../shared/domain/ids.ts'
import type { ModelSummary } from '../../../shared/domain/model.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Workplace } from '../open-project.ts'
import { checked } from '../parse-arguments.ts'

/** The named model, or the newest. Errors: not-found, bad-input. */
export async function findModel({ core, project }: Workplace, given: string | undefined): Promise<ModelSummary> {
  const projectId = project.id
  if (given !== undefined) return core.models.get({ projectId, modelId: checked(ModelId, given, 'The model') })
  const [newest] = await core.models.list({ projectId })
  if (newest !== undefined) return newest
  throw new AppError('not-found', said`This project has no model yet. Make one with: athanor tune`)
}
