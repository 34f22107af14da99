import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Prediction } from '../../../shared/domain/model.ts'
import { walkImages } from '../catalog/walk.ts'
import type { OpenProject } from '../core-context.ts'
import type { FolderAccess } from '../shell/folder-access.ts'

/** What is to be predicted: files, and what turned out to be none. Paths are shown as they were given. */
export interface ListedFiles {
  readonly files: readonly { readonly file: string; readonly path: string }[]
  /** Answers for what cannot be predicted. */
  readonly refused: readonly Prediction[]
}

/**
 * Files as they are, and folders with all images below them, in the catalog's order. Relative paths start at the image
 * folder. What is not there stays in the list: reading it will say so. Errors: forbidden.
 */
export async function listFiles(
  project: OpenProject,
  paths: readonly string[],
  { folders, signal }: { readonly folders: FolderAccess; readonly signal: AbortSignal },
): Promise<ListedFiles> {
  const { imageFolder, projectFolder } = project
  const files: { file: string; path: string }[] = []
  const refused: Prediction[] = []
  for (const path of paths) {
    const file = await folders.resolveFor(project, resolve(imageFolder, path))
    if (!(await isFolder(file))) {
      files.push({ file, path })
      continue
    }
    for await (const { found, skipped } of walkImages(file, { excludedFolders: [projectFolder], signal })) {
      for (const entry of found) files.push({ file: entry.file, path: join(path, entry.path) })
      for (const entry of skipped) refused.push(refusalOf(join(path, entry.path), entry.reason))
    }
  }
  return { files, refused }
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory()
  } catch {
    return false
  }
}

function refusalOf(path: string, reason: string): Prediction {
  return { path, predicted: null, confidence: null, probabilities: null, error: `It was left out: ${reason}.` }
}
