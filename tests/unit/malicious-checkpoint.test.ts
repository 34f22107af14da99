import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isAppError } from '../../src/shared/errors.ts'
import { readTorchCheckpoint } from '../../src/trainer/weights/torch-checkpoint/read-torch-checkpoint.ts'
import {
  bytes,
  dictionary,
  global,
  integer,
  pickle,
  protocol2,
  reduce,
  stop,
  tensor,
  tuple,
  unicode,
} from '../support/pickle.ts'
import { floats, legacyCheckpoint, zipCheckpoint } from '../support/torch-file.ts'

/** What has been used, or could be, to run code from a pickle, and names close to those that are allowed. */
const callables = `
  os.system posix.system nt.system os.popen os.execv os.spawnl os.remove subprocess.Popen subprocess.call subprocess.run
  subprocess.check_output subprocess.getoutput builtins.eval builtins.exec builtins.compile builtins.getattr
  builtins.setattr builtins.open builtins.__import__ builtins.apply __builtin__.eval __builtin__.execfile
  __builtin__.getattr importlib.import_module runpy.run_path runpy._run_code pty.spawn commands.getoutput
  timeit.timeit cProfile.run profile.run pdb.run trace.Trace doctest.debug_script code.InteractiveInterpreter
  bdb.Bdb.run asyncio.create_subprocess_shell socket.create_connection urllib.request.urlopen requests.get
  http.client.HTTPSConnection webbrowser.open shutil.rmtree pathlib.Path.unlink pip.main pip._internal.main
  ensurepip._run_pip pydoc.pipepager idlelib.pyshell.ModifiedInterpreter.runcode lib2to3.pgen2.grammar.Grammar.loads
  distutils.file_util.write_file ctypes.CDLL ctypes.cast _ctypes.dlopen types.FunctionType types.CodeType marshal.loads
  pickle.loads _pickle.loads cloudpickle.loads joblib.load dill.loads numpy.load numpy.testing._private.utils.runstring
  numpy.f2py.crackfortran.getlincoef numpy.core.multiarray._reconstruct torch.load torch.hub.load
  torch.jit.load torch.storage._load_from_bytes torch._dynamo.guards.GuardBuilder.get
  torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression torch.utils._config_module.load_config
  torch.utils.collect_env.run torch.utils.bottleneck.__main__.run_cprofile torch.serialization.load operator.attrgetter
  operator.methodcaller functools.partial functools.reduce itertools.starmap collections.OrderedDict.__init__
  collections.defaultdict argparse.Namespace torch.nn.Module torch.FloatStorage.from_file torch._utils._rebuild_tensor_v3
  torch._utils._rebuild_tensor_v2.__globals__ Torch.FloatStorage athanor.trainer.run
`
  .trim()
  .split(/\s+/)
  .map((full) => [full.slice(0, full.lastIndexOf('.')), full.slice(full.lastIndexOf('.') + 1)] as const)

let folder = ''
let canary = ''
let argument: Buffer = Buffer.alloc(0)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-malicious-'))
  canary = join(folder, 'canary')
  argument = unicode(`touch ${canary}`)
})
afterAll(() => rm(folder, { recursive: true }))

/** The ways to get a callable called; the third says what the refusal must name. */
type Attack = readonly [name: string, make: (module: string, name: string) => Buffer, named: (full: string) => string]

const full = (name: string): string => name
const shortText = (text: string): Buffer => bytes(0x8c, Buffer.byteLength(text), text)

const attacks: readonly Attack[] = [
  ['REDUCE', (module, name) => zipCheckpoint(pickle(reduce(global(module, name), argument))), full],
  [
    'a tensor beside it',
    (module, name) =>
      zipCheckpoint(
        pickle(
          dictionary({ w: tensor({ key: '0', count: 1, shape: [1] }), x: reduce(global(module, name), argument) }),
        ),
        { 0: floats(1) },
      ),
    full,
  ],
  [
    'hidden by POP',
    (module, name) => zipCheckpoint(pickle(bytes(reduce(global(module, name), argument), '0', '}'))),
    full,
  ],
  [
    'broken after the payload',
    (module, name) => zipCheckpoint(bytes(protocol2, reduce(global(module, name), argument), 0xff)),
    full,
  ],
  ['never called', (module, name) => zipCheckpoint(pickle(dictionary({ x: global(module, name) }))), full],
  [
    'as a persistent id',
    (module, name) => zipCheckpoint(pickle(bytes(tuple(unicode('storage'), global(module, name)), 'Q'))),
    full,
  ],
  ['legacy, in the object', (module, name) => legacyCheckpoint(pickle(reduce(global(module, name), argument))), full],
  ['legacy, instead of the magic number', (module, name) => pickle(reduce(global(module, name), argument)), full],
  ['protocol 0', (module, name) => bytes(`c${module}\n${name}\n(`, 'S', "'touch canary'\n", 'tR.'), full],
  [
    'STACK_GLOBAL',
    (module, name) =>
      zipCheckpoint(bytes(0x80, 4, shortText(module), shortText(name), 0x93, argument, 0x85, 'R', stop)),
    () => 'SHORT_BINUNICODE',
  ],
  [
    'STACK_GLOBAL of long strings',
    (module, name) => zipCheckpoint(bytes(0x80, 4, unicode(module), unicode(name), 0x93, argument, 0x85, 'R', stop)),
    () => 'STACK_GLOBAL',
  ],
  ['INST', (module, name) => zipCheckpoint(pickle(bytes('(', argument, 'i', `${module}\n${name}\n`))), () => 'INST'],
  ['OBJ', (module, name) => zipCheckpoint(pickle(bytes('(', global(module, name), argument, 'o'))), full],
  ['NEWOBJ', (module, name) => zipCheckpoint(pickle(bytes(global(module, name), tuple(argument), 0x81))), full],
]

async function refusalOf(content: Buffer): Promise<string> {
  const file = join(folder, 'checkpoint.pth')
  await writeFile(file, content)
  const startedAt = process.cpuUsage()
  const error: unknown = await readTorchCheckpoint(file).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  const { user, system } = process.cpuUsage(startedAt)
  expect((user + system) / 1000).toBeLessThan(1000)
  if (!isAppError(error)) throw new Error(`Expected a refusal, got ${String(error)}`)
  expect(error.code).toBe('refused-file')
  return error.message
}

test.each(attacks)('%s is refused by name, whatever it would call', async (_, make, named) => {
  for (const [module, name] of callables) {
    expect(await refusalOf(make(module, name))).toContain(named(`${module}.${name}`))
  }
  expect(existsSync(canary)).toBe(false)
})

test('there are more than 500 such files', () => {
  expect(attacks.length * callables.length).toBeGreaterThan(500)
})

/** Every instruction that is not among those that weights need. */
const refusedInstructions: Readonly<Record<string, Buffer>> = {
  POP: bytes('N', '0'),
  POP_MARK: bytes('(', '1'),
  DUP: bytes('N', '2'),
  FLOAT: bytes('F1.5\n'),
  INT: bytes('I1\n'),
  LONG: bytes('L1L\n'),
  LONG4: bytes(0x8b, 1, 0, 0, 0, 1),
  PERSID: bytes('Pos.system\n'),
  STRING: bytes("S'x'\n"),
  BINSTRING: bytes('T', 1, 0, 0, 0, 'x'),
  UNICODE: bytes('Vx\n'),
  DICT: bytes('(', 'd'),
  LIST: bytes('(', 'l'),
  GET: bytes('g0\n'),
  PUT: bytes('N', 'p0\n'),
  BINBYTES: bytes('B', 1, 0, 0, 0, 'x'),
  SHORT_BINBYTES: bytes('C', 1, 'x'),
  EXT1: bytes(0x82, 1),
  EXT2: bytes(0x83, 1, 0),
  EXT4: bytes(0x84, 1, 0, 0, 0),
  BINUNICODE8: bytes(0x8d, 1, 0, 0, 0, 0, 0, 0, 0, 'x'),
  BINBYTES8: bytes(0x8e, 1, 0, 0, 0, 0, 0, 0, 0, 'x'),
  EMPTY_SET: bytes(0x8f),
  ADDITEMS: bytes('(', 0x90),
  FROZENSET: bytes('(', 0x91),
  NEWOBJ_EX: bytes(')', ')', '}', 0x92),
  MEMOIZE: bytes('N', 0x94),
  FRAME: bytes(0x95, 0, 0, 0, 0, 0, 0, 0, 0),
  BYTEARRAY8: bytes(0x96, 0, 0, 0, 0, 0, 0, 0, 0),
  NEXT_BUFFER: bytes(0x97),
  READONLY_BUFFER: bytes(0x98),
}

test.each(Object.entries(refusedInstructions))('the instruction %s is refused by name', async (name, instruction) => {
  expect(await refusalOf(zipCheckpoint(pickle(instruction)))).toContain(` ${name},`)
})

test.each([
  ['SETITEM on a storage type', bytes(global('torch', 'FloatStorage'), unicode('x'), 'N', 's')],
  ['SETITEM on a tensor', bytes(tensor({ key: '0', count: 1, shape: [1] }), unicode('x'), 'N', 's')],
  ['SETITEMS on a list', bytes(']', '(', integer(0), 'N', 'u')],
  ['APPEND to a dictionary', bytes('}', 'N', 'a')],
  ['BUILD of a global', bytes(global('collections', 'OrderedDict'), dictionary({ __init__: bytes('N') }), 'b')],
  ['BUILD of a tensor', bytes(tensor({ key: '0', count: 1, shape: [1] }), bytes('}'), 'b')],
  ['a call of text', bytes(unicode('os.system'), tuple(argument), 'R')],
  ['a call of a storage type', reduce(global('torch', 'FloatStorage'), integer(1))],
  ['a call of a dictionary', bytes('}', ')', 'R')],
  ['a persistent id of a module', bytes(tuple(unicode('module'), integer(1)), 'Q')],
])('%s is refused', async (_, attack) => {
  await refusalOf(zipCheckpoint(pickle(attack), { 0: floats(1) }))
})

test('names are shown harmlessly', async () => {
  const message = await refusalOf(zipCheckpoint(pickle(global('\u001b[31mos\r', 'x'.repeat(300)))))
  expect(message).not.toContain('\u001b')
  expect(message).not.toContain('\r')
  expect(message.length).toBeLessThan(500)
})
