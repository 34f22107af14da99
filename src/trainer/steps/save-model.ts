import { writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ModelManifest } from '../../shared/domain/model.ts'
import type { Evaluation } from '../../shared/domain/metrics.ts'
import { stageFolder } from '../exporters/staged-folder.ts'
import { modelFiles } from '../load-model.ts'
import { readWeightMap } from '../network/parameters.ts'
import { writeSafetensors } from '../weights/safetensors.ts'
import type { Session } from './session.ts'

/** Writes `model.json` and `weights.safetensors` into the model's folder, which appears when both are on disk. */
export async function saveModel(session: Session, evaluations: readonly Evaluation[]): Promise<ModelManifest> {
  const { job, world, network, parameters, backbone, device } = session
  const { dataset, recipe } = job
  // A folder that is there already is of this same run, which ended before core took note of it.
  const staged = await stageFolder({
    destination: dirname(job.modelFolder),
    name: basename(job.modelFolder),
    overwrite: true,
  })
  try {
    const weights = await readWeightMap(network, parameters)
    const written = await writeSafetensors(join(staged.folder, modelFiles.weights), weights)
    const manifest = ModelManifest.parse({
      formatVersion: 1,
      id: job.modelId,
      runId: job.runId,
      datasetId: dataset.id,
      datasetHash: dataset.hash,
      createdAtMs: world.date(),
      architecture: recipe.architecture,
      classes: dataset.classes,
      preprocessing: session.finalPreprocessing,
      recipe,
      backbone: backbone && {
        name: backbone.name,
        sha256: backbone.sha256,
        source: backbone.source,
        licence: backbone.licence,
      },
      device: device.id,
      weightsSha256: written.sha256,
      history: session.state.history,
      evaluations,
      foldEstimate: session.state.foldEstimate,
      versions: job.versions,
    })
    await writeFile(join(staged.folder, modelFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`)
    await staged.publish()
    return manifest
  } finally {
    await staged.discard()
  }
}
