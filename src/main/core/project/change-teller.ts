import { toAppError } from '../../../shared/errors.ts'
import type { ChangeTeller, OpenProjects } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import { noteChange } from '../database/note-change.ts'
import type { Host } from '../host.ts'

export function createChangeTeller(host: Host, projects: OpenProjects): ChangeTeller {
  return {
    tell(projectId, change) {
      try {
        transaction(projects.get(projectId).writer, (tx) => {
          noteChange(tx, change)
        })
      } catch (thrown) {
        // What has happened has happened: that nobody could be told must not make it fail.
        host.log(`a change was not told: ${toAppError(thrown).message}`)
      }
    },
  }
}
