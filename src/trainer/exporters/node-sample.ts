/** The ends of the Node programs that exports carry: how a picture is read, and how the program checks itself. */

/** Inside of an async function with `file`: pixels of the upright picture, on white. */
export const readPixelsCode = `const { data, info } = await sharp(file)
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })`

/** After `here`, `readJson`, `classes` and `predict`: checks golden.json, or classifies the files it is given. */
export const runCode = `async function checkGolden() {
  let worst = 0
  for (const golden of (await readJson('golden.json')).images) {
    const probabilities = await predict(here(golden.file))
    golden.endToEnd.forEach((expected, index) => {
      worst = Math.max(worst, Math.abs(expected - probabilities[index]))
    })
  }
  console.log(\`largest difference to golden.json: \${worst.toPrecision(2)}\`)
  return worst <= 0.01
}

const files = process.argv.slice(2)
if (files.length === 0) process.exitCode = (await checkGolden()) ? 0 : 1
for (const file of files) {
  const probabilities = await predict(file)
  const best = probabilities.indexOf(Math.max(...probabilities))
  console.log(\`\${file}\\t\${classes[best]}\\t\${probabilities[best].toFixed(4)}\`)
}
`
