import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { z } from 'zod'
import type { ExportEvent, exports } from '../../../shared/contract/exports.ts'
import { AppError } from '../../../shared/errors.ts'
import type { HandlerContext, ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import type { CoreContext, OpenProject } from '../core-context.ts'
import { readEntries } from '../datasets/dataset-repository.ts'
import { readManifest } from '../models/read-manifest.ts'
import { openTrainer } from '../processes/open-process.ts'

type CreateInput = z.output<typeof exports.create.input>

export function createExportsHandlers(context: CoreContext): ServiceHandlers<typeof exports> {
  return { create: (input, handler) => createExport(context, input, handler) }
}

/** Runs in a trainer process of its own, whose forward pass is what the exports are compared with. */
async function* createExport(
  { host, projects }: CoreContext,
  { projectId, modelId, formats, destination, overwrite, verifyCount }: CreateInput,
  { signal }: HandlerContext,
): AsyncGenerator<ExportEvent, void, undefined> {
  const project = projects.get(projectId)
  const { imageFolder, layout, reader } = project
  const target = destination === null ? layout.exportsFolder : checkDestination(project, destination)
  const { datasetId } = readManifest(project, modelId)
  const job = {
    modelFolder: layout.modelFolder(modelId),
    // The fastest: the comparison shows whether it computes the same as the device that trained.
    device: null,
    modelId,
    formats,
    destination: target,
    overwrite,
    imageFolder,
    entries: readEntries(reader, datasetId),
    verifyCount,
  }
  const trainer = openTrainer(host)
  try {
    yield* trainer.client.export(job, { signal })
  } finally {
    await trainer.close()
  }
}

/** The pictures that an export holds must not turn up as images of the catalog. Errors: bad-input. */
function checkDestination({ imageFolder, projectFolder }: OpenProject, destination: string): string {
  if (!isAbsolute(destination)) throw new AppError('bad-input', `The destination ${destination} is not absolute.`)
  const folder = resolve(destination)
  if (isWithin(folder, imageFolder) && !isWithin(folder, projectFolder)) {
    throw new AppError(
      'bad-input',
      `${folder} lies in the image folder, where the pictures of the export would become images of the project. ` +
        'Choose a destination outside.',
    )
  }
  return folder
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}
