import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Failure } from '../failure.ts';
import { type FailureReason, parseReason } from '../failure-reasons.ts';
import { AppendedLines } from './appended-lines.ts';

// The events that a cell reports while it runs: one JSON object per line, appended to a file of its attempt. Cell
// processes and programs write to this file, wherever they run, and the scheduler reads it.

const optional = <S extends TSchema>(schema: S) => Type.Optional(schema);
const numbers = Type.Record(Type.String(), Type.Number());
const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);

const schemas = {
  progress: Type.Object({
    phase: optional(Type.String()),
    done: optional(Type.Number()),
    total: optional(Type.Number()),
    unit: optional(Type.String()),
    loss: optional(Type.Number()),
    accuracy: optional(Type.Number()),
  }),
  values: Type.Object({ values: numbers }),
  warning: Type.Object({ name: Type.String(), message: Type.String() }),
  measurements: Type.Object({ measurements: numbers }),
  record: Type.Object({ record: Type.Record(Type.String(), scalar), measurements: optional(numbers) }),
  failure: Type.Object({
    /** `parseEvent` makes it one. */
    reason: optional(Type.Unsafe<FailureReason>(Type.String())),
    message: Type.String(),
    hint: optional(Type.String()),
  }),
  /** The last event of a cell process that has done its work. */
  done: Type.Object({
    peakMemory: optional(Type.Number()),
    processorSeconds: optional(Type.Number()),
    compiled: optional(Type.Object({ graphs: Type.Number(), seconds: Type.Number() })),
  }),
};

type Schemas = typeof schemas;
type Named<N extends keyof Schemas> = { readonly event: N } & Readonly<Static<Schemas[N]>>;

/** An event that a cell reports. */
export type CellEvent = { [N in keyof Schemas]: Named<N> }[keyof Schemas];

/** Reads events from a file while others are appended to it. */
export class CellEvents {
  readonly #appended: AppendedLines;
  #lines = 0;

  constructor(path: string) {
    this.#appended = new AppendedLines(path);
  }

  /**
   * Returns the events that were appended since the last call.
   * @param isEnded true if nothing will be appended any more; then a last line without a line end is read too
   * @throws Failure `bad-event`, with the number of the line
   */
  read(isEnded = false): CellEvent[] {
    return this.#appended.read({ isEnded }).flatMap((line) => {
      this.#lines += 1;
      return line.trim() === '' ? [] : [parseEvent(line, this.#lines)];
    });
  }
}

function parseEvent(line: string, number: number): CellEvent {
  const parsed = parseJson(line, number);
  const name = (parsed as { event?: unknown } | null)?.event;
  const schema =
    typeof name === 'string' && Object.hasOwn(schemas, name) ? schemas[name as keyof Schemas] : undefined;
  if (!schema) {
    throw badEvent(number, `has no event of ${Object.keys(schemas).slice(0, -1).join(', ')}`);
  }
  const [problem] = [...Value.Errors(schema, parsed)];
  if (problem) throw badEvent(number, `is no ${name}: ${problem.path || 'it'}: ${problem.message}`);
  // Checked just above.
  const event = parsed as CellEvent;
  if (event.event !== 'failure' || event.reason === undefined) return event;
  return { ...event, reason: parseReason(event.reason) };
}

function parseJson(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    const unknown = /:\s*(NaN|[-+]?Infinity)\b/.exec(line)?.[1];
    const why = unknown ? `has ${unknown}, for which JSON has no word` : 'is not JSON';
    throw badEvent(number, why, cause);
  }
}

function badEvent(line: number, why: string, cause?: unknown): Failure {
  return new Failure('bad-event', `Line ${line} of $RETABLE_EVENTS ${why}.`, {
    hint: 'Each line is one JSON object, such as {"event": "values", "values": {"accuracy": 0.93}}; docs/kinds.md has them all.',
    cause,
  });
}
