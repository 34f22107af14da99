/** `npm run screenshots [FOLDER]`: a picture of every page in light, dark, narrow and Chinese, to be looked at. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { launchChromium } from '../tests/support/chromium.ts'
import { ensureBuilt } from './ensure-built.mjs'
import { createPhotographer } from './screenshots/photographer.ts'
import * as scenes from './screenshots/scenes.ts'
import { serveStudio } from './screenshots/serve-studio.ts'
import { prepareProject } from './screenshots/shown-project.ts'

/** A run of seconds: the pictures are of the page, not of a good model. */
const small = { backbone: null, inputSizePx: 64, resizePx: 72, batchSize: 32, checkpointSeconds: 3600 } as const
const steady = { ...small, epochs: 12, momentum: 0.9, learningRate: 0.02, lossReduction: 'mean' } as const
const shownEpoch = 4

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../screenshots'))
mkdirSync(folder, { recursive: true })
ensureBuilt()

const base = realpathSync(mkdtempSync(join(tmpdir(), 'athanor-screenshots-')))
const studio = await serveStudio(base)
const browser = await launchChromium()
try {
  const project = await prepareProject(studio.client, studio.picturesFolder)
  const english = await browser.newContext({ locale: 'en-GB' })
  const first = await createPhotographer(english, { url: studio.url, language: 'en', folder })
  // The token opens one page; the others show its cookie.
  const chinese = await browser.newContext({ locale: 'zh-CN', storageState: await english.storageState() })
  const second = await createPhotographer(chinese, { url: new URL('/', studio.url).href, language: 'zh-CN', folder })
  const photograph = async (some: readonly scenes.Scene[]) => {
    await first.photograph(some)
    await second.photograph(some)
  }

  await photograph(scenes.firstScenes)
  await project.finish(await project.start('quick', small))
  await photograph(scenes.quickScenes)
  const run = await project.start('from-scratch', steady)
  await project.reach(run, shownEpoch)
  await photograph(scenes.liveScenes)
  const model = await project.finish(run)
  await project.suggest(model)
  await project.check()
  await photograph([...scenes.outcomeScenes, ...scenes.laterScenes, scenes.tryScene(project.unseenFile)])
  await project.export(model)
  await photograph(scenes.exportScenes)
} finally {
  await browser.close()
  await studio.close()
  rmSync(base, { recursive: true, force: true })
}
