import { backbones } from './backbones.ts'
import { catalog } from './catalog.ts'
import { datasets } from './datasets.ts'
import { exports } from './exports.ts'
import { labels } from './labels.ts'
import { models } from './models.ts'
import { project } from './project.ts'
import { runs } from './runs.ts'
import { shell } from './shell.ts'
import { system } from './system.ts'
import type { Contract } from '../rpc/endpoint.ts'

/** All that core offers to a window, a browser or the command line. */
export const coreContract = {
  project,
  catalog,
  labels,
  datasets,
  runs,
  models,
  exports,
  backbones,
  shell,
  system,
} satisfies Contract
export type CoreContract = typeof coreContract
