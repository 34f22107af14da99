import type { z } from 'zod'
import type { DraftEvent, models } from '../../../shared/contract/models.ts'
import type { DraftedEvent } from '../../../shared/contract/trainer.ts'
import { wilsonInterval } from '../../../shared/wilson-interval.ts'
import { imagesWithoutLabel, storeDraft } from '../catalog/predictions.ts'
import { labelledJob } from '../checks/labelled-job.ts'
import type { CoreContext } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import { listClasses } from '../labels/class-repository.ts'
import { takeTurn, type Suggesting } from './take-turn.ts'
import type { WarmTrainer } from './warm-trainer.ts'

type DraftInput = z.output<typeof models.draft.input>

/**
 * Fits a head to the labels of now, in a trainer process that stays for the next draft, and keeps what it says of all
 * images. Errors: conflict, not-enough-data, those of the trainer.
 */
export async function* draftSuggestions(
  { host, projects }: CoreContext,
  { projectId, device }: DraftInput,
  options: { readonly suggesting: Suggesting; readonly warm: WarmTrainer; readonly signal: AbortSignal },
): AsyncGenerator<DraftEvent, void, undefined> {
  const { suggesting, warm, signal } = options
  const project = projects.get(projectId)
  const end = await takeTurn(suggesting, projectId, signal)
  try {
    const { job, classNames } = await labelledJob(host, project, { projectId, device, writer: 'draft' })
    const { images: labelled, ...seenFrom } = job
    const unlabelled = imagesWithoutLabel(project.reader)
    await using trainer = await warm.borrow(signal)
    for await (const event of trainer.client.draft({ ...seenFrom, labelled, unlabelled }, { signal })) {
      if (event.kind === 'seeing') {
        yield event
        continue
      }
      const idOf = new Map(listClasses(project.reader).map(({ name, id }) => [name, id]))
      // A class that has gone meanwhile is no one's any more.
      const classRows = classNames.map((name) => idOf.get(name) ?? noClass)
      transaction(project.writer, (tx) => storeDraft(tx, classRows, event.predictions))
      yield finished(event)
    }
  } finally {
    end()
  }
}

/** No class has it. */
const noClass = 0

function finished({ predictions, labelled, agreed, failedCount }: DraftedEvent & { kind: 'drafted' }): DraftEvent {
  return {
    kind: 'finished',
    ...{ labelled, agreed, failedCount },
    agreedInterval: wilsonInterval(agreed, labelled),
    suggested: predictions.length - labelled,
  }
}
