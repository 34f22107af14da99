import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { insertExport, listExports } from '../../../src/main/core/exports/export-repository.ts'
import { ExportFormat } from '../../../src/shared/domain/export.ts'
import { ModelId } from '../../../src/shared/domain/ids.ts'
import { rejectionOf } from '../../support/app-errors.ts'
import { openModelProject } from '../../support/model-project.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { openTestProject } from '../../support/test-project.ts'

test('exports are as large as foreseen, can be read back, and are listed while they are there', async () => {
  const { project, client, modelId } = await openModelProject()
  const { exports } = client
  const ids = { projectId: project.id, modelId }
  const elsewhere = temporaryFolder()
  const input = { ...ids, verifyCount: 5, formats: ['onnx' as const] }
  for await (const _ of exports.create({ ...input, formats: [...ExportFormat.options] })) continue
  for await (const _ of exports.create({ ...input, destination: elsewhere })) continue
  for await (const _ of exports.create({ ...input, overwrite: true })) continue

  const listed = await exports.list({ projectId: project.id })
  expect(listed.map(({ format, folder }) => [format, basename(folder)])).toEqual([
    ['onnx', 'model-1-onnx'],
    ['onnx', 'model-1-onnx'],
    ['safetensors', 'model-1-safetensors'],
    ['tfjs', 'model-1-tfjs'],
  ])
  expect(listed[1]?.folder).toBe(join(elsewhere, 'model-1-onnx'))
  expect(listed.every(({ parity }) => parity.passed)).toBe(true)

  const sizes = new Map((await exports.sizes(ids)).map(({ format, sizeBytes }) => [format, sizeBytes]))
  const offs = listed.map(({ format, sizeBytes }) => [format, (sizes.get(format) ?? 0) / sizeBytes - 1] as const)
  console.log('foreseen sizes are off by:', offs)
  for (const [, off] of offs) expect(Math.abs(off)).toBeLessThan(0.05)

  const readings = await Promise.all(ExportFormat.options.map((format) => exports.read({ ...ids, format })))
  for (const { modelCard } of readings) expect(modelCard).toMatch(/^# /)
  expect(readings.map(({ samples }) => samples.map(({ language, fileName }) => `${language} ${fileName}`))).toEqual([
    ['python predict.py', 'javascript predict.mjs'],
    ['javascript predict.mjs', 'browser README.md'],
    ['python predict.py'],
  ])
  expect(readings[1]?.samples[1]?.code).toMatch(/^import \* as tf[\s\S]*loadGraphModel[\s\S]*\n$/)

  rmSync(join(elsewhere, 'model-1-onnx'), { recursive: true })
  expect(await exports.list({ projectId: project.id })).toHaveLength(3)
  rmSync(join(project.layout.exportsFolder, 'model-1-tfjs'), { recursive: true })
  expect((await rejectionOf(exports.read({ ...ids, format: 'tfjs' }))).code).toBe('not-found')
  expect((await rejectionOf(exports.sizes({ ...ids, modelId: ModelId.parse('model-9') }))).code).toBe('not-found')
})

test('a project that moves takes its exports along', () => {
  const project = openTestProject()
  const folder = join(project.layout.exportsFolder, 'model-1-onnx')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model-card.md'), '# Card')
  const agreement = {
    ...{ imageCount: 0, topOneAgreement: 1, clearDisagreementCount: 0 },
    ...{ probabilityDifferenceMax: 0, probabilityDifferenceMean: 0 },
  }
  const parity = { runtime: 'none', sameTensor: agreement, endToEnd: null, passed: true }
  const made = {
    modelId: ModelId.parse('model-1'),
    format: 'onnx' as const,
    folder,
    sizeBytes: 1,
    createdAtMs: 1,
    parity,
  }
  transaction(project.writer, (tx) => {
    insertExport(tx, project, made)
  })
  expect(listExports(project)).toEqual([made])
  const projectFolder = join(temporaryFolder(), 'moved')
  cpSync(project.projectFolder, projectFolder, { recursive: true })
  rmSync(folder, { recursive: true })
  expect(listExports(project)).toEqual([])
  expect(listExports({ ...project, projectFolder })).toEqual([
    { ...made, folder: join(projectFolder, 'exports', 'model-1-onnx') },
  ])
})
