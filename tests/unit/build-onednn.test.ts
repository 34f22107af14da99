import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { buildAddon } from '../../native/onednn/build-addon.ts'
import { writeRecord } from '../../native/onednn/build-record.ts'
import { fetchPackages } from '../../native/onednn/fetch-packages.ts'
import { findOnednn, installPrefixes } from '../../native/onednn/find-onednn.ts'
import { findTools } from '../../native/onednn/find-tools.ts'
import { runLimited } from '../../native/onednn/run-limited.ts'
import { OnednnBuild, OnednnObstacle, obstacleInWords } from '../../src/shared/domain/onednn-build.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A path with nothing on it but these programs, each a line of shell. */
function pathWith(programs: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const folder = temporaryFolder()
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return { PATH: folder }
}

function writeFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '')
}

test('every obstacle is said in one line, as one sentence with what would help', () => {
  for (const { shape } of OnednnObstacle.options) {
    const obstacle = OnednnObstacle.parse({ code: shape.code.value, minutes: 10, detail: 'x.cc:1: error: y' })
    const { reason, cure } = obstacleInWords(obstacle)
    expect(reason).toMatch(/^The onednn device was not built: [^\n]+\.$/)
    if (obstacle.code !== 'other-system')
      expect(cure).toMatch(/^[A-Z][^\n]+ (npm run build:onednn|npm ci --include=dev)$/)
  }
})

describe.skipIf(process.platform !== 'linux')('what compiles', () => {
  test.each([
    ['no-compiler', { make: 'exit 0', python3: 'exit 0' }],
    ['no-compiler', { 'g++': 'exit 127', make: 'exit 0', python3: 'exit 0' }],
    ['no-make', { 'g++': 'exit 0', python3: 'exit 0' }],
    ['no-python', { 'g++': 'exit 0', make: 'exit 0' }],
    ['no-python', { 'g++': 'exit 0', make: 'exit 0', python: 'exit 1' }],
  ])('%s is told from the others, with %o', (code, programs) => {
    expect(findTools(pathWith(programs))).toEqual({ code })
  })

  test('is what a person names, else the first that runs', () => {
    const all = {
      'g++': 'exit 1',
      'clang++': 'exit 0',
      launcher: 'test "$1" = clang++',
      make: 'exit 0',
      python: 'exit 0',
    }
    expect(findTools(pathWith(all))).toMatchObject({ compiler: 'clang++', make: 'make', python: 'python' })
    const named = { ...pathWith(all), CXX: 'launcher clang++' }
    expect(findTools(named)).toMatchObject({ compiler: 'launcher clang++' })
  })
})

test('a program that hangs is ended, one that is missing has not succeeded', () => {
  // A child of it that lives on keeps its output open.
  const hanging = runLimited('sh', ['-c', 'sleep 20; true'], { limitMs: 200 })
  expect(hanging).toMatchObject({ hasSucceeded: false, isOutOfTime: true })
  expect(runLimited('no-such-program', [], { limitMs: 1_000 })).toMatchObject({
    hasSucceeded: false,
    isOutOfTime: false,
  })
})

test('oneDNN is found where headers and library are both, the named place first', () => {
  const [half, whole] = [join(temporaryFolder(), 'half'), join(temporaryFolder(), 'whole')]
  writeFile(join(half, 'include/dnnl.hpp'))
  writeFile(join(whole, 'include/oneapi/dnnl/dnnl.hpp'))
  const library = join(whole, 'lib/aarch64-linux-gnu/libdnnl.so.3.5')
  writeFile(library)
  symlinkSync('libdnnl.so.3.5', join(dirname(library), 'libdnnl.so'))
  expect(findOnednn([half])).toBeNull()
  expect(findOnednn([half, whole])).toEqual({
    includeFolder: join(whole, 'include'),
    libraryFile: library,
    libraryFolder: dirname(library),
    from: whole,
  })
  expect(installPrefixes({ ONEDNN_ROOT: whole, VCPKG_ROOT: '/nowhere' })[0]).toBe(whole)
})

test('packages are fetched where the lists know them; a fetch that fails is told from lists without them', () => {
  const folder = join(temporaryFolder(), 'packages')
  expect(fetchPackages(folder, pathWith({}))).toEqual({ code: 'no-onednn' })
  expect(fetchPackages(folder, pathWith({ 'apt-cache': 'echo "libdnnl-dev"' }))).toEqual({ code: 'no-onednn' })
  const known = { 'apt-cache': 'echo "libdnnl-dev\n  Depends: libdnnl9"' }
  expect(fetchPackages(folder, pathWith({ ...known, 'apt-get': 'exit 100' }))).toEqual({ code: 'not-fetched' })
  // It says what it is asked for, so that the test sees it.
  const unpacking = `mkdir -p usr/include usr/lib && touch usr/include/dnnl.hpp usr/lib/libdnnl.so`
  const fetching = { ...known, 'apt-get': 'echo "$@" > asked; touch one.deb', 'dpkg-deb': unpacking }
  const env = pathWith(fetching)
  const fetched = fetchPackages(folder, { PATH: `${env['PATH'] ?? ''}:/usr/bin:/bin` })
  expect(fetched).toMatchObject({ libraryFile: join(folder, 'usr/lib/libdnnl.so') })
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toMatch(/^download .* libdnnl-dev libdnnl9 ocl-icd-libopencl1\n$/)
})

describe('an attempt', () => {
  const nothing = { prefixes: [], env: { PATH: '' } }

  test('that cannot begin is written down', () => {
    const target = join(temporaryFolder(), 'onednn')
    const { obstacle } = buildAddon({ ...nothing, target, packages: join(target, 'packages') })
    expect(obstacle?.code).toMatch(/^(no-compiler|other-system)$/)
    const record = OnednnBuild.parse(JSON.parse(readFileSync(join(target, 'build.json'), 'utf8')))
    expect(record).toMatchObject({ obstacle, built: null })
  })

  test('that fails leaves what was built before', () => {
    const target = temporaryFolder()
    const built = { version: '2.6.3', from: '/usr', sources: 'older', library: '', files: ['a.node'] }
    writeRecord(target, { endedAtMs: 0, obstacle: null, built })
    writeFile(join(target, 'a.node'))
    expect(buildAddon({ ...nothing, target, packages: join(target, 'packages') }).obstacle).not.toBeNull()
    expect(JSON.parse(readFileSync(join(target, 'build.json'), 'utf8'))).toMatchObject({ built })
  })
})
