import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExportReading } from '../../../shared/contract/exports.ts'
import type { ExportFormat } from '../../../shared/domain/export.ts'
import type { ModelId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { OpenProject } from '../core-context.ts'
import { cardFile, listExports } from './export-repository.ts'

type Sample = ExportReading['samples'][number]

/** Programs that an export may hold. */
const programs = [
  { language: 'python', fileName: 'predict.py' },
  { language: 'javascript', fileName: 'predict.mjs' },
] as const

const readme = 'README.md'

/** The model card and the sample code of the latest export of a model in a format. Errors: not-found. */
export function readExport(project: OpenProject, modelId: ModelId, format: ExportFormat): ExportReading {
  const found = listExports(project).find((one) => one.modelId === modelId && one.format === format)
  if (found === undefined) {
    throw new AppError('not-found', said`${modelId} has not been exported as ${format}, or its folder is gone.`)
  }
  const textOf = (name: string) => readFileSync(join(found.folder, name), 'utf8')
  const samples = programs
    .filter(({ fileName }) => existsSync(join(found.folder, fileName)))
    .map(({ language, fileName }): Sample => ({ language, fileName, code: textOf(fileName) }))
  const browserCode = existsSync(join(found.folder, readme)) ? codeForBrowsers(textOf(readme)) : undefined
  if (browserCode !== undefined) samples.push({ language: 'browser', fileName: readme, code: browserCode })
  return { modelCard: textOf(cardFile), samples }
}

/** What a page needs is not a program of its own: the lines stand in the export's README. */
function codeForBrowsers(markdown: string): string | undefined {
  return /^```js\n([\s\S]*?)^```$/m.exec(markdown)?.[1]
}
