import type { TSchema } from '@sinclair/typebox';
import { markdownTable } from 'markdown-table';
import pc from 'picocolors';
import type { Kind } from '../kind/kind.ts';
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

function rows({ parameters }: Kind): Row[] {
  const required = new Set(parameters.required ?? []);
  return Object.entries(parameters.properties).map(([name, schema]) => ({
    name,
    type: typeOf(schema),
    standard:
      schema.default === undefined
        ? required.has(name)
          ? 'required'
          : 'none'
        : JSON.stringify(schema.default),
    description: schema.description ?? '',
  }));
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

function textOf(name: string, kind: Kind): string {
  const parameters = rows(kind).map(
    (row) => `  ${row.name}: ${row.type}, ${row.standard}\n      ${row.description}`,
  );
  return [
    `${pc.bold(name)}: ${kind.description}`,
    'needs',
    ...inputLines(kind).map((line) => `  ${line}`),
    `makes ${kind.output}`,
    'with',
    ...parameters,
  ].join('\n');
}

function markdownOf(name: string, kind: Kind): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const parameters = rows(kind).map((row) => [
    `\`${row.name}\``,
    cell(row.type),
    cell(row.standard),
    cell(row.description),
  ]);
  return [
    `## \`${name}\`\n\n${kind.description}\n`,
    `Needs: ${inputLines(kind).join('; ') || 'nothing'}. Makes: ${kind.output}.\n`,
    `${markdownTable([['parameter', 'type', 'default', 'meaning'], ...parameters])}\n`,
  ].join('\n');
}
