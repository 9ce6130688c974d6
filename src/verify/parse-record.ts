import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Failure } from '../failure.ts';
import type { CodeKey, EngineKey, KeptBasis } from '../plan/fingerprint.ts';
import type { RecordedCell, ResultsRecord } from './record.ts';
import { recordSchema, type WrittenRecord } from './record-schema.ts';
import { VERSION } from './record-text.ts';

/**
 * Parses the text of `record.json`.
 * @param file its path, for messages
 * @throws Failure `bad-record` if it was cut off or edited so that it is no record any more, or is another file
 */
export function parseRecord(text: string, file: string): ResultsRecord {
  const written = checked(text, file);
  const { retable, commit, pipeline, profile, set } = written;
  const cells = written.cells.map((cell) => asCell(cell, written, file));
  const names = new Set<string>();
  for (const { id } of cells) {
    if (names.has(id)) throw bad(file, `it has the cell ${id} twice`);
    names.add(id);
  }
  return { retable, commit: commit ?? undefined, pipeline, profile: profile ?? undefined, set, cells };
}

function checked(text: string, file: string): WrittenRecord {
  if (text.trim() === '') throw bad(file, 'it is empty');
  const value = json(text, file);
  const version = value !== null && typeof value === 'object' && 'retable-record' in value;
  if (!version) throw bad(file, 'it is another file: it has no key "retable-record"');
  if (value['retable-record'] !== VERSION) {
    throw new Failure('bad-record', `${file} has the format ${JSON.stringify(value['retable-record'])}.`, {
      hint: `This retable reads format ${VERSION}. Use the version of retable that wrote it (its key "retable"), or run the pipeline again.`,
    });
  }
  if (Value.Check(recordSchema, value)) return value;
  throw bad(file, firstMistake(recordSchema, value));
}

function json(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const isCut = !text.trimEnd().endsWith('}');
    const why = cause instanceof Error ? cause.message : String(cause);
    throw bad(file, isCut ? `its end is missing (${why})` : `it is no JSON (${why})`);
  }
}

/** Where the first mistake is, and what is expected there. In a cell, by its name. */
function firstMistake(schema: TSchema, value: object): string {
  const mistake = Value.Errors(schema, value).First();
  const [, list = '', index = '', ...path] = mistake?.path.split('/') ?? [];
  const item: unknown = Object.entries(value).find(([key]) => key === list)?.[1]?.[Number(index)];
  if (list !== 'cells' || item === null || typeof item !== 'object')
    return `${[list, index, ...path].filter(Boolean).join('.')}: ${mistake?.message ?? 'wrong'}`;
  // A cell is one of two things. Which one it is meant to be is told by its state.
  const [open, done] = schema.properties.cells.items.anyOf as [TSchema, TSchema];
  const inside = Value.Errors('state' in item ? open : done, item).First();
  const name = 'id' in item ? String(item.id) : `number ${index}`;
  return `cell ${name}: ${inside?.path.slice(1).replaceAll('/', '.') ?? ''}: ${inside?.message ?? 'wrong'}`;
}

function bad(file: string, why: string): Failure {
  return new Failure('bad-record', `${file} cannot be read: ${why}.`, {
    hint: 'Take it from git again, or run the pipeline: `retable run` writes it anew.',
  });
}

function asCell(cell: WrittenRecord['cells'][number], written: WrittenRecord, file: string): RecordedCell {
  if ('state' in cell) return cell;
  const { id, fingerprint, artifact, values, warnings, inputs, sources } = cell;
  const at = <T>(list: readonly T[], position: number, what: string): T => {
    const found = list[position];
    if (found === undefined) throw bad(file, `cell ${id} refers to ${what} ${position}, which is not there`);
    return found;
  };
  const { stage, kind, ...shared } = at(written.stages, cell.stage, 'stage');
  const { files, ...code } = at(written.code, shared.code, 'code');
  const engine = shared.engine === null ? null : at(written.engines, shared.engine, 'engine');
  const packages = (position: number) => at(written.packages, position, 'packages');
  const codeKey: CodeKey =
    'version' in code ? code : { digest: code.digest, packages: packages(code.packages) };
  const engineKey: EngineKey | null = engine && { ...engine, packages: packages(engine.packages) };
  const basis: KeptBasis = {
    kind,
    parameters: { ...shared.parameters, ...cell.parameters },
    inputs,
    sources,
    code: codeKey,
    engine: engineKey,
    files: Object.fromEntries(files.map((position) => at(written.files, position, 'file'))),
  };
  return { id, stage, state: 'done', fingerprint, artifact, values, warnings, basis };
}
