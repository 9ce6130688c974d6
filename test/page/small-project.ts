import { Project } from '../support/project.ts';

/** Names that a page or a script must not take for anything but text. */
export const MARKUP = [
  '<img src=x onerror="document.title=1">',
  '</script><script>document.title=2</script>',
];

export const SECRET = 'swordfish-1234';

/**
 * Programs that stand for trainings and attacks: models of three methods with three seeds, each under two attacks. The first
 * model warns, and one attack fails. Of the figures, one has one panel and one has two. Logs name the folder of the project
 * and a secret.
 */
export function smallProject(atEnd?: (remove: () => void) => void): Project {
  const files = {
    'pipelines/small.yaml': `pipeline: small
description: Programs that stand for trainings.
params: {seeds: [1, 2, 3], methods: [plain, ${MARKUP.map((one) => JSON.stringify(one)).join(', ')}]}
stages:
  data: {uses: command, with: {run: [node, -e, "console.log('ready')"]}}
  model:
    uses: command
    needs: {data: data}
    matrix: {method: "\${{ params.methods }}", seed: "\${{ params.seeds }}"}
    with:
      run: [node, model.mjs, "\${{ matrix.method }}", "\${{ matrix.seed }}"]
      files: [model.mjs]
      env: {API_TOKEN: ${SECRET}}
  test:
    uses: command
    needs: {model: model}
    matrix: {attack: [none, pgd]}
    with: {run: [node, test.mjs, "\${{ matrix.attack }}"], files: [test.mjs]}
tables:
  main:
    title: A table of <b>tests</b>
    value: test.accuracy
    rows: model.method
    columns: attack
    over: model.seed
    format: percent
    notes: [Made by programs.]
figures:
  bars: {plot: bars, value: test.accuracy, groups: attack, series: model.method, over: model.seed, format: percent}
  training: {plot: history, of: model, values: [epoch, loss], series: method, over: seed, title: '<b>Trainings</b>'}
`,
    'model.mjs': `import { writeFileSync } from 'node:fs';
const [, , method, seed] = process.argv;
const folder = process.env.RETABLE_OUTPUT;
console.log(process.cwd() + '/model.mjs with ' + process.env.API_TOKEN);
const records = [1, 2, 3, 4].map((epoch) => ({ epoch, loss: 1 / (epoch + Number(seed)) }));
writeFileSync(folder + '/records.jsonl', records.map((one) => JSON.stringify(one) + '\\n').join(''));
writeFileSync(folder + '/values.json', JSON.stringify({ loss: records.at(-1).loss, size: method.length }));
if (method === 'plain' && seed === '1')
  writeFileSync(folder + '/warnings.json', JSON.stringify([{ name: 'few-images', message: 'Only 3 <i>images</i>.' }]));
`,
    'test.mjs': `import { readFileSync, writeFileSync } from 'node:fs';
const [, , attack] = process.argv;
const { loss, size } = JSON.parse(readFileSync(process.env.RETABLE_INPUT_MODEL + '/values.json', 'utf8'));
if (attack === 'pgd' && size === 5 && loss < 0.15) throw new Error('no memory in ' + process.cwd());
const accuracy = (1 - loss / (attack === 'none' ? 7 : 2)) / 1.0001 - size / 1000;
writeFileSync(process.env.RETABLE_OUTPUT + '/values.json', JSON.stringify({ accuracy }));
`,
  };
  return new Project(files, atEnd);
}
