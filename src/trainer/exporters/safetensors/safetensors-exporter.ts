import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoadedModel } from '../../load-model.ts'
import { parameterSpecs } from '../../network/parameter-specs.ts'
import { matchWeights } from '../../network/parameters.ts'
import type { Exporter } from '../exporter.ts'
import { provenanceOf } from '../provenance.ts'
import { pythonSample } from './samples.ts'
import { writeCheckpoint } from './write-checkpoint.ts'

export const safetensorsFile = 'model.safetensors'

/** All parameters and statistics under torchvision's names. */
export const safetensorsExporter: Exporter = { format: 'safetensors', write, describe }

async function write({ manifest, network, weights }: LoadedModel, folder: string): Promise<void> {
  const inOrder = matchWeights(parameterSpecs(network), weights)
  await writeCheckpoint(join(folder, safetensorsFile), inOrder, {
    format: 'pt',
    architecture: manifest.architecture,
    classes: JSON.stringify(manifest.classes),
    preprocessing: JSON.stringify(manifest.preprocessing),
    provenance: JSON.stringify(provenanceOf(manifest)),
  })
  await writeFile(join(folder, 'predict.py'), pythonSample(manifest.architecture))
}

function describe({ manifest: { architecture, classes, preprocessing } }: LoadedModel): string {
  const mirrored =
    preprocessing.seesMirrored === true
      ? ' They are the mean of those of\nthe picture and of its mirror image, left for right: run the network on both, as `predict.py` does.'
      : ''
  return `## Files

- \`${safetensorsFile}\`: all parameters and running statistics under torchvision's names. It loads strictly into
  \`torchvision.models.${architecture}(num_classes=${String(classes.length)})\`.

The classes, in the order of the outputs, are in \`classes.json\`; how a picture becomes the input is in
\`preprocessing.json\`. The network gives logits; softmax makes probabilities of them.${mirrored}

## Use

\`\`\`
pip install torch torchvision safetensors pillow
python predict.py picture.jpg
\`\`\`

Without a picture the program checks itself against \`golden.json\`. To train on:

\`\`\`python
model = torchvision.models.${architecture}(num_classes=${String(classes.length)})
model.load_state_dict(safetensors.torch.load_file("${safetensorsFile}"))
\`\`\`
`
}
