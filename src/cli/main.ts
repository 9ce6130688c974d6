#!/usr/bin/env node
import module from 'node:module';
import { Argument, Command, CommanderError, Option } from 'commander';
import type { SettingName } from '../settings/names.ts';
import type { InstallFlags } from './engines-install.ts';
import { unknownVariables } from './environment.ts';
import type { ExportFlags } from './export.ts';
import { version } from './home.ts';
import { surviveLostOutput } from './lost-output.ts';
import { EXIT, guarded } from './outcome.ts';
import type { ReportFlags } from './report.ts';
import type { SettingFlags } from './settings.ts';
import type { UiFlags } from './ui.ts';
import type { VerifyFlags } from './verify-flags.ts';
import type { PipelineFlags } from './workspace.ts';

// Each command is a file of its own, which is loaded only when the command is called, so that every command starts fast.
// Node 22 and later store the compiled code of all that is loaded from here on, for the next start.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

/** The flags that are settings. retable.yaml and environment variables can set them, too. */
const SETTING_FLAGS: Readonly<Record<SettingName, readonly [flag: string, description: string]>> = {
  cache: ['--cache <dir>', "where results are kept (default: the project's cache/)"],
  data: ['--data-dir <dir>', 'where data sets are looked for'],
  results: ['--results <dir>', "where tables are written (default: the project's results/)"],
  engine: ['--engine <name>', 'onnx, onnx-cuda, onnx-webgpu, tensorflow or cpu; see `retable engines`'],
  jobs: ['--jobs <n>', 'cells that may run at the same time (default: one for each core)'],
};

const program = new Command('retable')
  .description('Run the experiments of a paper from a YAML file, cache the results, and print the tables.')
  .version(version)
  .showHelpAfterError()
  .enablePositionalOptions()
  .exitOverride();

// What runs cells continues without its display, because results are files.
let isRun = false;
program.hook('preAction', (_, command) => {
  isRun = command.parent === program && ['run', 'verify'].includes(command.name());
});
surviveLostOutput(() => !isRun);
for (const note of unknownVariables(process.env)) console.error(`note: ${note}`);

/** A command on a pipeline, with the flags that all such commands share. */
function onPipeline(name: string, description: string): Command {
  return withPipeline(program.command(name).description(description));
}

/** A command on a part of a pipeline, such as a cell. The name of the part is the first argument. */
function named(name: string, argument: string, what: string, description: string): Command {
  return withPipeline(program.command(name).description(description).argument(argument, what));
}

const pipelineArgument = 'name of a file in pipelines/, or a path (default: that of the last run)';

function withPipeline(command: Command): Command {
  return withPipelineFlags(command.argument('[pipeline]', pipelineArgument));
}

function withPipelineFlags(command: Command): Command {
  command
    .option('--profile <name>', 'profile of the pipeline')
    .option('--set <key=value>', 'give a parameter another value; may be repeated', collect, []);
  return withSettings(command, ['engine', 'cache', 'data']).option('--json', 'print JSON for programs');
}

function withSettings(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) command.option(...SETTING_FLAGS[name]);
  return command;
}

/** A flag that selects cells by name or pattern. If it is repeated, cells that match any of them are selected. */
function selecting(flag: string, description: string): Option {
  return new Option(flag, `${description}; may be repeated`).argParser(collectCells);
}

const only = () => selecting('--only <glob>', 'these cells and what they need, such as `student*`');

onPipeline('validate', 'Check a pipeline and list its mistakes').action(
  guarded(async (name: string | undefined, flags: PipelineFlags) =>
    (await import('./validate.ts')).validate(name, flags),
  ),
);
withSettings(onPipeline('plan', 'Show what would run, what is cached, and why'), ['jobs'])
  .addOption(only())
  .addOption(selecting('--force <glob>', 'plan these cells to run again'))
  .option('--estimate', 'how long it takes, with FLOPs, memory and disk; measures a few steps of each kind')
  .option('--nodes <n>', 'for --estimate: also on this number of such machines')
  .option('--flops <n>', 'for --estimate: also on a machine that reaches so many FLOP/s, such as 40e12')
  .option('--classified <share>', 'for --estimate: share of images that models classify correctly')
  .option('--withstand <share>', 'for --estimate: share of those that withstand attacks')
  .action(
    guarded(async (name: string | undefined, flags: PipelineFlags) =>
      (await import('./plan.ts')).plan(name, flags),
    ),
  );
withSettings(onPipeline('run', 'Run the cells that are not cached, and print the tables'), [
  'jobs',
  'results',
])
  .addOption(only())
  .addOption(selecting('--force <glob>', 'run these cells again'))
  .option('--fail-fast', 'start nothing more after the first failure')
  .option('--dry-run', 'only plan')
  .option('--verbose', 'print what cells cost: seconds, peak memory, graphs compiled')
  .option('--inspect [port]', 'run cells in this process, one at a time, once a debugger is attached')
  .action(
    guarded(async (name: string | undefined, flags: PipelineFlags) =>
      (await import('./run.ts')).runCommand(name, flags),
    ),
  );
withSettings(onPipeline('verify', 'Run cells again, and compare the results with record.json'), [
  'jobs',
  'results',
])
  .addOption(selecting('--only <glob>', 'these cells, such as `student*`'))
  .option('--sample <size>', 'a part of the cells, from every stage: a share such as 5%, or a number')
  .option('--seed <n>', 'draw another sample', '0')
  .option('--record <file>', 'the record (default: that in the folder of the tables)')
  .option('--tolerance <x>', 'how far values may be apart where another processor computes', '0.01')
  .option('--keep', 'keep the folder in which the cells ran')
  .action(
    guarded(async (name: string | undefined, flags: VerifyFlags) =>
      (await import('./verify.ts')).verify(name, flags),
    ),
  );
onPipeline('status', 'Show how many cells of a pipeline are done').action(
  guarded(async (name: string | undefined, flags: PipelineFlags) =>
    (await import('./status.ts')).status(name, flags),
  ),
);
onPipeline('ui', 'Serve the page of a pipeline to a browser on this machine, and keep it up to date')
  .option('--port <n>', 'port of 127.0.0.1; 0 is any that is free', '0')
  .action(
    guarded(async (name: string | undefined, flags: UiFlags) => (await import('./ui.ts')).ui(name, flags)),
  );
onPipeline('graph', 'Print the graph of stages, or of cells, as Mermaid or DOT')
  .option('--cells', 'one node for each cell')
  .addOption(
    new Option('--format <format>', 'format of the graph').choices(['mermaid', 'dot']).default('mermaid'),
  )
  .action(
    guarded(async (name: string | undefined, flags: PipelineFlags) =>
      (await import('./graph.ts')).graph(name, flags),
    ),
  );
withPipelineFlags(
  program
    .command('sweep')
    .description('List the trials of a sweep: their values, what they reached, and the choice')
    .argument('[pipeline]', pipelineArgument)
    .argument('[sweep]', 'name of a sweep (default: the only one)'),
)
  .addOption(
    new Option('--format <format>', 'format of the list').choices(['text', 'csv', 'json']).default('text'),
  )
  .action(
    guarded(async (pipeline: string | undefined, sweep: string | undefined, flags: PipelineFlags) =>
      (await import('./sweep.ts')).sweepCommand(pipeline, sweep, flags),
    ),
  );
withSettings(
  onPipeline('report', 'Write tables, figures, warnings and the origin of every number to one HTML file'),
  ['results'],
)
  .option('--to <file>', 'the file to write (default: report.html beside the tables); it is replaced')
  .action(
    guarded(async (name: string | undefined, flags: ReportFlags) =>
      (await import('./report.ts')).report(name, flags),
    ),
  );

named(
  'why',
  '<cell>',
  'name of a cell, such as `student[method=kd,seed=1]`',
  'Explain why a cell runs, ran, or is cached',
).action(
  guarded(async (cell: string, name: string | undefined, flags: PipelineFlags) =>
    (await import('./why.ts')).why(cell, name, flags),
  ),
);
named(
  'logs',
  '<cell>',
  'name of a cell, such as `student[method=kd,seed=1]`',
  'Print the log of the last attempt of a cell',
)
  .option('--attempt <n>', 'an earlier attempt, by its number')
  .option('--follow', 'continue until the cell has ended, including further attempts')
  .option('--path', 'print the path of the log instead')
  .action(
    guarded(async (cell: string, name: string | undefined, flags: PipelineFlags) =>
      (await import('./logs.ts')).logs(cell, name, flags),
    ),
  );
named(
  'records',
  '<cell>',
  'name of a cell, such as `student[method=kd,seed=1]`',
  'Print what a cell records, such as its epochs, while it runs and afterwards',
)
  .option('--attempt <n>', 'of an attempt, by its number')
  .addOption(
    new Option('--format <format>', 'format of the list').choices(['text', 'csv', 'json']).default('text'),
  )
  .action(
    guarded(async (cell: string, name: string | undefined, flags: PipelineFlags) =>
      (await import('./records.ts')).recordsCommand(cell, name, flags),
    ),
  );
named(
  'export',
  '<cell>',
  'name of a cell that trains a model',
  "Write a trained model as an ONNX file, or its weights in PyTorch's layout",
)
  .requiredOption(
    '--to <file>',
    'the file to write: model.onnx (opset 13), or model.safetensors for the weights; an existing file is replaced',
  )
  .addOption(
    new Option(
      '--checkpoint <which>',
      'weights of the last epoch, or of the best epoch on the validation images',
    )
      .choices(['last', 'best'])
      .default('last'),
  )
  .action(
    guarded(async (cell: string, name: string | undefined, flags: ExportFlags) =>
      (await import('./export.ts')).exportCell(cell, name, flags),
    ),
  );
named(
  'table',
  '[table]',
  'name of a table (default: all), or of a pipeline',
  'Print tables from cached results',
)
  .option('--format <format>', 'text, md, csv, latex or json', 'text')
  .action(
    guarded(async (table: string | undefined, name: string | undefined, flags: PipelineFlags) =>
      (await import('./table.ts')).table(table, name, flags),
    ),
  );

named(
  'figure',
  '[figure]',
  'name of a figure (default: all), or of a pipeline',
  'Draw figures of cached results, or print their numbers',
)
  .option(
    '--format <format>',
    'svg, png, pdf, pgf, csv, vega-lite or json (default: by the name of the file)',
  )
  .option('--to <file>', 'the file to write, or a folder for all figures (default: standard output)')
  .action(
    guarded(async (figure: string | undefined, name: string | undefined, flags: PipelineFlags) =>
      (await import('./figure.ts')).figureCommand(figure, name, flags),
    ),
  );

const cache = program.command('cache').description('List, check and clean the cache');
for (const [name, description] of [
  ['ls', 'List the cached results'],
  ['verify', 'Read every file again and report damage'],
  ['gc', 'Delete what neither the pipelines of this project nor its last runs use'],
] as const) {
  const command = withSettings(cache.command(name).description(description), [
    'cache',
    ...(name === 'gc' ? (['data', 'engine'] as const) : []),
  ]).option('--json', 'print JSON for programs');
  if (name === 'verify') command.option('--repair', 'set damaged files aside, so that their cells run again');
  if (name === 'gc') {
    command
      .option('--dry-run', 'only show what would be deleted')
      .option('--keep-runs <n>', 'how many of the last runs are kept, for each profile and each --set', '3')
      .option('--all-projects', 'also delete what only other projects use');
  }
  command.action(
    guarded(async (flags: PipelineFlags) => (await import(`./cache-${name}.ts`)).default(flags)),
  );
}

program
  .command('kinds')
  .description('List the kinds that stages can use')
  .argument('[kind]', 'show the parameters of one kind')
  .option('--markdown', 'print Markdown for the manual')
  .option('--json', 'print JSON for programs')
  .action(
    guarded(async (name: string | undefined, flags: PipelineFlags) =>
      (await import('./kinds.ts')).kinds(name, flags),
    ),
  );
program
  .command('schema')
  .description('Print the JSON Schema of pipelines, for editors')
  .option('--settings', 'that of retable.yaml instead')
  .action(guarded(async (flags: { settings?: boolean }) => (await import('./schema.ts')).schema(flags)));
program
  .command('failures')
  .description('List the reasons for which commands and cells fail')
  .option('--markdown', 'print Markdown for the manual')
  .option('--json', 'print JSON for programs')
  .action(
    guarded(async (flags: { json?: boolean; markdown?: boolean }) =>
      (await import('./failures.ts')).failures(flags),
    ),
  );
withSettings(
  program.command('config').description('Show the settings of the project, and where each comes from'),
  ['cache', 'data', 'results', 'engine', 'jobs'],
)
  .option('--json', 'print JSON for programs')
  .action(guarded(async (flags: SettingFlags) => (await import('./config.ts')).config(flags)));
const engines = program
  .command('engines')
  .description('List the engines, which one is chosen, and why; or install one')
  .option('--json', 'print JSON for programs')
  .action(guarded(async (flags: PipelineFlags) => (await import('./engines.ts')).engines(flags)));
engines
  .command('install')
  .description('Install what an engine needs beyond the package, for all projects of this user')
  .addArgument(new Argument('<engine>', 'the only one that needs more').choices(['tensorflow']))
  .option('--gpu', 'the build for NVIDIA GPUs, with the CUDA libraries')
  .option('--library <dir>', 'take the files from this folder, where there is no network')
  .addOption(
    new Option('--download <dir>', 'only collect the files in this folder, for --library').conflicts(
      'library',
    ),
  )
  .option('--replace', 'replace an installation of another version or for another device')
  .action(
    guarded(async (_: string, flags: InstallFlags) =>
      (await import('./engines-install.ts')).installEngine(flags),
    ),
  );

function collectCells(value: string, before?: readonly string[]): string[] {
  return collect(value, before ?? []);
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has printed what is wrong. Help and version are successes.
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
}
