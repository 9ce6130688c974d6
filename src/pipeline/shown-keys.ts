import type { Scalar } from '../json.ts';
import { suggest } from '../suggest.ts';
import type { Expansion } from './expand/expansion.ts';
import { type FindCell, lineage, lookUp } from './expand/keys.ts';
import type { Findings } from './parse/findings.ts';
import { isSameSetting } from './parse/fractions.ts';
import type { Located, WhereShape } from './parse/table-shape.ts';
import type { Cell, Where } from './pipeline.ts';

/** Checks the keys and conditions of a table or figure on the cells of a stage that it shows. */
export class ShownKeys {
  readonly #stage: string;
  readonly #cells: readonly Cell[] | undefined;
  readonly #find: FindCell;
  readonly #findings: Findings;
  /** The role of each key that was used. */
  readonly #used = new Map<string, string>();

  constructor(stage: string, expansion: Expansion, findings: Findings) {
    this.#stage = stage;
    this.#cells = expansion.stages.get(stage)?.cells?.map(({ cell }) => withAnyChoice(cell));
    this.#findings = findings;
    this.#find = (id) => {
      const cell = expansion.find(id);
      return cell && withAnyChoice(cell);
    };
  }

  /**
   * The keys with the name of a stage or need. Each may be used once, in one role.
   * @param role what they are for: `rows`
   */
  keys(keys: readonly Located[], role: string): string[] {
    return keys.map((one) => {
      const key = this.#checked(one);
      const before = this.#used.get(key);
      if (before !== undefined) {
        const twice = `'${one.text}' is used twice: in ${before} and in ${role}`;
        this.#findings.error('duplicate-key', { path: one.path }, twice);
      }
      this.#used.set(key, role);
      return key;
    });
  }

  /** Conditions, each of which must hold for some cell. */
  where(conditions: readonly WhereShape[]): Where[] {
    return conditions.map(({ values, ...one }) => {
      const before = this.#findings.errors;
      const key = this.#checked(one);
      if (this.#cells === undefined || this.#findings.errors > before) return { key, values };
      const known = this.#valuesOf(key);
      const wrong = values.find((value) => !known.some((own) => isSameSetting(own, value)));
      if (wrong !== undefined) {
        this.#findings.error('no-cells', { path: one.path }, `no cell has ${one.text}=${wrong}`, {
          hint: suggest(String(wrong), known.map(String), `values of '${one.text}'`),
        });
      }
      return { key, values };
    });
  }

  /** The cells of the stage, with all parameters that they can have; none if the stage has a mistake. */
  cells(where: readonly Where[]): readonly Cell[] {
    const holds = (cell: Cell, { key, values }: Where) =>
      values.some((value) => isSameSetting(lookUp(cell, key, this.#find), value));
    return (this.#cells ?? []).filter((cell) => where.every((one) => holds(cell, one)));
  }

  valueOf(cell: Cell, key: string): Scalar | undefined {
    return lookUp(cell, key, this.#find);
  }

  /** `STAGE.NEED.NAME` is a value of a needed cell. */
  checkNeed({ text, path }: Located): void {
    const cells = this.#cells;
    const [need, ...rest] = text.slice(this.#stage.length + 1).split('.');
    if (cells === undefined || need === undefined || rest.length === 0) return;
    if (cells.some(({ needs }) => Object.hasOwn(needs, need))) return;
    const known = new Set(cells.flatMap(({ needs }) => Object.keys(needs)));
    this.#findings.error('unknown-need', { path }, `stage '${this.#stage}' has no need '${need}'`, {
      hint: suggest(need, known, 'it needs'),
    });
  }

  #valuesOf(key: string): Scalar[] {
    return (this.#cells ?? []).flatMap((cell) => this.valueOf(cell, key) ?? []);
  }

  /** A key with the name of a stage or need, which some cell has. */
  #checked({ text, path }: Located): string {
    const key = text.includes('.') ? text : `${this.#stage}.${text}`;
    const cells = this.#cells;
    if (cells === undefined || cells.some((cell) => this.valueOf(cell, key) !== undefined)) return key;
    const dot = key.indexOf('.');
    const [name, field] = [key.slice(0, dot), key.slice(dot + 1)];
    const fields = this.#fields(cells);
    const there = fields.get(name);
    if (there === undefined) {
      const message = `stage '${this.#stage}' neither needs nor comes from '${name}'`;
      this.#findings.error('unknown-field', { path }, message, {
        hint: suggest(name, fields.keys(), 'it knows'),
      });
    } else {
      // Names with a dot are inherited axes, which are found by their stage.
      const plain = [...there].filter((one) => !one.includes('.'));
      this.#findings.error('unknown-field', { path }, `'${name}' has no axis or parameter '${field}'`, {
        hint: suggest(field, plain, 'it has'),
      });
    }
    return key;
  }

  /** What a key may be: fields by the names of the stage, its needs, and the stages that it comes from. */
  #fields(cells: readonly Cell[]): Map<string, Set<string>> {
    const fields = new Map<string, Set<string>>();
    const add = (called: string, cell: Cell | undefined) => {
      const known = fields.get(called) ?? new Set(['stage']);
      for (const one of [...Object.keys(cell?.axes ?? {}), ...Object.keys(cell?.parameters ?? {})])
        known.add(one);
      fields.set(called, known);
    };
    for (const cell of cells) {
      add(cell.stage, cell);
      for (const [need, id] of Object.entries(cell.needs)) add(need, this.#find(id));
      for (const one of lineage(cell, this.#find)) add(one.stage, one);
    }
    return fields;
  }
}

/** A cell with all parameters that it can have, although a sweep has not chosen their values yet. */
function withAnyChoice(cell: Cell): Cell {
  return { ...cell, ...cell.chosen?.byTrial[0] };
}
