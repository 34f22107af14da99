import { isAbsolute } from 'node:path'
import type { z } from 'zod'
import type { ExportEvent, exports } from '../../../shared/contract/exports.ts'
import type { Export } from '../../../shared/domain/export.ts'
import { AppError, toAppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { HandlerContext, ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import type { CoreContext, OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import { readEntries } from '../datasets/dataset-repository.ts'
import type { Host } from '../host.ts'
import { readManifest } from '../models/read-manifest.ts'
import { openTrainer } from '../processes/open-process.ts'
import type { FolderAccess } from '../shell/folder-access.ts'
import { estimateSizes } from './estimate-sizes.ts'
import { insertExport, listExports } from './export-repository.ts'
import { isWithin } from '../project/is-within.ts'
import { readExport } from './read-export.ts'

type CreateInput = z.output<typeof exports.create.input>

export function createExportsHandlers(context: CoreContext): ServiceHandlers<typeof exports> {
  const { projects } = context
  return {
    list: ({ projectId }) => listExports(projects.get(projectId)),
    sizes: ({ projectId, modelId }) => estimateSizes(projects.get(projectId), modelId),
    read: ({ projectId, modelId, format }) => readExport(projects.get(projectId), modelId, format),
    create: (input, handler) => createExport(context, input, handler),
  }
}

/** Runs in a trainer process of its own, whose forward pass is what the exports are compared with. */
async function* createExport(
  { host, projects, folders }: CoreContext,
  { projectId, modelId, formats, destination, overwrite, verifyCount }: CreateInput,
  { signal }: HandlerContext,
): AsyncGenerator<ExportEvent, void, undefined> {
  const project = projects.get(projectId)
  const { imageFolder, layout, reader } = project
  const target = destination === null ? layout.exportsFolder : await resolveDestination(folders, project, destination)
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
    for await (const event of trainer.client.export(job, { signal })) {
      if (event.kind === 'exported') record(host, project, event.export)
      yield event
    }
  } finally {
    await trainer.close()
  }
}

/** An export that lies on the disk is one, also where the catalog cannot take it in. */
function record(host: Host, project: OpenProject, made: Export): void {
  try {
    transaction(project.writer, (tx) => {
      insertExport(tx, project, made)
    })
  } catch (thrown) {
    host.log(`${made.folder} was exported, which could not be recorded: ${toAppError(thrown).message}`)
  }
}

/** The pictures that an export holds must not turn up as images of the catalog. Errors: bad-input, forbidden. */
async function resolveDestination(folders: FolderAccess, project: OpenProject, destination: string): Promise<string> {
  if (!isAbsolute(destination)) throw new AppError('bad-input', said`The destination ${destination} is not absolute.`)
  const { imageFolder, projectFolder } = project
  const folder = await folders.resolveFor(project, destination)
  if (isWithin(folder, imageFolder) && !isWithin(folder, projectFolder)) {
    throw new AppError(
      'bad-input',
      said`${folder} lies in the image folder, where the pictures of the export would become images of the project.
        Choose a destination outside.`,
    )
  }
  return folder
}
