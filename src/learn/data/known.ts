import type { NeededCell } from '../../kind/kind.ts';

// Loaded by every plan: nothing heavy may be imported here but types.

/** What the parameters of a data set tell of it before it is made. What they leave open is undefined. */
export interface KnownData {
  readonly classes: number | undefined;
  /** Images in the training part. */
  readonly training: number | undefined;
}

/** Of whole data sets. CIFAR-100 has two layouts with training parts of different sizes; folders are not read. */
const whole: Readonly<Record<string, Partial<KnownData>>> = {
  digits: { classes: 10, training: 1437 },
  mnist: { classes: 10, training: 60_000 },
  'fashion-mnist': { classes: 10, training: 60_000 },
  cifar10: { classes: 10, training: 50_000 },
  cifar100: { classes: 100 },
  synthetic: { classes: 4, training: 256 },
};

/** @param data a cell that makes a data set */
export function knownData(data: NeededCell | undefined): KnownData {
  if (data?.kind !== 'dataset') return { classes: undefined, training: undefined };
  const { name, classes: wanted, train, 'per-class': perClass } = data.parameters;
  const all = whole[String(name)] ?? {};
  const some = Array.isArray(wanted) && wanted.length > 0;
  const classes = some ? wanted.length : all.classes;
  return { classes, training: trainingSize(some ? undefined : all.training) };

  function trainingSize(available: number | undefined): number | undefined {
    if (typeof perClass === 'number' && perClass > 0) return classes && perClass * classes;
    if (typeof train !== 'number' || train === 0) return available;
    if (train > 1) return train;
    // Rounded as `chosenPart` does.
    return available && Math.floor(train * available + 0.5);
  }
}
