import type { z } from 'zod'
import type { EvaluateEvent, models, PredictEvent } from '../../../shared/contract/models.ts'
import type { HandlerContext, ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import type { CoreContext } from '../core-context.ts'
import { readEntries } from '../datasets/dataset-repository.ts'
import { openTrainer } from '../processes/open-process.ts'
import { explainPicture } from './explain-picture.ts'
import { listFiles } from './list-files.ts'
import { createModelsList } from './list-models.ts'
import { readManifest } from './read-manifest.ts'
import { storeEvaluation } from './store-evaluation.ts'
import { draftSuggestions } from './draft-suggestions.ts'
import { suggestLabels } from './suggest-labels.ts'
import type { Suggesting } from './take-turn.ts'
import { createWarmTrainer, type WarmTrainer } from './warm-trainer.ts'

type EvaluateInput = z.output<typeof models.evaluate.input>
type PredictInput = z.output<typeof models.predict.input>

export function createModelsHandlers(context: CoreContext): ServiceHandlers<typeof models> {
  const { host, projects } = context
  const warm = createWarmTrainer(host)
  // Apart from the one for single pictures: a person looks at them while drafts are made.
  const drafting = createWarmTrainer(host)
  const listModels = createModelsList((line) => host.log(line))
  const suggesting: Suggesting = new Map()
  context.onClose(() => warm.close())
  context.onClose(() => drafting.close())
  return {
    list: ({ projectId }) => listModels(projects.get(projectId)),
    get: ({ projectId, modelId }) => readManifest(projects.get(projectId), modelId),
    evaluate: (input, handler) => evaluate(context, input, handler),
    predict: (input, handler) => predict(context, input, { ...handler, warm }),
    suggest: (input, { signal }) => suggestLabels(context, input, { suggesting, signal }),
    draft: (input, { signal }) => draftSuggestions(context, input, { suggesting, warm: drafting, signal }),
    explain: (input, { signal }) => explainPicture(context, input, { warm, signal }),
  }
}

/** Runs in a trainer process of its own; the result is stored with the model before it is answered. */
async function* evaluate(
  { host, projects, changes }: CoreContext,
  { projectId, modelId, split, device }: EvaluateInput,
  { signal }: HandlerContext,
): AsyncGenerator<EvaluateEvent, void, undefined> {
  const project = projects.get(projectId)
  const { imageFolder, layout, reader } = project
  const manifest = readManifest(project, modelId)
  const entries = readEntries(reader, manifest.datasetId).filter((entry) => entry.split === split)
  const trainer = openTrainer(host)
  try {
    const job = { modelFolder: layout.modelFolder(modelId), device, imageFolder, split, entries }
    for await (const event of trainer.client.evaluate(job, { signal })) {
      if (event.kind === 'finished') {
        storeEvaluation(project, modelId, event.evaluation)
        changes.tell(projectId, { what: ['models'], imageIds: null })
      }
      yield event
    }
  } finally {
    await trainer.close()
  }
}

/** Paths are answered as they were given, what lies in a folder with the folder in front. */
async function* predict(
  { projects, folders }: CoreContext,
  { projectId, modelId, paths, device }: PredictInput,
  { signal, warm }: HandlerContext & { readonly warm: WarmTrainer },
): AsyncGenerator<PredictEvent, void, undefined> {
  const project = projects.get(projectId)
  const { files, refused } = await listFiles(project, paths, { folders, signal })
  readManifest(project, modelId)
  if (refused.length > 0) yield { kind: 'predictions', predictions: [...refused] }
  if (files.length === 0) return
  const given = new Map(files.map(({ file, path }) => [file, path]))
  await using trainer = await warm.borrow(signal)
  const job = { modelFolder: project.layout.modelFolder(modelId), device, files: files.map(({ file }) => file) }
  for await (const event of trainer.client.predict(job, { signal })) {
    if (event.kind === 'progress') yield event
    else {
      const predictions = event.predictions.map((prediction) => ({
        ...prediction,
        path: given.get(prediction.path) ?? prediction.path,
      }))
      yield { kind: 'predictions', predictions }
    }
  }
}
