import type { Project, project } from '../../../shared/contract/project.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import { countImages } from '../catalog/count-images.ts'
import type { CoreContext, OpenProject } from '../core-context.ts'
import { drawSamples } from '../sample-set/draw-samples.ts'
import { noteImageFolder, readNotedImageFolder } from './noted-image-folder.ts'

export function createProjectHandlers(context: CoreContext): ServiceHandlers<typeof project> {
  return {
    open: ({ imageFolder, projectFolder, create }) => {
      const opened = context.projects.open({
        imageFolder: imageFolder ?? notedOf(projectFolder),
        projectFolder,
        create,
      })
      if (projectFolder !== null) noteImageFolder(opened.projectFolder, opened.imageFolder)
      return describe(opened)
    },
    get: ({ projectId }) => describe(context.projects.get(projectId)),
    list: () => context.projects.list().map(describe),
    drawSamples: (input, { signal }) => drawSamples(context.host, input, signal),
  }
}

function notedOf(projectFolder: string | null): string {
  if (projectFolder !== null) return readNotedImageFolder(projectFolder)
  throw new AppError('bad-input', 'Name the folder of images, or the folder of a project that lies apart from them.')
}

function describe(project: OpenProject): Project {
  const counts = countImages(project.reader)
  return {
    id: project.id,
    imageFolder: project.imageFolder,
    projectFolder: project.projectFolder,
    imageCount: counts.images,
    labelledCount: counts.labelled,
  }
}
