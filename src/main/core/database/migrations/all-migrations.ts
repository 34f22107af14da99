import type { Migration } from '../migrate.ts'
import { catalogTables } from './0001-catalog.ts'
import { studioTables } from './0002-studio.ts'
import { runsAndExports } from './0003-runs-and-exports.ts'
import { waitingFirst } from './0004-waiting-first.ts'
import { confirmedLabels } from './0005-confirmed-labels.ts'
import { labelChecks } from './0006-label-checks.ts'
import { drafts } from './0007-drafts.ts'
import { thoroughChecks } from './0008-thorough-checks.ts'
import { judgedImages } from './0009-judged-images.ts'

/** In the order in which they are applied. A released migration is never edited: its fixture is a test. */
export const allMigrations: readonly Migration[] = [
  catalogTables,
  studioTables,
  runsAndExports,
  waitingFirst,
  confirmedLabels,
  labelChecks,
  drafts,
  thoroughChecks,
  judgedImages,
]
