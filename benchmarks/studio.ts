/**
 * How fast the studio feels, in a headless Chromium over the built server: from the start to a grid with its pictures,
 * from a key to a labelled tile, and frames per second while the grid scrolls.
 *
 *   npm run build && node benchmarks/studio.ts [--images 20000,100000] [--repeat 5] [--keep FOLDER] [--only open,label,scroll]
 *
 * The peer is a plain page of the same number of `<img>` in a CSS grid with `content-visibility: auto`, which shows the
 * pictures' files from this process's memory: no catalog, no labels. It runs between our repetitions, in the same Chromium.
 * `--keep` keeps the folders of pictures and their catalogs, which take minutes to import, for the next time.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../tests/support/chromium.ts'
import { prepareFolder } from './studio-folder.ts'
import { addProbe, measureLabelling, measureScroll, watchThread, type Scroll } from './studio-page.ts'
import { startPeer, startStudio, type Started } from './studio-servers.ts'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '20000,100000' },
    repeat: { type: 'string', default: '5' },
    keep: { type: 'string' },
    only: { type: 'string', default: 'open,label,scroll' },
  },
})
const repeat = Number(values.repeat)
const parts = new Set(values.only.split(','))
const stepsPx = [60, 200, 1000]
/** With more the peer needs longer than anybody waits. */
const mostInPeer = 50_000
const window = { width: 1280, height: 820 }

interface Opening {
  readonly serverMs: number
  readonly picturesMs: number
  readonly threadMs: number
}

/** In a context of its own: nothing is in the browser's cache. */
async function openPage(browser: Browser, started: Started) {
  const context = await browser.newContext({ viewport: window })
  const page = await context.newPage()
  const readFirstPictures = await addProbe(page)
  const readThreadMs = await watchThread(page)
  const startedAtMs = Date.now()
  await page.goto(started.url, { waitUntil: 'commit' })
  const shownAtMs = await readFirstPictures()
  const threadMs = await readThreadMs()
  return { page, readThreadMs, threadMs, picturesMs: shownAtMs - startedAtMs, close: () => context.close() }
}

async function measureOpening(browser: Browser, start: () => Promise<Started>): Promise<Opening> {
  const started = await start()
  try {
    const { picturesMs, threadMs, close } = await openPage(browser, started)
    await close()
    return { serverMs: started.startMs, picturesMs, threadMs }
  } finally {
    await started.close()
  }
}

async function withPage<Result>(
  browser: Browser,
  start: () => Promise<Started>,
  work: (page: Page, readThreadMs: () => Promise<number>) => Promise<Result>,
): Promise<Result> {
  const started = await start()
  try {
    const { page, readThreadMs, close } = await openPage(browser, started)
    // What the page does at its start is over.
    await page.waitForTimeout(1500)
    const result = await work(page, readThreadMs)
    await close()
    return result
  } finally {
    await started.close()
  }
}

interface CountedScroll extends Scroll {
  readonly threadMsPerFrame: number
}

async function scrollAll(page: Page, readThreadMs: () => Promise<number>): Promise<CountedScroll[]> {
  const scrolls: CountedScroll[] = []
  for (const stepPx of stepsPx) {
    const beforeMs = await readThreadMs()
    const scroll = await measureScroll(page, stepPx)
    scrolls.push({ ...scroll, threadMsPerFrame: ((await readThreadMs()) - beforeMs) / scroll.frames })
  }
  return scrolls
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

const show = (number: number, digits = 0) => number.toFixed(digits)
const spread = (numbers: readonly number[], digits = 0) =>
  numbers.length === 0
    ? ''
    : `${show(median(numbers), digits)} (${show(Math.min(...numbers), digits)} to ${show(Math.max(...numbers), digits)})`

const below = values.keep ?? mkdtempSync(join(tmpdir(), 'athanor-studio-'))
mkdirSync(below, { recursive: true })
const browser = await launchChromium()
try {
  console.log(
    `Chromium ${browser.version()}, headless; load ${loadavg()
      .map((load) => show(load, 1))
      .join(' ')}\n`,
  )
  for (const imageCount of values.images.split(',').map(Number)) {
    const { imageFolder, importSeconds } = await prepareFolder(below, imageCount)
    if (importSeconds !== null) console.log(`${imageCount} images imported in ${show(importSeconds)} s`)
    const ours = () => startStudio(imageFolder)
    const peer = () => startPeer(imageCount)
    console.log(`${imageCount} images, median (least to most) of ${repeat}\n`)
    console.log('| | ours | peer |\n| --- | ---: | ---: |')
    if (parts.has('open')) {
      const openings: Opening[] = []
      const peerOpenings: Opening[] = []
      for (let at = 0; at < repeat; at += 1) {
        openings.push(await measureOpening(browser, ours))
        if (imageCount <= mostInPeer) peerOpenings.push(await measureOpening(browser, peer))
      }
      const thread = spread(openings.map(({ threadMs }) => threadMs))
      const peerThread = spread(peerOpenings.map(({ threadMs }) => threadMs))
      const pictures = spread(openings.map(({ picturesMs }) => picturesMs))
      const peerPictures = spread(peerOpenings.map(({ picturesMs }) => picturesMs))
      console.log(
        `| server, from its start to its address, ms | ${spread(openings.map(({ serverMs }) => serverMs))} | |`,
      )
      console.log(`| from the address to all pictures in sight, ms | ${pictures} | ${peerPictures} |`)
      console.log(`| of that the page's main thread, processor ms | ${thread} | ${peerThread} |`)
    }
    if (parts.has('label')) {
      const keys = await withPage(browser, ours, measureLabelling)
      console.log(
        `| key to labelled tile, painted, of ${keys.length}, ms | ${spread(
          keys.map(({ labelledMs }) => labelledMs),
          1,
        )} | |`,
      )
      console.log(
        `| key to the next tile in focus, painted, ms | ${spread(
          keys.map(({ advancedMs }) => advancedMs),
          1,
        )} | |`,
      )
    }
    if (parts.has('scroll')) {
      const scrolls: CountedScroll[][] = []
      const peerScrolls: CountedScroll[][] = []
      for (let at = 0; at < repeat; at += 1) {
        scrolls.push(await withPage(browser, ours, scrollAll))
        if (imageCount <= mostInPeer) peerScrolls.push(await withPage(browser, peer, scrollAll))
      }
      for (const [at, stepPx] of stepsPx.entries()) {
        const of = (all: readonly CountedScroll[][], value: (scroll: CountedScroll) => number) =>
          all.flatMap((some) => (some[at] === undefined ? [] : [value(some[at])]))
        const line = (what: string, value: (scroll: CountedScroll) => number, digits: number) =>
          console.log(`| ${what} | ${spread(of(scrolls, value), digits)} | ${spread(of(peerScrolls, value), digits)} |`)
        line(`${stepPx} px a frame: frames/s`, ({ framesPerSecond }) => framesPerSecond, 1)
        line(`${stepPx} px a frame: main thread, processor ms`, ({ threadMsPerFrame }) => threadMsPerFrame, 1)
        line(`${stepPx} px a frame: frames later than 25 ms, %`, ({ lateRatio }) => 100 * lateRatio, 1)
        line(`${stepPx} px a frame: tiles in sight without picture, %`, ({ blankRatio }) => 100 * blankRatio, 1)
      }
    }
    console.log(
      `\nload ${loadavg()
        .map((load) => show(load, 1))
        .join(' ')}\n`,
    )
  }
} finally {
  await browser.close()
  if (values.keep === undefined) rmSync(below, { recursive: true, force: true })
}
