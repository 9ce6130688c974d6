import { sha256 } from '../../src/cache/digest.ts';
import type { Cell, CellId } from '../../src/pipeline/pipeline.ts';
import { type EngineKey, type KeptBasis, keyOf } from '../../src/plan/fingerprint.ts';
import type { Found } from '../../src/verify/compare.ts';
import type { DoneCell } from '../../src/verify/record.ts';

export const onnx: EngineKey = {
  name: 'onnx',
  device: 'cpu',
  processor: 'x64-avx2',
  packages: { 'onnxruntime-node': '1.30.0' },
  code: sha256('onnx'),
};

/** A recorded cell whose fingerprint is that of its basis. */
export function doneCell(id: string, basis: Partial<KeptBasis> = {}, rest: Partial<DoneCell> = {}): DoneCell {
  const whole: KeptBasis = {
    kind: 'attack',
    parameters: { epsilon: 0.1 },
    inputs: {},
    sources: {},
    code: { digest: sha256('code'), packages: { tfjs: '4.22.0' } },
    engine: null,
    files: { 'stages/attack.ts': sha256('attack') },
    ...basis,
  };
  return {
    id,
    stage: id.replace(/\[.*/, ''),
    state: 'done',
    fingerprint: keyOf(whole),
    artifact: sha256(`artifact of ${keyOf(whole)}`),
    values: { accuracy: 0.5 },
    warnings: [],
    basis: whole,
    ...rest,
  };
}

/** The cell of a pipeline that has this result. @param needs names of the cells that it needs, by need */
export function foundCell(result: DoneCell, needs: Readonly<Record<string, string>> = {}): Found {
  return { state: 'done', cell: cellOf(result, needs), result };
}

export function cellOf(
  { id, stage, basis }: Pick<DoneCell, 'id' | 'stage' | 'basis'>,
  needs: Readonly<Record<string, string>> = {},
): Cell {
  return {
    id: id as CellId,
    stage,
    kind: basis.kind,
    axes: {},
    parameters: basis.parameters,
    written: {},
    needs: needs as Readonly<Record<string, CellId>>,
    resources: { cpu: 1, memory: 0, gpu: 0 },
    timeout: undefined,
    retries: 0,
  };
}
