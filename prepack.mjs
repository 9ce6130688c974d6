// Before `npm pack` and `npm publish`. The package brings onnxruntime-node in its own node_modules (bundleDependencies),
// because its postinstall script downloads CUDA libraries of several hundred megabytes from NuGet on Linux, whether there
// is a GPU or not, and the installation fails where NuGet is out of reach. A dependent has no say in that; so the script
// is left out of the copy that is packed. `retable engines` tells how to get these libraries.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const file = 'node_modules/onnxruntime-node/package.json';
const { scripts: { postinstall: _, ...scripts } = {}, ...manifest } = JSON.parse(readFileSync(file, 'utf8'));
// In one step, and never into a file that another checkout may share.
writeFileSync(`${file}.new`, `${JSON.stringify({ ...manifest, scripts }, null, 2)}\n`);
renameSync(`${file}.new`, file);
