import { z } from 'zod'
import { ExportFormat } from '../domain/export.ts'
import { ImageId, ModelId } from '../domain/ids.ts'
import { call, nothing } from '../rpc/endpoint.ts'
import { inProject } from './project.ts'

export const FolderListing = z.strictObject({
  path: z.string(),
  /** Null at a root. */
  parent: z.string().nullable(),
  /** Folders to begin at: the only places that may be looked into. */
  roots: z.array(z.strictObject({ name: z.string(), path: z.string() })),
  folders: z.array(z.strictObject({ name: z.string(), path: z.string(), hasProject: z.boolean() })),
  /** Image files directly in it, by their endings. */
  imageCount: z.int().nonnegative(),
})
export type FolderListing = z.infer<typeof FolderListing>

/** What the machine around the studio can do: dialogs, the file manager, and its folders where there are no dialogs. */
export const shell = {
  abilities: call(
    nothing,
    z.strictObject({
      host: z.enum(['desktop', 'browser', 'terminal']),
      /** Native dialogs; without them the page shows `listFolders`. */
      canChooseFolder: z.boolean(),
      canReveal: z.boolean(),
    }),
  ),
  /** The native dialog; null where the person gave up. Errors: conflict where the host has none. */
  chooseFolder: call(z.strictObject({ title: z.string() }), z.strictObject({ path: z.string().nullable() })),
  /** The folders below one; null: the first root. Errors: forbidden outside the roots, not-found, no-permission. */
  listFolders: call(z.strictObject({ path: z.string().min(1).nullable() }), FolderListing),
  /** Shows an image in the file manager. */
  revealImage: call(inProject.extend({ imageId: ImageId }), nothing),
  /** Shows an export in the file manager. */
  revealExport: call(inProject.extend({ modelId: ModelId, format: ExportFormat }), nothing),
}
