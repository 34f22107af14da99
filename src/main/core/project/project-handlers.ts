import type { Project, project } from '../../../shared/contract/project.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import { countImages } from '../catalog/count-images.ts'
import type { CoreContext, OpenProject } from '../core-context.ts'
import { drawSamples } from '../sample-set/draw-samples.ts'

export function createProjectHandlers(context: CoreContext): ServiceHandlers<typeof project> {
  return {
    open: (input) => describe(context.projects.open(input)),
    get: ({ projectId }) => describe(context.projects.get(projectId)),
    list: () => context.projects.list().map(describe),
    drawSamples: (input, { signal }) => drawSamples(context.host, input, signal),
  }
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
