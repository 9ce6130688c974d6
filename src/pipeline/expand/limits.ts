import type { Json } from '../../json.ts';
import type { Findings } from '../parse/findings.ts';
import { describeValue } from '../parse/readers.ts';
import { compileTemplate, type Lookup, type Reference, type Template } from '../parse/references.ts';
import type { Path } from '../parse/source.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import { parseDuration, parseMemory } from '../parse/units.ts';
import type { Resources } from '../pipeline.ts';
import type { Params } from './params.ts';

export interface Limits {
  readonly resources: Resources;
  readonly timeout: number | undefined;
  readonly retries: number;
}

interface Limit {
  readonly key: string;
  readonly path: Path;
  readonly wanted: string;
  readonly parse: (value: Json) => number | undefined;
}

const limits: readonly Limit[] = [
  { key: 'cpu', path: ['resources', 'cpu'], wanted: 'a whole number of slots, at least 1', parse: whole(1) },
  {
    key: 'memory',
    path: ['resources', 'memory'],
    wanted: 'such as 512MB, 2GB or 1GiB, or a number of bytes',
    parse: parseMemory,
  },
  { key: 'gpu', path: ['resources', 'gpu'], wanted: 'a whole number of devices', parse: whole(0) },
  {
    key: 'timeout',
    path: ['timeout'],
    wanted: 'such as 90s, 15m or 2h, or a number of seconds, at most 24d',
    parse: parseDuration,
  },
  { key: 'retries', path: ['retries'], wanted: 'a whole number', parse: whole(0) },
];

/** Resources, timeout and retries of a stage. With references, they can differ between cells. */
export class StageLimits {
  /** The references that cells fill in, with their places. */
  readonly references: { readonly reference: Reference; readonly path: Path }[] = [];
  readonly #entries: { readonly limit: Limit; readonly path: Path; readonly template: Template }[] = [];
  readonly #findings: Findings;
  readonly #common: Limits | undefined;

  constructor(stage: StageShape, params: Params, findings: Findings) {
    this.#findings = findings;
    const given: Record<string, Json | undefined> = {
      ...stage.resources,
      timeout: stage.timeout,
      retries: stage.retries,
    };
    for (const limit of limits) {
      const raw = given[limit.key];
      if (raw === undefined) continue;
      const path = [...stage.path, ...limit.path];
      const value = params.fill(raw, path, ['params', 'matrix', 'needs']);
      if (value === undefined) continue;
      const template = compileTemplate(value);
      this.#entries.push({ limit, path, template });
      if (template.constant) continue;
      for (const reference of template.references) {
        if (reference.root !== 'bad') this.references.push({ reference, path });
      }
    }
    const constants = this.#fill(() => undefined);
    this.#common = this.references.length === 0 ? constants : undefined;
  }

  /** The limits of one cell. */
  at(lookup: Lookup): Limits {
    return this.#common ?? this.#fill(lookup);
  }

  #fill(lookup: Lookup): Limits {
    const found: Record<string, number> = {};
    for (const { limit, path, template } of this.#entries) {
      const value = template.constant ? template.value : template.fill(lookup);
      if (value === undefined) continue;
      const parsed = limit.parse(value);
      if (parsed !== undefined) found[limit.key] = parsed;
      else {
        const message = `'${limit.key}' must be ${limit.wanted}, not ${describeValue(value)}`;
        this.#findings.error('bad-limit', { path }, message);
      }
    }
    const { cpu = 1, memory = 0, gpu = 0, timeout, retries = 0 } = found;
    return { resources: { cpu, memory, gpu }, timeout, retries };
  }
}

function whole(least: number): (value: Json) => number | undefined {
  return (value) => (Number.isSafeInteger(value) && Number(value) >= least ? Number(value) : undefined);
}
