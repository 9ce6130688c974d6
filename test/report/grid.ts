import type { Scalar } from '../../src/json.ts';
import type { Cell, CellId, Pipeline, TableSpec } from '../../src/pipeline/pipeline.ts';

type Axes = Readonly<Record<string, Scalar>>;

/** A cell's name, as the pipeline makes it. */
export function id(stage: string, axes: Axes): CellId {
  const pairs = Object.entries(axes).map(([axis, value]) => `${axis}=${value}`);
  return `${stage}[${pairs.join(',')}]` as CellId; // the border of the tests
}

export function cell(stage: string, axes: Axes, needs: Record<string, CellId> = {}): Cell {
  const resources = { cpu: 1, memory: 0, gpu: 0 };
  return {
    id: id(stage, axes),
    stage,
    kind: stage,
    axes,
    parameters: {},
    written: {},
    needs,
    resources,
    timeout: undefined,
    retries: 0,
  };
}

export function pipelineOf(cells: readonly Cell[], profile: string | undefined = 'quick'): Pipeline {
  const stages = [...new Set(cells.map(({ stage }) => stage))].map((name) => ({ name, kind: name }));
  return {
    name: 'transfer',
    description: undefined,
    file: 'transfer.yaml',
    profiles: [],
    profile,
    set: {},
    params: {},
    stages,
    cells,
    sweeps: [],
    tables: [],
    figures: [],
  };
}

/** Students by method and seed, each under each attack. */
export function grid(
  methods: readonly Scalar[],
  attacks: readonly Scalar[],
  seeds: readonly Scalar[],
): Pipeline {
  const cells: Cell[] = [];
  for (const method of methods) {
    for (const seed of seeds) {
      const student = cell('student', { method, seed });
      cells.push(student);
      for (const attack of attacks) {
        cells.push(cell('robustness', { method, seed, attack }, { model: student.id }));
      }
    }
  }
  return pipelineOf(cells);
}

export function spec(changes: Partial<TableSpec> = {}): TableSpec {
  return {
    name: 'main',
    title: undefined,
    stage: 'robustness',
    values: ['accuracy'],
    rows: ['model.method'],
    columns: ['robustness.attack'],
    correlate: [],
    over: ['student.seed'],
    labels: {},
    format: 'percent',
    digits: 1,
    notes: [],
    published: [],
    ...changes,
  };
}
