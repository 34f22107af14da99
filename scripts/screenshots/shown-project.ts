import { copyFile, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { CoreContract } from '../../src/shared/contract/index.ts'
import type { ModelId, RunId } from '../../src/shared/domain/ids.ts'
import type { Preset, RecipeOverrides } from '../../src/shared/domain/recipe.ts'
import type { Client } from '../../src/shared/rpc/endpoint.ts'

/** A project in which there is something to see on every page, and what happens in it between the pictures. */
export interface ShownProject {
  /** A picture that is in no catalog. */
  readonly unseenFile: string
  start(preset: Preset, overrides: RecipeOverrides): Promise<RunId>
  /** Resolves when the run has done so many epochs, or has ended. */
  reach(runId: RunId, epoch: number): Promise<void>
  /** Resolves when the run has ended, with the model it made. */
  finish(runId: RunId): Promise<ModelId>
  suggest(modelId: ModelId): Promise<void>
  /** Finds the pictures that lie in the folder of another class. */
  check(): Promise<void>
  export(modelId: ModelId): Promise<void>
}

const perClass = 45
/** Of each class; the others lie in the folder of their class. */
const unlabelledPerClass = 15
/** Around it, so that the choice of a folder is one. */
const neighbours = ['Birds of the harbour', 'Herbarium', 'Leaves in autumn', 'Workshop']

/** The sample set, a third of it without labels, with duplicates and an unreadable file. */
export async function prepareProject(client: Client<CoreContract>, parent: string): Promise<ShownProject> {
  for (const name of neighbours) await mkdir(join(parent, name), { recursive: true })
  const folder = join(parent, 'Things in the house')
  for await (const _ of client.project.drawSamples({ folder, perClass })) continue
  const unseenFile = await disarrange(folder, parent)
  const { id: projectId } = await client.project.open({ imageFolder: folder })
  for await (const _ of client.catalog.import({ projectId, labelsFromFolders: true })) continue
  return {
    unseenFile,
    start: async (preset, overrides) => (await client.runs.start({ projectId, preset, overrides })).id,
    reach: async (runId, epoch) => {
      for await (const { event } of client.runs.watch({ projectId, runId })) {
        if (event.kind === 'epoch' && event.metrics.epoch >= epoch) return
      }
    },
    finish: async (runId) => {
      for await (const _ of client.runs.watch({ projectId, runId })) continue
      const { modelId, state } = await client.runs.get({ projectId, runId })
      if (modelId === null) throw new Error(`${runId} ended ${state}, without a model`)
      return modelId
    },
    suggest: async (modelId) => {
      for await (const _ of client.models.suggest({ projectId, modelId })) continue
    },
    check: async () => {
      for await (const _ of client.labels.check({ projectId })) continue
    },
    export: async (modelId) => {
      for await (const _ of client.exports.create({ projectId, modelId, formats: ['onnx'], verifyCount: 20 })) continue
    },
  }
}

/** Takes pictures out of the folders of their classes, some into another's; the result is one that was put aside. */
async function disarrange(folder: string, parent: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true })
  const asideFiles: string[] = []
  for (const [classIndex, { name }] of entries.filter((entry) => entry.isDirectory()).entries()) {
    const files = (await readdir(join(folder, name))).toSorted().map((file) => join(folder, name, file))
    for (const [index, file] of files.slice(0, unlabelledPerClass).entries()) {
      const number = String(1000 + index * 10 + classIndex)
      await rename(file, join(folder, `IMG_${number}${extname(file)}`))
    }
    const [first = '', second = '', third = ''] = files.slice(unlabelledPerClass)
    await copyFile(first, join(folder, name, `copy${extname(first)}`))
    const aside = join(parent, '..', `holiday-${String(classIndex)}${extname(second)}`)
    await rename(second, aside)
    asideFiles.push(aside)
    await rename(
      third,
      join(folder, entries.find((entry) => entry.name !== name)?.name ?? name, `${name}${extname(third)}`),
    )
  }
  await writeFile(join(folder, 'IMG_2041.jpg'), Buffer.from('ffd8ffe000104a46', 'hex'))
  const [unseenFile] = asideFiles
  if (unseenFile === undefined) throw new Error('The sample set has no classes')
  return unseenFile
}
