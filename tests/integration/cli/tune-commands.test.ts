import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Export } from '../../../src/shared/domain/export.ts'
import { Evaluation } from '../../../src/shared/domain/metrics.ts'
import { ModelManifest, Prediction } from '../../../src/shared/domain/model.ts'
import { EpochMetrics, Run } from '../../../src/shared/domain/run.ts'
import { writeBackboneFile } from '../../support/backbone-file.ts'
import { global, pickle, reduce, unicode } from '../../support/pickle.ts'
import { createPictureFolder, picturePaths, type PictureFolder } from '../../support/picture-folder.ts'
import { runCli, runCliJson, startCli } from '../../support/run-cli.ts'
import { zipCheckpoint } from '../../support/torch-file.ts'

/** Small enough that an epoch takes about a second. */
const small = '--preset from-scratch --device wasm --input-size-px 32 --batch-size 8 --loss-reduction mean'.split(' ')

let pictures: PictureFolder
/** Exports may not lie among the images. */
let outside: PictureFolder
const here = (): { cwd: string } => ({ cwd: pictures.folder })

beforeAll(async () => {
  pictures = await createPictureFolder([...picturePaths('cat', 15), ...picturePaths('dog', 15)])
  outside = await createPictureFolder([])
  const { code, stdout, stderr } = await runCli(['tune', '.', ...small, '--epochs', '2', '--profile'], here())
  expect([code, stderr]).toEqual([0, expect.stringContaining('run-1: from-scratch on dataset-1: 2 classes') as string])
  expect(stderr).toMatch(/Computing on wasm \(.+\)\.\n[\s\S]*Epoch 1: loss \d[\s\S]*Epoch 2: loss \d/)
  expect(stdout).toMatch(
    /^run-1 is done in .*It made model-1\.\n.* right on \d+ test images? \(.*\nTraining took .* waiting for pictures\.\n/,
  )
  expect(stdout).toMatch(/\nKERNEL +RUNS +SECONDS +SHARE\n(.*\n)*Conv2DBackpropFilter +\d+ /)
  expect(stdout).toMatch(/\neverything else .*\nNext: athanor evaluate/)
  expect(stdout).not.toContain('plain JavaScript')
})
afterAll(() => Promise.all([pictures.remove(), outside.remove()]))

describe('a model', () => {
  test('its run is listed and shown with what was changed of the preset', async () => {
    const { runs } = await runCliJson(['runs'], here())
    expect(Run.array().parse(runs)).toMatchObject([{ id: 'run-1', state: 'done', modelId: 'model-1' }])
    const shown = await runCliJson(['runs', 'run-1'], here())
    expect(Object.keys(shown)).toEqual(['run', 'outcome', 'epochs', 'evaluations', 'warnings', 'profile'])
    expect(
      EpochMetrics.array()
        .parse(shown['epochs'])
        .map(({ epoch }) => epoch),
    ).toEqual([1, 2])
    const { stdout } = await runCli(['runs', 'run-1'], here())
    expect(stdout).toMatch(/--epochs +2\n/)
    expect(stdout).not.toContain('--momentum')
  })

  test('is evaluated, on any split', async () => {
    const { modelId, evaluation } = await runCliJson(['evaluate', '--split', 'train'], here())
    expect(modelId).toBe('model-1')
    expect(Evaluation.parse(evaluation)).toMatchObject({ split: 'train' })
    expect(Evaluation.parse(evaluation).imageCount).toBeGreaterThan(15)
    const { stdout } = await runCli(['evaluate', 'model-1'], here())
    expect(stdout).toMatch(/right on .* test image/)
    expect(stdout).toMatch(/^CLASS +IMAGES +PRECISION +RECALL +F1$/m)
  })

  test('predicts files and folders, and says which it cannot read', async () => {
    await writeFile(pictures.at('notes.jpg'), 'not a picture')
    const words = ['predict', 'model-1', 'cat', 'notes.jpg']
    const { predictions, classes } = await runCliJson(words, here())
    expect(classes).toEqual(['cat', 'dog'])
    const read = Prediction.array().parse(predictions)
    expect(read).toHaveLength(16)
    expect(read.filter(({ predicted }) => predicted === null).map(({ path }) => path)).toEqual([
      pictures.at('notes.jpg'),
    ])
    const csv = await runCli([...words, '--csv'], here())
    expect(csv.code).toBe(0)
    const lines = csv.stdout.trimEnd().split('\r\n')
    expect(lines[0]).toBe('path,predicted,confidence,cat,dog,error')
    expect(lines).toHaveLength(17)
    const table = await runCli(['predict', 'dog/0.png'], { cwd: pictures.folder })
    expect(table.stdout).toMatch(/^dog\/0\.png +(cat|dog) +\d+\.\d %$/m)
    const nothing = await runCli(['predict', 'notes.jpg'], here())
    expect(nothing.code).toBe(2)
  })

  test('is exported in every format, verified, and not overwritten unasked', async () => {
    const words = ['export', '--to', outside.folder, '--verify-count', '6']
    const { exports } = await runCliJson(words, here())
    const written = Export.array().parse(exports)
    expect(written.map(({ format, parity }) => [format, parity.passed])).toEqual([
      ['onnx', true],
      ['tfjs', true],
      ['safetensors', true],
    ])
    for (const { folder } of written) expect(existsSync(join(folder, 'parity.json'))).toBe(true)
    const again = await runCli([...words, '--format', 'safetensors'], here())
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--force') as string])
    const forced = await runCli([...words, '--format', 'safetensors', '--force'], here())
    expect(forced.stdout).toMatch(/verified in .*same answers on 6 of 6 images, largest difference/)
  })

  test('what is not there is bad input', async () => {
    for (const words of [
      ['evaluate', 'model-9'],
      ['predict', 'absent.png'],
      ['export', 'model-9'],
      ['resume', 'run-9'],
      ['resume'],
    ]) {
      const { code, stderr } = await runCli(words, here())
      expect([words, code, stderr.trim().split('\n').length]).toEqual([words, 2, 1])
    }
    const missing = await runCli(['tune', '--backbone', 'resnet50-imagenet'], {
      ...here(),
      env: { ATHANOR_HOME: pictures.at('home') },
    })
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('athanor backbone fetch') as string])
  })
})

test('a run is fitted to a time, and says what that came to', async () => {
  const words = 'tune --preset from-scratch --minutes 0.1 --input-size-px 32 --batch-size 8 --device wasm --json'
  const { code, stdout, stderr } = await runCli(words.split(' '), here())
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^For 0\.1 min: --epochs \d+; about .+ on /m) as string])
  const { run } = JSON.parse(stdout) as { run: { recipe: { epochs: number; inputSizePx: number } } }
  expect(stderr).toContain(`--epochs ${String(run.recipe.epochs)};`)
  expect(run.recipe.inputSizePx).toBe(32)
  const quick = await runCli(['tune', '--preset', 'quick', '--minutes', '1'], here())
  expect([quick.code, quick.stderr]).toEqual([2, expect.stringContaining('choose Fine-tune') as string])
})

describe('a run that is interrupted', () => {
  test('makes a checkpoint at Ctrl-C, says how to go on, and goes on there', async () => {
    const running = startCli(['tune', ...small, '--epochs', '6'], here())
    await running.says('Epoch 2:')
    running.pressCtrlC()
    const stopped = await running.result
    expect(stopped.code).toBe(130)
    const runId = /Go on with: athanor resume (run-\d+)/.exec(stopped.stderr)?.[1] ?? ''
    const { run } = await runCliJson(['runs', runId], here())
    expect(Run.parse(run).state).toBe('stopped')

    const resumed = await runCli(['resume', '--json'], here())
    expect(resumed.stderr).not.toContain('Epoch 1:')
    const { run: done, model } = JSON.parse(resumed.stdout) as { run: unknown; model: unknown }
    expect(Run.parse(done)).toMatchObject({ id: runId, state: 'done' })
    expect(ModelManifest.parse(model).history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('ends at once at the second Ctrl-C, leaves no process, and counts as interrupted', async () => {
    const running = startCli(['tune', ...small, '--epochs', '500', '--checkpoint-seconds', '3600'], here())
    await running.says('Epoch 1:')
    const children = childrenOf(running.child.pid ?? 0)
    expect(children).not.toEqual([])
    // Stopped, the trainer cannot make a checkpoint, so that the command is still there for the second.
    for (const pid of children) process.kill(pid, 'SIGSTOP')
    running.pressCtrlC()
    await running.says('Once more ends it at once')
    await sleep(700)
    running.pressCtrlC()
    const { code } = await running.result
    for (const pid of children) process.kill(pid, 'SIGCONT')
    expect(code).toBe(130)
    await expect.poll(() => children.filter(isAlive), { timeout: 20_000 }).toEqual([])
    const { runs } = await runCliJson(['runs'], here())
    expect(Run.array().parse(runs)[0]).toMatchObject({ state: 'interrupted' })
  })

  test('SIGTERM is as polite', async () => {
    const running = startCli(['tune', ...small, '--epochs', '500'], here())
    await running.says('Epoch 1:')
    running.child.kill('SIGTERM')
    const { code, stderr } = await running.result
    expect([code, stderr]).toEqual([143, expect.stringContaining('athanor resume') as string])
  })
})

describe('a backbone', () => {
  test('comes with Athanor: a run of which nobody named one starts from it, and says which is better', async () => {
    const { code, stdout, stderr } = await runCli(['tune', '--preset', 'quick', '--device', 'wasm', '--json'], {
      ...here(),
      // With networks as they are, since it is none of the thin ones; see support/thin/replacements.ts.
      env: { ATHANOR_HOME: pictures.at('home'), NODE_OPTIONS: '' },
    })
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/procedural-resnet18, .*athanor backbone fetch resnet18-imagenet/) as string,
    ])
    const { model } = JSON.parse(stdout) as { model: unknown }
    expect(ModelManifest.parse(model)).toMatchObject({
      backbone: { name: 'procedural-resnet18', licence: 'MIT' },
      recipe: { backbone: 'procedural-resnet18', architecture: 'resnet18' },
    })
  })

  const home = (): { cwd: string; env: Record<string, string> } => ({
    ...here(),
    env: { ATHANOR_HOME: outside.at('home') },
  })

  test('is added once under a name, and Quick fits a head on it', async () => {
    const file = outside.at('My Weights.safetensors')
    await writeBackboneFile(file)
    const { backbone } = await runCliJson(['backbone', 'add', file], home())
    expect(backbone).toMatchObject({ name: 'my-weights', architecture: 'resnet18', source: 'My Weights.safetensors' })
    const again = await runCli(['backbone', 'add', file], home())
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--force') as string])
    const words = 'tune --preset quick --backbone my-weights --device wasm --input-size-px 32'.split(' ')
    const { model } = await runCliJson(words, home())
    // Three images test: all of them are judged by folds as well.
    expect(ModelManifest.parse(model)).toMatchObject({
      backbone: { name: 'my-weights' },
      foldEstimate: { foldCount: 5, imageCount: 30 },
    })
    const { stdout } = await runCli(['evaluate'], home())
    expect(stdout).toMatch(
      /^Over 30 labelled images, each judged by an .* fitted without it: .* right \(.* to .*\)\.$/m,
    )
  })

  test('that is none is bad input, and one that would run code is refused', async () => {
    await writeFile(outside.at('noise.pth'), 'no weights')
    const noise = await runCli(['backbone', 'add', outside.at('noise.pth')], home())
    expect([noise.code, noise.stderr]).toEqual([2, expect.stringContaining('noise.pth') as string])
    const call = reduce(global('os', 'system'), unicode('true'))
    await writeFile(outside.at('evil.pth'), zipCheckpoint(pickle(call)))
    const evil = await runCli(['backbone', 'add', outside.at('evil.pth')], home())
    expect([evil.code, evil.stderr]).toEqual([3, expect.stringContaining('os.system') as string])
  })
})

test('a reader that goes away is no error', () => {
  const entry = join(import.meta.dirname, '../../../src/main/cli/index.ts')
  const script = `"${process.execPath}" "${entry}" runs --json | true; echo "\${PIPESTATUS[0]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: pictures.folder, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(['0', '141']).toContain(stdout.trim())
})

/** On Linux, from /proc; elsewhere none are found and the test says so by failing. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === pid)
    .map(Number)
}

function parentOf(name: string): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1])
  } catch {
    return 0
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
