import type { ProjectId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'

/** The projects in which a model or a draft predicts: one after another, for the last one is what the grid shows. */
export type Suggesting = Map<ProjectId, { readonly signal: AbortSignal; readonly ended: Promise<void> }>

/** Waits for one that was left and is ending; answers how to end. Errors: conflict where another one goes on. */
export async function takeTurn(suggesting: Suggesting, projectId: ProjectId, signal: AbortSignal): Promise<() => void> {
  for (let other = suggesting.get(projectId); other !== undefined; other = suggesting.get(projectId)) {
    if (!other.signal.aborted) throw new AppError('conflict', said`A model is already looking at the images.`)
    await other.ended
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  suggesting.set(projectId, { signal, ended: promise })
  return () => {
    suggesting.delete(projectId)
    resolve()
  }
}
