import { type Command, Option } from 'commander'
import type { SystemReport } from '../../../shared/contract/system.ts'
import type { InstalledBackbone } from '../../../shared/domain/backbone.ts'
import type { DeviceReport } from '../../../shared/domain/device.ts'
import { Sha256 } from '../../../shared/domain/ids.ts'
import { AppError, toAppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatBytes, formatDuration } from '../output/quantities.ts'
import { formatPairs, formatTable } from '../output/table.ts'
import { argumentOf } from '../parse-arguments.ts'
import { fixCuda, type CudaFix } from '../steps/fix-cuda.ts'

/** Below these a run of ResNet-18 is likely to end early. */
const memoryNeededBytes = 2e9
const diskNeededBytes = 2e9

export function registerDoctor(program: Command, context: Context): void {
  const { terminal } = context
  program
    .command('doctor')
    .summary('check this machine: devices, memory, disk, versions')
    .description('Tests every device that can compute, and says for each that cannot why, and what would help.')
    .addOption(new Option('--fix <device>', 'install what a device lacks, where the network allows').choices(['cuda']))
    .option('--card <name>', 'compute on the graphics card with this in its name from now on; "fastest" leaves it open')
    .option('--libtensorflow <address or file>', 'for --fix cuda: another TensorFlow than 2.9.1; newer cards need one')
    .option('--sha256 <sum>', 'for --fix cuda: what that archive must be', argumentOf(Sha256))
    .action(async (options: CudaFix & { fix?: 'cuda'; card?: string }) => {
      const core = await context.core()
      if (options.fix === undefined && (options.libtensorflow ?? options.sha256) !== undefined) {
        throw new AppError('bad-input', said`--libtensorflow and --sha256 go with --fix cuda.`)
      }
      if (options.card !== undefined) {
        await core.system.chooseCard({ card: options.card === 'fastest' ? null : options.card })
      }
      if (options.fix === 'cuda') await fixCuda(context, core, options)
      const system = await core.system.report({})
      const store = await core.backbones.list({})
      terminal.draw('Testing the devices…')
      const devices = await core.system.devices({}, { signal: context.interruption.signal }).catch(toAppError)
      terminal.draw(null)
      const reports = Array.isArray(devices) ? devices : []
      if (options.card !== undefined) tellCard(context, options.card, reports)
      const problems = findProblems(system, devices)
      const hints = findHints(system, reports, store.installed)
      terminal.answer({
        ...system,
        devices: reports,
        backbones: store.installed.map(({ name }) => name),
        problems,
        hints,
      })

      for (const line of describeDevices(reports)) terminal.say(line)
      terminal.say()
      for (const line of formatPairs(
        describeSystem(
          system,
          store.installed.map(({ name }) => name),
        ),
      ))
        terminal.say(line)
      terminal.say()
      for (const problem of problems) terminal.say(`Problem: ${problem}`)
      for (const hint of hints) terminal.say(`Hint: ${hint}`)
      const next = store.installed.every(({ isShipped }) => isShipped)
        ? 'athanor demo, or athanor backbone fetch'
        : 'athanor tune FOLDER'
      terminal.say(problems.length === 0 ? `Athanor can work here. Next: ${next}` : 'Put the problems right first.')
      if (problems.length > 0) context.setExitCode(exitCodes.failed.code)
    })
}

/** A name that no card has is kept for the day that one has it, but is a mistake more often. */
function tellCard({ terminal }: Context, wanted: string, reports: readonly DeviceReport[]): void {
  const cards = reports.flatMap((report) => report.cards)
  if (wanted === 'fastest' || cards.some(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()))) return
  const there = cards.map(({ name }) => name).join(', ') || 'none'
  terminal.note(`No graphics card has "${wanted}" in its name. There are: ${there}.`)
}

function describeDevices(reports: readonly DeviceReport[]): string[] {
  const rows = reports.flatMap(({ id, name, available, reason, cure, selfTest, cards }) => {
    const check =
      selfTest === null
        ? '-'
        : `${selfTest.passed ? 'passed' : `failed, ${selfTest.relativeError.toPrecision(2)} off`} in ${formatDuration(selfTest.durationMs)}`
    const others = cards.slice(1).map((card) => `also ${card.name}, ${formatBytes(card.memoryBytes)}: --card NAME`)
    const notes = [reason, cure, ...others].filter((note) => note !== null)
    return [[id, available ? 'ready' : 'no', check, name], ...notes.map((note) => ['', '', '', note])]
  })
  return formatTable([{ title: 'DEVICE' }, { title: 'USABLE' }, { title: 'SELF-TEST' }, { title: '' }], rows)
}

function describeSystem(system: SystemReport, backbones: readonly string[]): [string, string][] {
  const { versions } = system
  const versionList = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    ['platform', system.platform],
    ['processor', `${system.processor}, ${String(system.physicalCores)} cores`],
    ['memory', `${formatBytes(system.memoryFreeBytes)} free of ${formatBytes(system.memoryTotalBytes)}`],
    ['disk', `${formatBytes(system.diskFreeBytes)} free`],
    ['store', system.storeFolder],
    ['backbones', backbones.length === 0 ? 'none' : backbones.join(', ')],
    [
      'window',
      system.electronDownloaded ? 'Electron is there' : 'Electron is not downloaded; the browser serves as window',
    ],
    ['versions', versionList.join(', ')],
  ]
}

/** What keeps Athanor from working. */
function findProblems(system: SystemReport, devices: readonly DeviceReport[] | AppError): string[] {
  const problems: string[] = []
  if (!Array.isArray(devices)) problems.push(`the devices could not be tested. ${(devices as AppError).message}`)
  else if (!devices.some(({ available }) => available)) problems.push('no device can compute; see the reasons above.')
  if (system.diskFreeBytes < diskNeededBytes) {
    problems.push(
      `only ${formatBytes(system.diskFreeBytes)} are free on the disk of ${system.storeFolder}; make some room.`,
    )
  }
  return problems
}

/** What would make it work better. */
function findHints(
  system: SystemReport,
  devices: readonly DeviceReport[],
  backbones: readonly InstalledBackbone[],
): string[] {
  const hints: string[] = []
  if (backbones.every(({ isShipped }) => isShipped)) {
    const what =
      backbones.length === 0
        ? 'no pretrained weights are installed'
        : 'only the pretrained weights that come with Athanor are there, and others know photographs better'
    hints.push(`${what}: athanor backbone fetch (47 MB), or athanor backbone add FILE.`)
  }
  if (system.memoryFreeBytes < memoryNeededBytes) {
    hints.push(`only ${formatBytes(system.memoryFreeBytes)} of memory are free: close programs before a run.`)
  }
  if (!devices.some(({ id, available }) => available && id !== 'wasm') && devices.length > 0) {
    hints.push(
      'only the processor computes, which is slow for large sets; the cures above tell what a graphics card needs.',
    )
  }
  return hints
}
