/**
 * Labels batch after batch of the project in argv[2] and prints the number of each as soon as it is acknowledged, until
 * it is killed or has made argv[4] of them. `argv[5] === 'unsafe'` takes the safeguard away that the tests are about.
 */
import { writeSync } from 'node:fs'
import { assignLabel } from '../../../src/main/core/labels/assign-label.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { openProject, placeProject } from '../../../src/main/core/project/open-project.ts'
import { ClassId } from '../../../src/shared/domain/ids.ts'
import { batchOf } from '../random-batches.ts'

const [, , imageFolder = '', seed = '0', count = '0', mode = 'safe'] = process.argv
const { project } = openProject(placeProject({ imageFolder, projectFolder: null, create: false }), 0)
if (mode === 'unsafe') project.writer.connection.pragma('synchronous = NORMAL')
const first = project.reader.prepare<{ edits: number }>('SELECT count(*) AS edits FROM edit').get()?.edits ?? 0
const classIds = new Map(
  project.reader
    .prepare<{ id: number; name: string }>('SELECT id, name FROM class')
    .all()
    .map(({ id, name }) => [name, ClassId.parse(id)]),
)

writeSync(1, 'open\n')
for (let number = first; number < first + Number(count); number += 1) {
  const { className, imageIds } = batchOf(Number(seed), number)
  const classId = classIds.get(className) ?? null
  transaction(project.writer, (tx) =>
    assignLabel(tx, { imageIds, classId, origin: 'person', who: `${number}` }, number),
  )
  writeSync(1, `${number}\n`)
}
