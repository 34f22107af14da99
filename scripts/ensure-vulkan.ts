import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'node_modules', '.cache', 'athanor', 'lavapipe')
const packageName = 'mesa-vulkan-drivers'
const library = 'usr/lib/x86_64-linux-gnu/libvulkan_lvp.so'
const driverFile = join(folder, 'lavapipe.json')
/** Dawn refuses the Mesa of Debian 12 itself, 22.3. */
const oldestMesa = 23

/**
 * Tests run each program of a graphics card a few times only: Mesa's software driver should spend little on compiling them.
 * Half as wide vectors are half the code; see Mesa's documentation of LLVMpipe.
 */
const quickToCompile = { LP_NATIVE_VECTOR_WIDTH: '128', GALLIVM_PERF: 'nopt' }

export type VulkanHere =
  | { readonly environment: Readonly<Record<string, string>>; readonly absence: null }
  | { readonly environment: null; readonly absence: string }

/**
 * Vulkan for the tests of the webgpu device: the card of this machine, or else Mesa's driver that computes on the
 * processor, fetched from Debian's backports where that is allowed. Nothing is installed: it is unpacked beside the
 * packages of npm. Otherwise why there is none.
 */
export function ensureVulkan(): VulkanHere {
  const own = tryDriver({})
  if (own.absence === null || process.platform !== 'linux' || process.env['VK_ICD_FILENAMES'] !== undefined) return own
  const installed = globSync('/usr/share/vulkan/icd.d/lvp_icd*.json')[0]
  if (installed !== undefined && isNewEnough()) return tryDriver({ VK_ICD_FILENAMES: installed })
  if (!existsSync(driverFile)) {
    const obstacle = fetchDriver()
    if (obstacle !== null) return { environment: null, absence: obstacle }
  }
  const missing = missingLibraries()
  if (missing.length > 0) return { environment: null, absence: `Mesa's lavapipe needs ${missing.join(', ')}` }
  return tryDriver({ VK_ICD_FILENAMES: driverFile })
}

/** Whether the device is there with that: a card may have no driver that Dawn accepts. */
function tryDriver(driver: Record<string, string>): VulkanHere {
  // Vulkan looks for a folder of the session, and warns where there is none.
  const environment = { XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), ...quickToCompile, ...driver }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', probe], {
    ...{ cwd: root, encoding: 'utf8', env: { ...process.env, ...environment } },
  })
  if (status === 0) return { environment, absence: null }
  return { environment: null, absence: stdout.trim() || (stderr.trim().split('\n').at(-1) ?? '') }
}

const probe = `
  const { webgpuDevice } = await import('./src/trainer/devices/webgpu.ts')
  const found = await webgpuDevice.probe()
  if (!found.available) console.log(found.reason)
  process.exit(found.available ? 0 : 1)`

function isNewEnough(): boolean {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', packageName], { encoding: 'utf8' })
  return Number.parseInt(stdout ?? '', 10) >= oldestMesa
}

/** Null when it is there now. */
function fetchDriver(): string | null {
  if (process.arch !== 'x64' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    return `no Vulkan driver is installed; where Debian's is too old, take ${packageName} from its backports`
  }
  const source = backportsSource()
  if (source === null) return 'no Vulkan driver is installed, and this system has no backports to fetch one from'
  console.log("Fetching Mesa's lavapipe for the tests of the webgpu device …")
  rmSync(folder, { recursive: true, force: true })
  for (const name of ['lists/partial', 'archives/partial', 'root']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'sources.list'), source.line)
  const apart = [
    `Dir::Etc::SourceList=${join(folder, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'archives')}`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option])
  const isFetched =
    run('apt-get', [...apart, 'update', '-qq']) &&
    run('apt-get', [...apart, '-qq', '-t', source.suite, 'download', packageName]) &&
    globSync(join(folder, '*.deb')).every((file) => run('dpkg-deb', ['-x', file, join(folder, 'root')]))
  if (!isFetched || !existsSync(join(folder, 'root', library))) return "Mesa's lavapipe could not be fetched"
  const driver = { library_path: join(folder, 'root', library), api_version: '1.4.305' }
  writeFileSync(driverFile, JSON.stringify({ file_format_version: '1.0.1', ICD: driver }))
  return null
}

function run(file: string, words: readonly string[]): boolean {
  return spawnSync(file, words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
}

/** From where this system has its own packages, whichever mirror that is. */
function backportsSource(): { readonly suite: string; readonly line: string } | null {
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
  const isDebian = /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
  const words = ['indextargets', '--format', '$(REPO_URI) $(RELEASE)', 'Created-By: Packages']
  const { stdout } = spawnSync('apt-get', words, { encoding: 'utf8' })
  const site = (stdout ?? '').split('\n').find((line) => line.endsWith(` ${codename}`))
  if (codename === undefined || !isDebian || site === undefined) return null
  const suite = `${codename}-backports`
  return { suite, line: `deb ${site.split(' ')[0] ?? ''} ${suite} main\n` }
}

function missingLibraries(): string[] {
  const { stdout } = spawnSync('ldd', [join(folder, 'root', library)], { encoding: 'utf8' })
  return (stdout ?? '').split('\n').flatMap((line) => /^\s*(\S+) => not found/.exec(line)?.[1] ?? [])
}
