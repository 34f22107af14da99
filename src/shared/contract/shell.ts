import { z } from 'zod'
import { ExportFormat } from '../domain/export.ts'
import { ImageId, ModelId } from '../domain/ids.ts'
import { call, nothing, stream } from '../rpc/endpoint.ts'
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

/** What a person asks of the page from outside of it: in the application's menu, or by starting it with a folder. */
export const MenuCommand = z.discriminatedUnion('kind', [
  /** Open this folder: chosen in the native dialog, among the recent ones, or given at the start. */
  z.strictObject({ kind: z.literal('open'), imageFolder: z.string(), projectFolder: z.string().nullable() }),
  /** `undo` and `redo` are meant for the text field that has the focus, where one has it. */
  z.strictObject({
    kind: z.literal('do'),
    what: z.enum([
      'close-project',
      'undo',
      'redo',
      'palette',
      'shortcuts',
      'settings',
      'label',
      'tune',
      'evaluate',
      'export',
    ]),
  }),
])
export type MenuCommand = z.infer<typeof MenuCommand>

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
  /** The native dialog for a new file; null where the person gave up. Errors: conflict where the host has none. */
  chooseSavePath: call(
    z.strictObject({ title: z.string(), fileName: z.string() }),
    z.strictObject({ path: z.string().nullable() }),
  ),
  /** The folders below one; null: the first root. Errors: forbidden outside the roots, not-found, no-permission. */
  listFolders: call(z.strictObject({ path: z.string().min(1).nullable() }), FolderListing),
  /** Follows what is chosen in the application's menu; nothing ever comes where the host has none. */
  menuCommands: stream(nothing, MenuCommand),
  /** Tells the host the language of the page, for its menu and dialogs. */
  setLanguage: call(z.strictObject({ language: z.enum(['en', 'zh-CN']) }), nothing),
  /** Shows an image in the file manager. */
  revealImage: call(inProject.extend({ imageId: ImageId }), nothing),
  /** Shows an export in the file manager. */
  revealExport: call(inProject.extend({ modelId: ModelId, format: ExportFormat }), nothing),
}
