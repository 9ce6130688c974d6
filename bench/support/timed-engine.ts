import type { Engine } from '../../src/engine/engine.ts';
import { timed } from './compare.ts';

/** Seconds of each run of a function that an engine compiled, in order; the first one compiles. */
export interface RunTimes {
  readonly name: string;
  readonly seconds: number[];
}

/** The engine, and what the runs of its functions take. */
export function timedEngine(engine: Engine): { engine: Engine; times: readonly RunTimes[] } {
  const times: RunTimes[] = [];
  return {
    times,
    engine: {
      ...engine,
      compile(name, fn, options) {
        const compiled = engine.compile(name, fn, options);
        const seconds: number[] = [];
        times.push({ name, seconds });
        return {
          dispose: () => compiled.dispose(),
          flops: (inputs) => compiled.flops(inputs),
          async run(inputs) {
            let outputs = {};
            seconds.push(
              await timed(async () => {
                outputs = await compiled.run(inputs);
              }),
            );
            return outputs;
          },
        };
      },
    },
  };
}
