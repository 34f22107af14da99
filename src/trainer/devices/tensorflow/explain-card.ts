import { said, type Said } from '../../../shared/said.ts'

/** What can be found out where TensorFlow starts but computes on the processor. */
export interface CardFacts {
  /** Of libtensorflow, such as 2.9.1; null where its file does not say. */
  readonly tensorflow: string | null
  /** Whether NVIDIA's driver answers. */
  readonly hasDriver: boolean
  /** Compute capability of the first card, such as 8.6; null where the driver does not say. */
  readonly capability: number | null
  /** Which of these libraries this machine lacks. */
  readonly lacks: (libraries: readonly string[]) => readonly string[]
}

export interface Explanation {
  readonly reason: Said
  readonly cure: Said
}

/** What a libtensorflow loads when it starts, and the cards that it has code for. */
interface Build {
  readonly from: readonly [major: number, minor: number]
  readonly cuda: string
  readonly cudnn: string
  readonly libraries: readonly string[]
  readonly capabilityMin: number
  readonly capabilityMax: number
}

const ofCuda11 = ['libcudart.so.11.0', 'libcublas.so.11', 'libcufft.so.10', 'libcusolver.so.11', 'libcudnn.so.8']
const ofCuda12 = ['libcudart.so.12', 'libcublas.so.12', 'libcufft.so.11', 'libcusolver.so.11']

/** Newest first. From TensorFlow's list of tested builds and its release scripts. */
const builds: readonly Build[] = [
  {
    ...{ from: [2, 18], cuda: '12.5', cudnn: '9.3', capabilityMin: 6, capabilityMax: 9 },
    libraries: [...ofCuda12, 'libcudnn.so.9'],
  },
  {
    ...{ from: [2, 15], cuda: '12.2', cudnn: '8.9', capabilityMin: 6, capabilityMax: 9 },
    libraries: [...ofCuda12, 'libcudnn.so.8'],
  },
  { from: [2, 5], cuda: '11.2', cudnn: '8.1', capabilityMin: 3.5, capabilityMax: 8.9, libraries: ofCuda11 },
]

/** Why TensorFlow does not compute on a card, and what would help. */
export function explainCard({ tensorflow, hasDriver, capability, lacks }: CardFacts): Explanation {
  if (!hasDriver) {
    return {
      reason: said`NVIDIA's driver does not answer.`,
      cure: said`Install or restart the driver of the card; \`nvidia-smi\` must list it.`,
    }
  }
  const { cuda, cudnn, libraries, capabilityMin, capabilityMax } = buildOf(tensorflow)
  const version = tensorflow ?? said`of unknown version`
  const missing = lacks(libraries)
  if (missing.length > 0) {
    return {
      reason: said`TensorFlow ${version} does not find ${missing.join(', ')}.`,
      cure: said`Install CUDA ${cuda} and cuDNN ${cudnn}, where the system looks for libraries.`,
    }
  }
  if (capability !== null && capability > capabilityMax) {
    const [newest] = builds
    const helps = newest !== undefined && capability <= newest.capabilityMax
    return {
      reason: said`The card is newer (compute capability ${capability}) than TensorFlow ${version} has code for.`,
      cure: helps
        ? said`Take TensorFlow 2.18: \`athanor doctor --fix cuda --libtensorflow URL\`. The webgpu device needs none.`
        : said`Use the webgpu device, which takes any card.`,
    }
  }
  if (capability !== null && capability < capabilityMin) {
    return {
      reason: said`The card is older (compute capability ${capability}) than TensorFlow ${version} has code for.`,
      cure: said`Use the webgpu device, which takes any card.`,
    }
  }
  return {
    reason: said`TensorFlow ${version} is installed but finds no NVIDIA card that it can use.`,
    cure: said`Close what else uses the card, and look with \`nvidia-smi\` whether it has memory left.`,
  }
}

function buildOf(tensorflow: string | null): Build {
  const [major = 2, minor = 9] = (tensorflow ?? '').split('.').filter(Boolean).map(Number)
  const found = builds.find(({ from }) => major > from[0] || (major === from[0] && minor >= from[1]))
  return found ?? (builds.at(-1) as Build)
}
