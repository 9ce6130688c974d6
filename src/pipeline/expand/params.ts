import type { Json } from '../../json.ts';
import { suggest } from '../../suggest.ts';
import type { Findings } from '../parse/findings.ts';
import { isMapping } from '../parse/readers.ts';
import { checkEmbedded, checkReferences, compileTemplate, type Reference } from '../parse/references.ts';
import type { PipelineShape } from '../parse/shape.ts';
import type { Path, Place } from '../parse/source.ts';
import { changedBySet, readSetOptions } from './set-options.ts';

/** The parameters of a pipeline with one profile and `--set` applied, and with references between them resolved. */
export class Params {
  readonly profile: string | undefined;
  /** Values that `--set` changed from the profile, by key. */
  readonly changed: Readonly<Record<string, Json>>;
  readonly #raw = new Map<string, { readonly value: Json; readonly place: Place }>();
  readonly #values = new Map<string, Json | undefined>();
  readonly #visiting: string[] = [];
  readonly #used = new Set<string>();
  readonly #findings: Findings;

  constructor(
    shape: PipelineShape,
    options: { readonly profile?: string | undefined; readonly set?: readonly string[] | undefined },
    findings: Findings,
  ) {
    this.#findings = findings;
    for (const [name, value] of Object.entries(shape.params)) {
      this.#raw.set(name, { value, place: { path: ['params', name] } });
    }
    this.#checkProfiles(shape);
    this.profile = selectProfile(shape, options.profile, findings);
    const profile = this.profile === undefined ? {} : (shape.profiles[this.profile] ?? {});
    for (const [name, value] of Object.entries(profile)) {
      if (this.#raw.has(name))
        this.#raw.set(name, { value, place: { path: ['profiles', this.profile ?? '', name] } });
    }
    const raw = Object.fromEntries([...this.#raw].map(([name, { value }]) => [name, value]));
    const overrides = readSetOptions(options.set ?? [], raw, findings);
    this.changed = changedBySet(overrides, raw);
    for (const { name, value, location } of overrides) {
      this.#raw.set(name, { value, place: { location } });
    }
    for (const name of this.#raw.keys()) this.#evaluate(name);
  }

  /** All values that could be determined. */
  all(): Record<string, Json> {
    return Object.fromEntries(
      [...this.#values].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
  }

  /** Where the value of a parameter was given. */
  place(name: string): Place | undefined {
    return this.#raw.get(name)?.place;
  }

  /** Warns about parameters that nothing refers to. Call it after all references were resolved. */
  warnOfUnused(): void {
    for (const name of this.#raw.keys()) {
      if (this.#used.has(name)) continue;
      this.#findings.warning(
        'unused-param',
        { path: ['params', name], at: 'key' },
        `nothing refers to parameter '${name}'`,
        { hint: `use it as \${{ params.${name} }}, or remove it` },
      );
    }
  }

  /** The value of `params.x.y`; undefined if there is none, which is reported at `place`. */
  get(reference: Reference, embedded: boolean, place: Place): Json | undefined {
    const [name = '', ...rest] = reference.names;
    this.#used.add(name);
    if (!this.#raw.has(name)) {
      this.#findings.error('unknown-param', place, `there is no parameter '${name}'`, {
        hint: suggest(name, this.#raw.keys(), 'params'),
      });
      return undefined;
    }
    let value = this.#evaluate(name);
    for (const [depth, step] of rest.entries()) {
      if (value === undefined) return undefined;
      const inner: Json | undefined =
        isMapping(value) && Object.hasOwn(value, step) ? value[step] : undefined;
      if (inner === undefined) {
        const path = [name, ...rest.slice(0, depth)].join('.');
        this.#findings.error('unknown-param', place, `parameter '${path}' has no '${step}'`, {
          hint: isMapping(value) ? suggest(step, Object.keys(value), 'it has') : undefined,
        });
        return undefined;
      }
      value = inner;
    }
    return value !== undefined && embedded ? checkEmbedded(value, reference, this.#findings, place) : value;
  }

  /** Replaces `params.` references and leaves others unchanged; undefined if one has no value. */
  fill(value: Json, path: Path, allowed: readonly Reference['root'][]): Json | undefined {
    const template = compileTemplate(value);
    if (template.constant) return template.value;
    const good = checkReferences(template.references, allowed, this.#findings, { path });
    if (good.length < template.references.length) return undefined;
    return template.fill((reference, embedded) =>
      reference.root === 'params'
        ? this.get(reference, embedded, { path, within: reference.text })
        : reference.text,
    );
  }

  #evaluate(name: string): Json | undefined {
    if (this.#values.has(name)) return this.#values.get(name);
    const raw = this.#raw.get(name);
    if (raw === undefined) return undefined;
    const start = this.#visiting.indexOf(name);
    if (start >= 0) {
      const cycle = [...this.#visiting.slice(start), name].map((one) => `'${one}'`).join(' refers to ');
      this.#findings.error('cycle', raw.place, `parameters in a circle: ${cycle}`);
      for (const one of this.#visiting.slice(start)) this.#values.set(one, undefined);
      return undefined;
    }
    this.#visiting.push(name);
    const value = this.#filled(raw.value, raw.place);
    this.#visiting.pop();
    // If a circle was found meanwhile, the value is already known to be missing.
    if (!this.#values.has(name)) this.#values.set(name, value);
    return this.#values.get(name);
  }

  #filled(value: Json, place: Place): Json | undefined {
    if ('path' in place) return this.fill(value, place.path, ['params']);
    const template = compileTemplate(value);
    if (template.constant) return template.value;
    for (const reference of template.references) {
      if (reference.root === 'params') continue;
      this.#findings.error('bad-reference', place, `'${reference.text}' has no meaning here`, {
        hint: 'use params.NAME',
      });
      return undefined;
    }
    return template.fill((reference, embedded) => this.get(reference, embedded, place));
  }

  /** Checks the keys and references of all profiles, including those that are not selected. */
  #checkProfiles(shape: PipelineShape): void {
    for (const [profile, values] of Object.entries(shape.profiles)) {
      for (const [name, value] of Object.entries(values)) {
        const path = ['profiles', profile, name];
        if (!this.#raw.has(name)) {
          this.#findings.error(
            'unknown-param',
            { path, at: 'key' },
            `profile '${profile}' sets '${name}', which is not in params`,
            {
              hint: suggest(name, this.#raw.keys(), 'params'),
            },
          );
          continue;
        }
        const template = compileTemplate(value);
        if (template.constant) continue;
        for (const reference of checkReferences(template.references, ['params'], this.#findings, { path })) {
          const [root = ''] = reference.names;
          this.#used.add(root);
          if (this.#raw.has(root)) continue;
          this.#findings.error(
            'unknown-param',
            { path, within: reference.text },
            `there is no parameter '${root}'`,
            {
              hint: suggest(root, this.#raw.keys(), 'params'),
            },
          );
        }
      }
    }
  }
}

function selectProfile(
  shape: PipelineShape,
  wanted: string | undefined,
  findings: Findings,
): string | undefined {
  const known = Object.keys(shape.profiles);
  const fallback = shape.defaultProfile;
  if (fallback !== undefined && !known.includes(fallback)) {
    findings.error('unknown-profile', { path: ['default-profile'] }, `there is no profile '${fallback}'`, {
      hint: suggest(fallback, known, 'profiles'),
    });
  }
  const name = wanted ?? fallback;
  if (name === undefined || known.includes(name)) return name;
  if (wanted !== undefined) {
    const location = {
      file: '--profile',
      line: 1,
      column: 1,
      length: Math.max(1, wanted.length),
      text: wanted,
    };
    findings.error('unknown-profile', { location }, `there is no profile '${wanted}'`, {
      hint: suggest(wanted, known, 'profiles'),
    });
  }
  return undefined;
}
