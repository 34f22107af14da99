import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { shell } from '../../../shared/contract/shell.ts'
import type { ExportFormat } from '../../../shared/domain/export.ts'
import type { ImageId, ModelId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import type { CoreContext, OpenProject } from '../core-context.ts'
import { rowOf } from '../database/row-ids.ts'
import { realFileOf } from '../pictures/source-image.ts'
import { listFolders } from './list-folders.ts'

export function createShellHandlers({ host, projects, folders }: CoreContext): ServiceHandlers<typeof shell> {
  const around = host.shell

  async function reveal(path: string): Promise<Record<string, never>> {
    if (around?.reveal === undefined) throw new AppError('conflict', said`There is no file manager to show ${path} in.`)
    await around.reveal(path)
    return {}
  }

  return {
    abilities: () => ({
      host: around?.kind ?? 'terminal',
      canChooseFolder: around?.chooseFolder !== undefined,
      canReveal: around?.reveal !== undefined,
    }),
    chooseFolder: async ({ title }) => {
      if (around?.chooseFolder === undefined)
        throw new AppError('conflict', said`There is no dialog to choose a folder in.`)
      return { path: await around.chooseFolder(title) }
    },
    chooseSavePath: async ({ title, fileName }) => {
      if (around?.chooseSavePath === undefined)
        throw new AppError('conflict', said`There is no dialog to choose a file in.`)
      return { path: await around.chooseSavePath(title, fileName) }
    },
    listFolders: ({ path }) => listFolders(folders, path),
    menuCommands: (_, { signal }) => around?.menuCommands?.(signal) ?? none(),
    setLanguage: ({ language }) => {
      around?.setLanguage?.(language)
      return {}
    },
    revealImage: async ({ projectId, imageId }) => reveal(await imageFile(projects.get(projectId), imageId)),
    revealExport: ({ projectId, modelId, format }) => reveal(exportFolder(projects.get(projectId), modelId, format)),
  }
}

async function* none(): AsyncGenerator<never, void> {
  // Ends at once: no command will ever come.
}

async function imageFile(project: OpenProject, imageId: ImageId): Promise<string> {
  const row = project.reader.prepare<{ path: string }>('SELECT path FROM image WHERE id = ?').get(imageId)
  if (row === undefined) throw new AppError('not-found', said`There is no image ${imageId} in the catalog.`)
  return realFileOf(project.imageFolder, row.path)
}

function exportFolder(project: OpenProject, modelId: ModelId, format: ExportFormat): string {
  const row = project.reader
    .prepare<{ folder: string }>('SELECT folder FROM export WHERE model_id = ? AND format = ? ORDER BY id DESC')
    .get(rowOf(modelId), format)
  if (row === undefined) throw new AppError('not-found', said`${modelId} has not been exported as ${format}.`)
  const folder = resolve(project.projectFolder, row.folder)
  if (!existsSync(folder)) throw new AppError('not-found', said`${folder} is not there any more.`)
  return folder
}
