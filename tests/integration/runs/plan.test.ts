import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { backboneFolderOf } from '../../../src/main/core/backbones/backbone-folder.ts'
import { listBackbones } from '../../../src/main/core/backbones/list-backbones.ts'
import { insertFound } from '../../../src/main/core/catalog/import-repository.ts'
import type { OpenProject } from '../../../src/main/core/core-context.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { freezeDataset } from '../../../src/main/core/datasets/freeze-dataset.ts'
import { assignLabel } from '../../../src/main/core/labels/assign-label.ts'
import { undoEdit } from '../../../src/main/core/labels/edit-history.ts'
import { labelFromFolders } from '../../../src/main/core/labels/label-from-folders.ts'
import type { Host } from '../../../src/main/core/host.ts'
import { createNodeHost } from '../../../src/main/core/processes/node-host.ts'
import { planRun } from '../../../src/main/core/runs/plan-run.ts'
import { freezeOptionsOfRuns } from '../../../src/main/core/runs/preview-dataset.ts'
import { requireRunnable } from '../../../src/main/core/runs/require-runnable.ts'
import { runs } from '../../../src/shared/contract/runs.ts'
import type { RunPlan } from '../../../src/shared/contract/runs.ts'
import { type BackboneCard, imagenetPreprocessing } from '../../../src/shared/domain/backbone.ts'
import { Sha256 } from '../../../src/shared/domain/ids.ts'
import { presets } from '../../../src/shared/domain/recipe.ts'
import { errorOf } from '../../support/app-errors.ts'
import { readableExamination } from '../../support/examinations.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { openTestProject } from '../../support/test-project.ts'

/** Rows for images that look nothing like each other, by folder; a folder is a class. */
function projectWith(counts: Readonly<Record<string, number>>): OpenProject {
  const project = openTestProject()
  transaction(project.writer, (tx) => {
    for (const [folder, count] of Object.entries(counts)) {
      for (let at = 0; at < count; at += 1) {
        const examination = readableExamination(`${folder} ${at}`)
        insertFound(tx, { path: `${folder}/${at}.png`, changedAtMs: 0, examination })
      }
    }
    labelFromFolders(tx, 0)
  })
  return project
}

function hostWithout(): Host {
  return { ...createNodeHost(), storeFolder: temporaryFolder(), shippedFolder: temporaryFolder() }
}

/** A card with weights that nobody reads. */
function placeBackbone(folder: string, name: string): void {
  const card: BackboneCard = {
    ...{ name, architecture: 'resnet18', licence: 'MIT', source: 'a test' },
    preprocessing: { ...imagenetPreprocessing, cropPx: 128, resizePx: 146 },
    ...{ sha256: Sha256.parse('0'.repeat(64)), sourceSha256: Sha256.parse('0'.repeat(64)) },
    ...{ parameterCount: 1, addedAtMs: 0 },
  }
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(card))
  writeFileSync(join(folder, `${name}.safetensors`), '')
}

type Wish = Partial<Pick<Parameters<typeof planRun>[2], 'preset' | 'overrides' | 'datasetId'>>

function plan(project: OpenProject, wish: Wish = { overrides: { backbone: null } }): Promise<RunPlan> {
  return planRun(hostWithout(), project, runs.plan.input.parse({ projectId: project.id, ...wish }))
}

const codesOf = ({ findings }: RunPlan) => findings.map(({ code }) => code)

describe('the plan of a run', () => {
  test('counts as freezing would, and freezes nothing', async () => {
    const project = projectWith({ cat: 103, dog: 61, owl: 37 })
    const planned = await plan(project)
    expect(planned.recipe).toMatchObject({ preset: 'fine-tune', backbone: null, fitHeadFirst: false })
    expect(planned.findings).toEqual([
      { code: 'imbalance', blocks: false, smallest: 'owl', largest: 'cat', ratio: 103 / 37, isWeighted: true },
    ])
    expect(project.reader.prepare('SELECT id FROM dataset').all()).toEqual([])
    const { classes, countsByClass } = freezeDataset(project.writer, freezeOptionsOfRuns, 0)
    expect(planned.classes).toEqual(classes.map((name, at) => ({ name, counts: countsByClass[at] })))
  })

  test('follows every label at once', async () => {
    const project = projectWith({ cat: 40, dog: 40 })
    const totals = async () =>
      (await plan(project)).classes.map(({ counts }) => counts.train + counts.validation + counts.test)
    expect(await totals()).toEqual([40, 40])
    const imageIds = [1, 2, 3]
    transaction(project.writer, (tx) => assignLabel(tx, { imageIds, classId: null, origin: 'person', who: '' }, 1))
    expect(await totals()).toEqual([37, 40])
    transaction(project.writer, undoEdit)
    expect(await totals()).toEqual([40, 40])
  })

  test('uses a frozen dataset as it is', async () => {
    const project = projectWith({ cat: 40, dog: 40 })
    const { id: datasetId, countsByClass } = freezeDataset(project.writer, freezeOptionsOfRuns, 0)
    const imageIds = Array.from({ length: 40 }, (_, at) => at + 1)
    transaction(project.writer, (tx) => assignLabel(tx, { imageIds, classId: null, origin: 'person', who: '' }, 1))
    const planned = await plan(project, { preset: 'from-scratch', datasetId })
    expect(planned.classes.map(({ counts }) => counts)).toEqual(countsByClass)
    expect(planned.findings).toEqual([])
    expect(codesOf(await plan(project))).toContain('too-few-classes')
  })

  test.each<[string, Record<string, number>, string[]]>([
    ['no labels', {}, ['too-few-classes']],
    ['one class', { cat: 50 }, ['too-few-classes']],
    ['four images of one of two classes', { cat: 50, dog: 4 }, ['too-few-images', 'imbalance']],
    ['five images each', { cat: 5, dog: 5 }, ['few-images', 'few-images']],
    ['a rare third class', { cat: 50, dog: 50, owl: 3 }, ['few-images', 'imbalance']],
    ['29 and 30 images', { cat: 29, dog: 30 }, ['few-images']],
    ['half as many', { cat: 60, dog: 30 }, ['imbalance']],
    ['nearly half as many', { cat: 59, dog: 30 }, []],
    ['folders that name all splits but test', { 'train/cat': 40, 'train/dog': 40 }, []],
    [
      'a class that is only tested',
      { 'train/cat': 40, 'train/dog': 40, 'test/cat': 9, 'test/owl': 40 },
      ['no-training-images'],
    ],
  ])('with %s', async (_, counts, codes) => {
    expect(codesOf(await plan(projectWith(counts)))).toEqual(codes)
  })

  test('tells of copies in several splits, and of nothing to test with', async () => {
    const project = projectWith({ 'train/cat': 40, 'train/dog': 40, 'test/dog': 40 })
    transaction(project.writer, (tx) => {
      const examination = readableExamination('train/dog 3')
      insertFound(tx, { path: 'test/dog/copy.png', changedAtMs: 0, examination })
      labelFromFolders(tx, 0)
    })
    expect((await plan(project)).findings).toContainEqual({ code: 'leaks', blocks: false, pairCount: 1 })
    const untested = projectWith({ 'train/cat': 40, 'train/dog': 40, 'validation/dog': 4 })
    transaction(untested.writer, (tx) => tx.prepare("UPDATE image SET split = 'train' WHERE split IS NULL").run())
    const { id: datasetId } = freezeDataset(
      untested.writer,
      { ...freezeOptionsOfRuns, ratios: { train: 0.9, validation: 0.1, test: 0 } },
      0,
    )
    expect(codesOf(await plan(untested, { overrides: { backbone: null }, datasetId }))).toContain('no-test-images')
  })

  test('starts from the best backbone there is, and says where that is the one that comes with Athanor', async () => {
    const project = projectWith({ cat: 50, dog: 50 })
    const host = hostWithout()
    const planned = (wish: Wish = {}) =>
      planRun(host, project, runs.plan.input.parse({ projectId: project.id, ...wish }))
    placeBackbone(host.shippedFolder, 'procedural-resnet18')
    const shipped = await planned()
    expect(shipped.recipe).toMatchObject({ backbone: 'procedural-resnet18', architecture: 'resnet18' })
    const [better, downloadBytes] = ['resnet18-imagenet', 46_830_571]
    const finding = { code: 'backbone-shipped', blocks: false, backbone: 'procedural-resnet18', better, downloadBytes }
    expect(shipped.findings).toEqual([finding])
    // Who names it knows it; who names another gets no other.
    expect((await planned({ overrides: { backbone: 'procedural-resnet18' } })).findings).toEqual([])
    expect(codesOf(await planned({ overrides: { backbone: better } }))).toEqual(['backbone-missing'])
    expect((await planned({ preset: 'from-scratch' })).recipe?.backbone).toBeNull()

    // It sees best at the sizes of its card until it is trained, but for who named others, and for the textbook's recipe.
    const sizesOf = ({ recipe }: RunPlan) => [recipe?.inputSizePx, recipe?.resizePx]
    expect(sizesOf(await planned({ preset: 'quick' }))).toEqual([128, 146])
    expect(sizesOf(shipped)).toEqual([160, 183])
    expect(sizesOf(await planned({ overrides: { inputSizePx: 112 } }))).toEqual([112, 128])
    expect(sizesOf(await planned({ preset: 'reference' }))).toEqual([224, 256])

    // From drawn pictures it is further to photographs than from other photographs, and here are few of them.
    const rateOf = ({ recipe }: RunPlan) => recipe?.learningRate
    expect(rateOf(shipped)).toBe(0.02)
    expect(rateOf(await planned({ overrides: { learningRate: 0.005 } }))).toBe(0.005)
    expect(rateOf(await planned({ preset: 'reference' }))).toBe(presets.reference.learningRate)

    placeBackbone(host.storeFolder, 'my-own')
    expect((await planned()).recipe?.backbone).toBe('procedural-resnet18')
    placeBackbone(host.storeFolder, better)
    const best = await planned()
    expect([best.recipe?.backbone, best.findings]).toEqual([better, []])
    expect(rateOf(best)).toBe(presets['fine-tune'].learningRate)
    expect(backboneFolderOf(host, better)).toBe(host.storeFolder)
    expect(backboneFolderOf(host, 'procedural-resnet18')).toBe(host.shippedFolder)

    // One of the same name in the store goes first.
    placeBackbone(host.storeFolder, 'procedural-resnet18')
    expect(backboneFolderOf(host, 'procedural-resnet18')).toBe(host.storeFolder)
    expect((await listBackbones(host)).map(({ name, isShipped }) => [name, isShipped])).toEqual([
      ['my-own', false],
      ['procedural-resnet18', false],
      [better, false],
    ])
  })

  test('says which backbone is missing and how large it is, and which settings do not go together', async () => {
    const project = projectWith({ cat: 40, dog: 40 })
    expect((await plan(project, { overrides: { backbone: 'resnet50-imagenet' } })).findings).toEqual([
      {
        code: 'backbone-missing',
        blocks: true,
        backbone: 'resnet50-imagenet',
        architecture: 'resnet50',
        downloadBytes: 102_469_840,
      },
    ])
    expect((await plan(project, { overrides: { backbone: 'my-own' } })).findings[0]).toMatchObject({
      downloadBytes: null,
      architecture: 'resnet18',
    })
    const bad = await plan(project, { overrides: { batchSize: 1 } })
    expect(bad.recipe).toBeNull()
    expect(bad.findings[0]).toMatchObject({
      code: 'bad-recipe',
      message: expect.stringContaining('batchSize') as string,
    })
    const other = { overrides: { backbone: 'resnet50-imagenet', architecture: 'resnet18' } } as const
    expect((await plan(project, other)).findings[0]).toMatchObject({ code: 'bad-recipe' })
  })

  test('that nothing blocks is what a run does; one that is blocked says all that blocks', async () => {
    const ready = await plan(projectWith({ cat: 5, dog: 5 }))
    expect(requireRunnable(ready)).toBe(ready.recipe)
    const blocked = await plan(projectWith({ cat: 3, dog: 4 }), { overrides: {} })
    const error = errorOf(() => requireRunnable(blocked))
    expect(error.code).toBe('not-found')
    expect(error.message).toMatch(/backbone fetch resnet18-imagenet.*"cat" has 3 .*"dog" has 4 /)
    expect(error.data).toEqual({ findings: blocked.findings.filter(({ blocks }) => blocks) })
    expect(errorOf(() => requireRunnable(blocked, ['backbone-missing'])).code).toBe('not-enough-data')
  })
})

test('a plan of 20,000 images is quick', async () => {
  const project = projectWith({ cat: 8_000, dog: 7_000, owl: 5_000 })
  const host = hostWithout()
  const input = runs.plan.input.parse({ projectId: project.id, overrides: { backbone: null } })
  const tookMs: number[] = []
  for (let round = 0; round < 6; round += 1) {
    const imageIds = [round + 1]
    transaction(project.writer, (tx) => assignLabel(tx, { imageIds, classId: null, origin: 'person', who: '' }, 1))
    for (let time = 0; time < 2; time += 1) {
      const startMs = performance.now()
      const { classes } = await planRun(host, project, input)
      tookMs.push(Math.round((performance.now() - startMs) * 10) / 10)
      expect(classes).toHaveLength(3)
    }
  }
  console.log('a plan of 20,000 images, after a label and again, in ms:', tookMs)
})
