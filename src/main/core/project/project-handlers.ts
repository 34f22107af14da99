import type { Project, project } from '../../../shared/contract/project.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import { countImages } from '../catalog/count-images.ts'
import type { CoreContext, OpenProject } from '../core-context.ts'
import { drawOwnSamples } from '../sample-set/draw-own-samples.ts'
import { drawSamples } from '../sample-set/draw-samples.ts'
import { noteImageFolder, readNotedImageFolder } from './noted-image-folder.ts'
import { recogniseProject } from './recognise-project.ts'
import { watchProject } from './watch-project.ts'

export function createProjectHandlers(context: CoreContext): ServiceHandlers<typeof project> {
  const { host, projects, folders, recent } = context
  return {
    open: async ({ imageFolder, projectFolder, create }) => {
      const apart = projectFolder === null ? null : await folders.resolve(projectFolder)
      const opened = projects.open({
        imageFolder: await folders.resolve(imageFolder ?? notedOf(apart)),
        projectFolder: apart,
        create,
      })
      if (apart !== null) noteImageFolder(opened.projectFolder, opened.imageFolder)
      recent.add({
        imageFolder: opened.imageFolder,
        projectFolder: apart === null ? null : opened.projectFolder,
        projectId: opened.id,
      })
      return describe(opened)
    },
    get: ({ projectId }) => describe(projects.get(projectId)),
    list: () => projects.list().map(describe),
    recent: () => recent.list(),
    recognise: async ({ sought, folder }) => {
      const entry = recent.entries().find(({ imageFolder }) => imageFolder === sought)
      if (entry === undefined)
        throw new AppError('not-found', said`${sought} is not among the recent projects any more.`)
      return recogniseProject(entry, await folders.resolve(folder))
    },
    forget: ({ imageFolder }) => {
      recent.forget(imageFolder)
      return {}
    },
    watch: ({ projectId }, { signal }) => watchProject(projects.get(projectId), signal),
    async *drawSamples({ folder, ...set }, { signal }) {
      if (folder === null) return yield* drawOwnSamples(host, set, signal)
      const target = await folders.resolve(folder)
      for await (const event of drawSamples(host, { ...set, folder: target }, signal))
        yield { ...event, folder: target }
    },
  }
}

function notedOf(projectFolder: string | null): string {
  if (projectFolder !== null) return readNotedImageFolder(projectFolder)
  throw new AppError(
    'bad-input',
    said`Name the folder of images, or the folder of a project that lies apart from them.`,
  )
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
