import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'

/** In a project that lies apart from its images: one line with the absolute path of their folder. */
const noteName = 'image-folder.txt'

/** The image folder that a project which lies apart was opened with last. Errors: no-project. */
export function readNotedImageFolder(projectFolder: string): string {
  try {
    return readFileSync(join(projectFolder, noteName), 'utf8').trimEnd()
  } catch (thrown) {
    throw new AppError(
      'no-project',
      said`${resolve(projectFolder)} does not say which images it is about. Name their folder once more.`,
      { cause: thrown },
    )
  }
}

/** Where it cannot be written, the folder has to be named again next time, which is no reason to fail now. */
export function noteImageFolder(projectFolder: string, imageFolder: string): void {
  try {
    if (readNote(projectFolder) !== imageFolder) writeFileSync(join(projectFolder, noteName), `${imageFolder}\n`)
  } catch {
    return
  }
}

function readNote(projectFolder: string): string | undefined {
  try {
    return readNotedImageFolder(projectFolder)
  } catch {
    return undefined
  }
}
