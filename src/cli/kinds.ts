import type { TObject, TSchema } from '@sinclair/typebox';
import { markdownTable } from 'markdown-table';
import pc from 'picocolors';
import type { Kind } from '../kind/kind.ts';
import type { Variants } from '../kind/variants.ts';
import { EXIT } from './outcome.ts';
import { type PipelineFlags, Workspace } from './workspace.ts';

/** `retable kinds`: what stages can use, with parameters, inputs and output. */
export async function kinds(name: string | undefined, { json, markdown }: PipelineFlags): Promise<number> {
  const all = new Workspace({}).kinds;
  const names = name === undefined ? all.names : [name];
  const width = Math.max(...names.map((one) => one.length));
  const loaded = await Promise.all(names.map(async (one) => [one, await all.load(one)] as const));
  if (json) console.log(JSON.stringify({ kinds: loaded.map(([kind, value]) => ({ name: kind, ...value })) }));
  else if (markdown) console.log(loaded.map(([kind, value]) => markdownOf(kind, value)).join('\n'));
  else
    for (const [kind, value] of loaded)
      console.log(
        name === undefined ? `${pc.bold(kind.padEnd(width + 1))} ${value.description}` : textOf(kind, value),
      );
  return EXIT.done;
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly standard: string;
  readonly description: string;
}

/** The parameters that all cells of a kind have. The one that chooses a variant is the first. */
function commonRows({ parameters, derived, variants }: Kind): Row[] {
  const rows = rowsOf(parameters, derived);
  return variants === undefined ? rows : [choiceRow(variants), ...rows];
}

function choiceRow({ by, description, default: fallback, of }: Variants): Row {
  const forms = Object.entries(of).flatMap(([name, { suffix }]) =>
    suffix === undefined ? [name] : [name, `${name}-<${suffix}>`],
  );
  const standard = fallback === undefined ? 'required' : JSON.stringify(fallback);
  return { name: by, type: forms.join(' or '), standard, description };
}

function rowsOf(
  parameters: TObject,
  derived: Readonly<Record<string, { readonly rule: string }>> = {},
): Row[] {
  const required = new Set(parameters.required ?? []);
  return Object.entries(parameters.properties).map(([name, schema]) => ({
    name,
    type: typeOf(schema),
    standard: derived[name]?.rule ?? defaultOf(schema, required.has(name)),
    description: schema.description ?? '',
  }));
}

function defaultOf(schema: TSchema, required: boolean): string {
  if (schema.default !== undefined) return JSON.stringify(schema.default);
  return required ? 'required' : 'none';
}

function typeOf(schema: TSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const options = (schema.anyOf ?? schema.enum) as (TSchema | string)[] | undefined;
  if (options)
    return options.map((option) => (typeof option === 'string' ? option : typeOf(option))).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items as TSchema)}`;
  return String(schema.type ?? 'any');
}

function inputLines({ inputs }: Kind): string[] {
  if (inputs === 'any') return ['any needs'];
  return Object.entries(inputs).map(
    ([name, { type, description, optional }]) =>
      `\`${name}\` (${optional ? `${type}, optional` : type}): ${description}`,
  );
}

function valueRows({ values = {} }: Kind): string[][] {
  return Object.entries(values).map(([name, { part, description }]) => [
    name,
    typeof part === 'string' ? part : `as \`${part.by}\` says`,
    description,
  ]);
}

function textOf(name: string, kind: Kind): string {
  const { variants } = kind;
  const lines = (rows: readonly Row[]) =>
    rows.map((row) => `  ${row.name}: ${row.type}, ${row.standard}\n      ${row.description}`);
  return [
    `${pc.bold(name)}: ${kind.description}`,
    'needs',
    ...inputLines(kind).map((line) => `  ${line}`),
    `makes ${kind.output}`,
    ...(kind.values ? ['reports'] : []),
    ...valueRows(kind).map(([name, part, description]) => `  ${name}: ${part}\n      ${description}`),
    'with',
    ...lines(commonRows(kind)),
    ...Object.entries(variants?.of ?? {}).flatMap(([variant, { description, parameters, derived }]) => [
      `with ${pc.bold(`${variants?.by}: ${variant}`)}\n  ${description}`,
      ...lines(rowsOf(parameters, derived)),
    ]),
  ].join('\n');
}

function markdownOf(name: string, kind: Kind): string {
  const { variants } = kind;
  return [
    `## \`${name}\`\n\n${kind.description}\n`,
    `Needs: ${inputLines(kind).join('; ') || 'nothing'}. Makes: ${kind.output}.\n`,
    `${markdownRows(commonRows(kind))}\n`,
    ...(kind.values ? [`${markdownValues(kind)}\n`] : []),
    ...Object.entries(variants?.of ?? {}).flatMap(([variant, { description, parameters, derived }]) => {
      const rows = rowsOf(parameters, derived);
      const table = rows.length > 0 ? markdownRows(rows) : 'No parameters of its own.';
      return [`### \`${variants?.by}: ${variant}\`\n\n${description}\n\n${table}\n`];
    }),
  ].join('\n');
}

function markdownValues(kind: Kind): string {
  const cells = valueRows(kind).map(([name = '', ...rest]) => [`\`${name}\``, ...rest]);
  return markdownTable([['value', 'part', 'meaning'], ...cells]);
}

function markdownRows(rows: readonly Row[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const cells = rows.map((row) => [
    `\`${row.name}\``,
    cell(row.type),
    cell(row.standard),
    cell(row.description),
  ]);
  return markdownTable([['parameter', 'type', 'default', 'meaning'], ...cells]);
}
