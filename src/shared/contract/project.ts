import { z } from 'zod'
import { ProjectId } from '../domain/ids.ts'
import { call, nothing, stream } from '../rpc/endpoint.ts'

export const Project = z.strictObject({
  id: ProjectId,
  /** Absolute path of the image folder. */
  imageFolder: z.string(),
  /** Absolute path of the `.athanor` folder, wherever it lies. */
  projectFolder: z.string(),
  imageCount: z.int().nonnegative(),
  labelledCount: z.int().nonnegative(),
})
export type Project = z.infer<typeof Project>

/** The input of every method that works in a project. */
export const inProject = z.strictObject({ projectId: ProjectId })

export const project = {
  /**
   * Opens the project of an image folder and makes it where there is none and `create` is set. Opening one twice
   * gives the same project. Errors: not-found, no-project, no-permission, catalog-newer, catalog-damaged.
   */
  open: call(
    z.strictObject({
      /** Null: the folder that `projectFolder` was opened with last. */
      imageFolder: z.string().min(1).nullable(),
      /** For image folders that may not be written to; null: `.athanor` inside the image folder. */
      projectFolder: z.string().min(1).nullable().default(null),
      create: z.boolean().default(true),
    }),
    Project,
  ),
  get: call(inProject, Project),
  /** Lists the projects that are open now. */
  list: call(nothing, z.array(Project)),
  /** Draws the sample set, one sub-folder per class, into `folder`, which must be empty or absent. */
  drawSamples: stream(
    z.strictObject({
      folder: z.string().min(1),
      perClass: z.int().min(2).max(10_000).default(60),
      seed: z.int().min(0).max(0xffffffff).default(0),
    }),
    z.strictObject({ done: z.int().nonnegative(), total: z.int().positive() }),
  ),
}
