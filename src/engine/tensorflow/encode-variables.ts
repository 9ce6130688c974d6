import type { PbfWriter } from 'pbf';
import type { DType, Value } from '../trace/graph.ts';
import { valueName, writeAttribute, writeTensor, writeType, writeTypeAndShape } from './encode-node.ts';

/** A tensor that stays on the device from run to run. */
export interface Variable {
  /** Of the input that reads it. */
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Its value after the run. Undefined if it does not change. */
  readonly next: Value | undefined;
}

// What is run of the graph, by the names of values. Each variable has an index.

/** Setting the variables: the placeholder of each is fed, and `SET` fetched. */
export const SET = 'set:0';
export const placeholderName = (index: number) => `given${index}:0`;
/** The present value of a variable. */
export const presentName = (index: number) => `present${index}:0`;
/** Fetched in a run, so that the variables get their next values. */
export const STEPPED = 'stepped:0';

/** Writes the operator that reads a variable in place of an input. */
export function writeRead(pbf: PbfWriter, node: string, index: number, { dtype }: Variable): void {
  write(pbf, node, 'ReadVariableOp', [handle(index)], (node) => writeType(node, 'dtype', dtype));
}

/**
 * Writes variables with all that sets, reads and changes them.
 * @param reads names of the operators that read a variable in place of an input, by its index
 */
export function writeVariables(
  pbf: PbfWriter,
  variables: readonly Variable[],
  reads: ReadonlyMap<number, string>,
): void {
  for (const [index, variable] of variables.entries()) {
    const typed = (node: PbfWriter) => writeType(node, 'dtype', variable.dtype);
    write(pbf, handle(index), 'VarHandleOp', [], (node) => {
      writeAttribute(node, 'shared_name', (value) => value.writeStringField(2, handle(index)));
      writeTypeAndShape(node, variable);
    });
    write(pbf, operation(placeholderName(index)), 'Placeholder', [], (node) =>
      writeTypeAndShape(node, variable),
    );
    write(pbf, `set${index}`, 'AssignVariableOp', [handle(index), placeholderName(index)], typed);
    write(pbf, operation(presentName(index)), 'ReadVariableOp', [handle(index)], typed);
    const { next } = variable;
    if (next === undefined) continue;
    // The input must be read before.
    const read = reads.get(index);
    const after = read === undefined ? [] : [`^${read}`];
    write(pbf, `next${index}`, 'AssignVariableOp', [handle(index), valueName(next), ...after], typed);
  }
  const changing = [...variables.entries()].filter(([, { next }]) => next !== undefined);
  writeSignal(
    pbf,
    SET,
    [...variables.keys()].map((index) => `^set${index}`),
  );
  writeSignal(
    pbf,
    STEPPED,
    changing.map(([index]) => `^next${index}`),
  );
}

function handle(index: number): string {
  return `variable${index}`;
}

/** The operator of a value with index 0. */
function operation(value: string): string {
  return value.replace(/:0$/, '');
}

/** A number that is there once others have run: the binding can only fetch values. */
function writeSignal(pbf: PbfWriter, value: string, after: readonly string[]): void {
  write(pbf, operation(value), 'Const', after, (node) => {
    writeType(node, 'dtype', 'int32');
    writeAttribute(node, 'value', (value) =>
      value.writeMessage(8, writeTensor, { dtype: 'int32', shape: [], data: Int32Array.of(1) }),
    );
  });
}

function write(
  pbf: PbfWriter,
  name: string,
  op: string,
  inputs: readonly string[],
  attributes: (node: PbfWriter) => void,
): void {
  pbf.writeMessage(
    1,
    (_, node) => {
      node.writeStringField(1, name);
      node.writeStringField(2, op);
      for (const input of inputs) node.writeStringField(3, input);
      attributes(node);
    },
    undefined,
  );
}
