import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { OpenProject } from '../../src/main/core/core-context.ts'
import { createCore, type Core } from '../../src/main/core/create-core.ts'
import { transaction } from '../../src/main/core/database/handles.ts'
import { insertDataset } from '../../src/main/core/datasets/dataset-repository.ts'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import { coreContract, type CoreContract } from '../../src/shared/contract/index.ts'
import type { DatasetEntry } from '../../src/shared/domain/dataset.ts'
import { ImageId, ModelId } from '../../src/shared/domain/ids.ts'
import { ClassName } from '../../src/shared/domain/label.ts'
import { presets } from '../../src/shared/domain/recipe.ts'
import { createClient } from '../../src/shared/rpc/client.ts'
import type { Client } from '../../src/shared/rpc/endpoint.ts'
import { createMemoryChannels } from '../../src/shared/rpc/memory-channel.ts'
import { serve } from '../../src/shared/rpc/server.ts'
import { createRandomModel, smallPreprocessing, type RandomModelOptions } from './random-model.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { writeVariedImages } from './varied-images.ts'

export interface ModelProject {
  readonly core: Core
  readonly client: Client<CoreContract>
  /** From the inside, for what the contract does not show. */
  readonly project: OpenProject
  readonly entries: readonly DatasetEntry[]
  readonly modelId: ModelId
  readonly classes: readonly ClassName[]
}

const classes = ['left', 'right'].map((name) => ClassName.parse(name))

/** A core with an imported project and, as training would have left them, a dataset, a run and its model. */
export async function openModelProject(changes: Pick<RandomModelOptions, 'manifest'> = {}): Promise<ModelProject> {
  const folder = temporaryFolder()
  const imageFolder = join(folder, 'images')
  mkdirSync(imageFolder)
  const written = await writeVariedImages(imageFolder, classes.length)
  const core = createCore({ ...createNodeHost(), storeFolder: join(folder, 'store') })
  const [near, far] = createMemoryChannels()
  serve(coreContract, core.handlers, far)
  const client = createClient(coreContract, near)
  onTestFinished(async () => {
    near.close()
    await core.close()
  })
  let opened: OpenProject | undefined
  core.onProjectOpen((one) => {
    opened = one
  })
  const { id: projectId } = await client.project.open({ imageFolder })
  if (opened === undefined) throw new Error('Nobody was told that the project has opened.')
  const project = opened
  for await (const _ of client.catalog.import({ projectId })) continue
  for (const name of classes) await client.labels.createClass({ projectId, name })
  const entries = written.map((entry) => ({ ...entry, imageId: imageIdOf(project, entry.path) }))
  const modelId = insertModel(project, entries)
  const modelFolder = project.layout.modelFolder(modelId)
  const weights = { preprocessing: smallPreprocessing, imageFolder, entries, ...changes }
  await createRandomModel({ folder: modelFolder, classes, ...weights })
  return { core, client, project, entries, modelId, classes }
}

function imageIdOf({ reader }: OpenProject, path: string): ImageId {
  return ImageId.parse(reader.prepare<{ id: number }>('SELECT id FROM image WHERE path = ?').get(path)?.id)
}

function insertModel({ writer }: OpenProject, entries: readonly DatasetEntry[]): ModelId {
  transaction(writer, (tx) => {
    const countsByClass = classes.map((_, index) => ({
      train: 0,
      validation: 0,
      test: entries.filter(({ classIndex }) => classIndex === index).length,
    }))
    const hash = 'ab'.repeat(32)
    insertDataset(
      tx,
      { createdAtMs: 1, seed: 0, classes, countsByClass, hash, leaks: [], droppedLeakCount: 0 },
      entries,
    )
    tx.prepare(`INSERT INTO run (dataset_id, recipe, state, created_at_ms) VALUES (1, ?, 'done', 1)`).run(
      JSON.stringify(presets.reference),
    )
    tx.prepare('INSERT INTO model (id, run_id, created_at_ms) VALUES (1, 1, 1)').run()
  })
  return ModelId.parse('model-1')
}
