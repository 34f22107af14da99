import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { DatasetEntry } from '../../src/shared/domain/dataset.ts'
import { ParityReport } from '../../src/shared/domain/export.ts'
import type { Export, ExportFormat } from '../../src/shared/domain/export.ts'
import { readPreprocessing } from '../../src/trainer/exporters/export-files.ts'
import { createRandomModel, smallPreprocessing } from '../support/random-model.ts'
import { runExport } from '../support/run-export.ts'
import { writeVariedImages } from '../support/varied-images.ts'

const run = promisify(execFile)
const formats: readonly ExportFormat[] = ['onnx', 'tfjs', 'safetensors']
const classes = ['plain', '<b>bold</b> | `code` "quoted"', 'ünï/../cøde 🌭']
const root = join(import.meta.dirname, '..', '..')
const openRuntimeFile = pathToFileURL(join(root, 'src/trainer/exporters/open-runtime.ts')).href

async function pythonHas(module: string): Promise<boolean> {
  try {
    await run('/usr/bin/python3', ['-c', `import ${module}`])
    return true
  } catch {
    return false
  }
}

const hasTorchvision = await pythonHas('torchvision')
const hasOnnxruntime = await pythonHas('onnxruntime')
if (!hasTorchvision) console.log('skipped: python3 has no torchvision, so the safetensors sample is not run')
if (!hasOnnxruntime) console.log('skipped: python3 has no onnxruntime, so the Python sample of ONNX is not run')

describe.each([
  ['as they are', smallPreprocessing],
  ['and their mirror images', { ...smallPreprocessing, seesMirrored: true }],
])('exports of a network with a small input that sees pictures of many kinds %s', (_, preprocessing) => {
  let folder: string
  let entries: readonly DatasetEntry[]
  let exported: ReadonlyMap<ExportFormat, Export>

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'athanor-exports-'))
    const imageFolder = join(folder, 'images')
    await mkdir(imageFolder)
    entries = await writeVariedImages(imageFolder, classes.length)
    const modelFolder = join(folder, 'model')
    await createRandomModel({ folder: modelFolder, classes, preprocessing, imageFolder, entries })
    const destination = join(folder, 'exports')
    const all = await runExport({ modelFolder, imageFolder, entries, formats, destination })
    exported = new Map(all.map((one) => [one.format, one]))
    // For the sample code, as `npm install` would have put it.
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const folderOf = (format: ExportFormat): string => exported.get(format)?.folder ?? ''
  const readJson = (format: ExportFormat, name: string): unknown =>
    JSON.parse(readFileSync(join(folderOf(format), name), 'utf8'))

  it.each(formats)('%s agrees with the trainer on every picture', (format) => {
    const parity = exported.get(format)?.parity
    expect(parity).toMatchObject({ passed: true, sameTensor: { imageCount: entries.length, topOneAgreement: 1 } })
    expect(parity?.sameTensor.probabilityDifferenceMax).toBeLessThanOrEqual(1e-5)
    expect(parity?.endToEnd?.imageCount).toBe(entries.length)
    expect(parity?.endToEnd?.clearDisagreementCount).toBe(0)
    expect(parity?.endToEnd?.probabilityDifferenceMean).toBeLessThanOrEqual(2e-3)
    expect(ParityReport.parse(readJson(format, 'parity.json'))).toEqual(parity)
  })

  it.each(formats)('%s says the same of two pictures at once as of each alone', async (format) => {
    const [module, exportFolder, sidePx] = [openRuntimeFile, folderOf(format), smallPreprocessing.cropPx].map((value) =>
      JSON.stringify(value),
    )
    // A process of its own, as each runtime has when an export is verified.
    const { stdout } = await run(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { openRuntime } from ${module}
      const runtime = await openRuntime('${format}', ${exportFolder})
      const size = ${sidePx} ** 2 * 3
      const pixels = Uint8Array.from({ length: 2 * size }, (_, at) => 128 + 100 * Math.sin(at * at))
      const [one, other] = [pixels.slice(0, size), pixels.slice(size)]
      const said = [await runtime.fromPixels(pixels, 2), await runtime.fromPixels(one, 1), await runtime.fromPixels(other, 1)]
      console.log(JSON.stringify(said.map((probabilities) => [...probabilities])))
      process.exit(0)`,
    ])
    const [together = [], one = [], other = []] = z.array(z.array(z.number())).parse(JSON.parse(stdout))
    expect(one).not.toEqual(other)
    const alone = [...one, ...other]
    expect(together).toHaveLength(alone.length)
    together.forEach((value, at) => expect(value).toBeCloseTo(alone[at] ?? NaN, 5))
  })

  it.each(formats)('%s comes with its card, classes, preprocessing and golden pictures', async (format) => {
    const names = await readdir(folderOf(format))
    for (const name of ['README.md', 'model-card.md', 'classes.json', 'preprocessing.json', 'golden.json', 'golden']) {
      expect(names).toContain(name)
    }
    expect(readJson(format, 'classes.json')).toEqual(classes)
    expect(await readPreprocessing(folderOf(format))).toEqual(preprocessing)
    const readme = await readFile(join(folderOf(format), 'README.md'), 'utf8')
    expect(readme.includes('mirror image')).toBe('seesMirrored' in preprocessing)
    expect(await readdir(join(folderOf(format), 'golden'))).toEqual(['1.png', '2.png', '3.png', '4.png'])
    const { images } = readJson(format, 'golden.json') as { images: { tensor: number[]; endToEnd: number[] }[] }
    for (const { tensor, endToEnd } of images) {
      for (const probabilities of [tensor, endToEnd]) {
        expect(probabilities).toHaveLength(classes.length)
        expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9)
      }
    }
  })

  it('leaves nothing but the exports at the destination', async () => {
    expect((await readdir(join(folder, 'exports'))).sort()).toEqual([
      'model-1-onnx',
      'model-1-safetensors',
      'model-1-tfjs',
    ])
  })

  it.each(['onnx', 'tfjs'] as const)('the JavaScript sample of %s runs and agrees with golden.json', async (format) => {
    const program = join(folderOf(format), 'predict.mjs')
    const check = await run(process.execPath, [program])
    expect(check.stdout).toMatch(/^largest difference to golden.json: /)
    const { stdout } = await run(process.execPath, [program, join(folder, 'images', 'wide.jpg')])
    expect(stdout).toMatch(/wide\.jpg\t.+\t0\.\d{4}\n$/)
  })

  it.skipIf(!hasTorchvision)(
    'the Python sample loads the safetensors strictly into torchvision and agrees',
    async () => {
      const program = join(folderOf('safetensors'), 'predict.py')
      const check = await run('/usr/bin/python3', [program])
      expect(check.stdout).toMatch(/^largest difference to golden.json: /)
      const { stdout } = await run('/usr/bin/python3', [program, join(folder, 'images', 'wide.jpg')])
      expect(stdout).toMatch(/wide\.jpg\t.+\t0\.\d{4}\n$/)
    },
  )

  it.skipIf(!hasOnnxruntime)('the Python sample of ONNX agrees with golden.json', async () => {
    await run('/usr/bin/python3', [join(folderOf('onnx'), 'predict.py')])
  })
})
