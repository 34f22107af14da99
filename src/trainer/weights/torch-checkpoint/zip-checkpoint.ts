import type { WeightMap } from '../weight-map.ts'
import { damaged, refused, shown } from './checkpoint-fault.ts'
import type { RandomAccessFile } from './random-access-file.ts'
import { readTensors } from './read-tensors.ts'
import { findStateDict } from './state-dict.ts'
import { unpickle } from './unpickle.ts'
import { openZip } from './zip-archive.ts'
import type { ZipArchive } from './zip-archive.ts'
import { said } from '../../../shared/said.ts'

const pickleBytesMax = 16 * 2 ** 20

/** The folder within the archive under which all entries lie, with its slash. */
function rootOf(zip: ZipArchive): string {
  const pickles = zip.names.filter((name) => name === 'data.pkl' || name.endsWith('/data.pkl'))
  const [pickle, ...more] = pickles
  if (pickle === undefined) damaged(said`it is a zip file, but not one of PyTorch (it has no data.pkl)`)
  if (more.length > 0) refused(said`it holds more than one data.pkl`)
  const root = pickle.slice(0, -'data.pkl'.length)
  if (zip.sizeOf(`${root}constants.pkl`) !== null) {
    refused(said`it is a TorchScript program, not a checkpoint: save the state_dict of the model instead`)
  }
  return root
}

async function checkByteOrder(zip: ZipArchive, root: string): Promise<void> {
  const name = `${root}byteorder`
  const sizeBytes = zip.sizeOf(name)
  if (sizeBytes === null) return
  const order = sizeBytes > 16 ? '' : new TextDecoder().decode(await zip.read(name))
  if (order !== 'little') damaged(said`its numbers are in the byte order ${shown(order)}`)
}

/** The format of PyTorch 1.6 and later: `data.pkl` and one entry per storage. Throws a CheckpointFault. */
export async function readZipCheckpoint(file: RandomAccessFile): Promise<WeightMap> {
  const zip = await openZip(file)
  const root = rootOf(zip)
  await checkByteOrder(zip, root)
  if ((zip.sizeOf(`${root}data.pkl`) ?? 0) > pickleBytesMax) damaged(said`its data.pkl is far too large`)
  const { value } = unpickle(await zip.read(`${root}data.pkl`))
  return readTensors(findStateDict(value), async (storage, sizeBytes) => {
    const name = `${root}data/${storage.key}`
    const found = zip.sizeOf(name)
    if (found !== sizeBytes) {
      damaged(said`its storage ${shown(storage.key)} has ${found ?? 0} bytes instead of ${sizeBytes}`)
    }
    return zip.read(name)
  })
}
