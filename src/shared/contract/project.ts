import { z } from 'zod'
import { ImageId, ProjectId } from '../domain/ids.ts'
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

export const ProjectPart = z.enum(['images', 'labels', 'classes', 'predictions', 'runs', 'models', 'exports'])
export type ProjectPart = z.infer<typeof ProjectPart>

/** Something in a project is no longer as it was, whoever changed it: this window, another one, or another program. */
export const ProjectChange = z.strictObject({
  what: z.array(ProjectPart).min(1),
  /** Null: too many to name, or not known. */
  imageIds: z.array(ImageId).nullable(),
})
export type ProjectChange = z.infer<typeof ProjectChange>

export const RecentProject = z.strictObject({
  imageFolder: z.string(),
  /** Null: inside the image folder. */
  projectFolder: z.string().nullable(),
  /** Null where it was noted before the list knew: then nothing can be told about it. */
  projectId: ProjectId.nullable().default(null),
  openedAtMs: z.number(),
  /** False where a folder is not there now: moved, or on a drive that is not connected. */
  isThere: z.boolean(),
})
export type RecentProject = z.infer<typeof RecentProject>

/** What a folder turned out to be that a person chose to find a project again. */
export const FoundProject = z.strictObject({
  /** `other`: a project too, but not the one; `none`: opening it would make a new one. */
  kind: z.enum(['same', 'other', 'none']),
  /** What to open for it. */
  place: z.strictObject({ imageFolder: z.string(), projectFolder: z.string().nullable() }),
})
export type FoundProject = z.infer<typeof FoundProject>

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
  /** Projects that were opened before on this machine, latest first. */
  recent: call(nothing, z.array(RecentProject)),
  /**
   * Whether a folder holds the recent project that is no longer at `sought`; nothing is opened or made. Errors: not-found
   * where `sought` is not in the list, no-permission, catalog-newer, catalog-damaged.
   */
  recognise: call(z.strictObject({ sought: z.string().min(1), folder: z.string().min(1) }), FoundProject),
  /** Takes a folder from the list of recent projects; nothing else is touched. */
  forget: call(z.strictObject({ imageFolder: z.string().min(1) }), nothing),
  /** Follows what changes, from now on. Changes close together are told together. */
  watch: stream(inProject, ProjectChange),
  /** Draws the sample set, one sub-folder per class, into `folder`, which must be empty or absent. */
  drawSamples: stream(
    z.strictObject({
      /** Null: a folder of its own in the per-user store; where it was drawn before, it stays as it is. */
      folder: z.string().min(1).nullable().default(null),
      perClass: z.int().min(2).max(10_000).default(60),
      seed: z.int().min(0).max(0xffffffff).default(0),
    }),
    z.strictObject({ done: z.int().nonnegative(), total: z.int().positive(), folder: z.string() }),
  ),
}
