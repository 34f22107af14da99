/* global document, requestAnimationFrame, window -- this runs in the page, before anything of the page itself */

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))
/** The frame has been made when the task after its callbacks runs. */
const nextPaint = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
const gridNow = () => document.querySelector('[role=grid]')

/** Milliseconds since 1970 at which all tiles in sight had been painted with their pictures. */
async function firstPictures() {
  for (;;) {
    await nextFrame()
    const bottom = gridNow()?.getBoundingClientRect().bottom ?? 0
    const tiles = [...document.querySelectorAll('[role=gridcell]')].slice(0, 100)
    const inSight = tiles.filter((tile) => tile.getBoundingClientRect().top < bottom)
    const pictures = inSight.map((tile) => tile.querySelector('img'))
    const isLoaded = pictures.every((picture) => picture?.complete === true && picture.naturalWidth > 0)
    if (inSight.length === 0 || !isLoaded) continue
    // A picture that gives way to another one meanwhile refuses: then they are looked at again.
    const decoded = await Promise.allSettled(pictures.map((picture) => picture.decode()))
    if (decoded.some(({ status }) => status === 'rejected')) continue
    await nextFrame()
    await nextPaint()
    return performance.timeOrigin + performance.now()
  }
}

/** At points all over the grid: how many show no picture, and how many there are. */
function lookForBlanks(grid) {
  const box = grid.getBoundingClientRect()
  const ratios = [0.1, 0.3, 0.5, 0.7, 0.9]
  const found = ratios.flatMap((left) =>
    ratios.flatMap((top) => {
      const at = document.elementFromPoint(box.left + left * box.width, box.top + top * box.height)
      const tile = at?.closest('[role=gridcell]')
      // While it moves very fast the grid draws a pattern in place of tiles.
      if (tile == null) return at?.matches('.pattern') ? [false] : []
      return [tile.querySelector('img')?.complete === true]
    }),
  )
  return { blank: found.filter((isShown) => !isShown).length, seen: found.length }
}

/** Moves the grid by so many pixels in every frame for some seconds, and back where it comes to an end. */
async function scroll(stepPx) {
  const forMs = 4000
  const framesBetweenLooks = 20
  const grid = gridNow()
  grid.scrollTop = 0
  await new Promise((resolve) => setTimeout(resolve, 700))
  const lowest = grid.scrollHeight - grid.clientHeight
  const intervalsMs = []
  const looks = []
  let direction = 1
  let placePx = 0
  let before = await nextFrame()
  const startedAtMs = before
  while (before - startedAtMs < forMs) {
    if (placePx + stepPx > lowest) direction = -1
    if (placePx - stepPx < 0) direction = 1
    placePx += direction * stepPx
    grid.scrollTop = placePx
    const now = await nextFrame()
    intervalsMs.push(now - before)
    before = now
    if (intervalsMs.length % framesBetweenLooks === 0) looks.push(lookForBlanks(grid))
  }
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)
  return {
    frames: intervalsMs.length,
    framesPerSecond: (1000 * intervalsMs.length) / (before - startedAtMs),
    lateRatio: intervalsMs.filter((interval) => interval > 25).length / intervalsMs.length,
    blankRatio: sum(looks.map(({ blank }) => blank)) / Math.max(sum(looks.map(({ seen }) => seen)), 1),
  }
}

/** Follows the next key press: until the tile in focus says something else, and until the focus is on another. */
async function followKey() {
  const idInFocus = () => gridNow()?.getAttribute('aria-activedescendant')
  const id = idInFocus()
  const text = () => document.getElementById(id)?.getAttribute('aria-label')
  const before = text()
  const pressedAtMs = await new Promise((resolve) =>
    window.addEventListener('keydown', (event) => resolve(event.timeStamp), { once: true, capture: true }),
  )
  const painted = async (isDone) => {
    while (!isDone()) await nextFrame()
    await nextPaint()
    return performance.now() - pressedAtMs
  }
  const [labelledMs, advancedMs] = await Promise.all([
    painted(() => text() !== before),
    painted(() => idInFocus() !== id),
  ])
  return { labelledMs, advancedMs }
}

window.studioProbe = { scroll, followKey }
void firstPictures().then((atMs) => window.tellFirstPictures(atMs))
