/** Imports the folder in argv[2] with the real imaging process, and prints how many files have been read by then. */
import { writeSync } from 'node:fs'
import { importFolder } from '../../../src/main/core/catalog/import-folder.ts'
import { createNodeHost } from '../../../src/main/core/processes/node-host.ts'
import { openImaging } from '../../../src/main/core/processes/open-process.ts'
import { openProject, placeProject } from '../../../src/main/core/project/open-project.ts'

const [, , imageFolder = ''] = process.argv
const host = createNodeHost()
const { project, catalog } = openProject(placeProject({ imageFolder, projectFolder: null, create: true }), host.now())
const world = { openImaging: () => openImaging(host), now: () => host.now() }
const signal = new AbortController().signal
for await (const event of importFolder(project, world, { labelsFromFolders: true, signal })) {
  if (event.kind === 'reading') writeSync(1, `${event.done}\n`)
  if (event.kind === 'finished') writeSync(1, `${JSON.stringify(event.summary)}\n`)
}
catalog.close()
