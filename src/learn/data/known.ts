import type { NeededCell } from '../../kind/kind.ts';

// Loaded by every plan: import nothing heavy here, except types.

/** The parameters of a data set that determine its size before it is read. */
export interface DatasetParameters {
  readonly name: string;
  readonly classes: readonly unknown[];
  readonly validation: number;
}

/** Sizes of whole data sets. CIFAR-100 has two layouts with training parts of different sizes; folders are not read. */
const whole: Readonly<Record<string, { readonly classes: number; readonly training?: number }>> = {
  digits: { classes: 10, training: 1437 },
  mnist: { classes: 10, training: 60_000 },
  'fashion-mnist': { classes: 10, training: 60_000 },
  cifar10: { classes: 10, training: 50_000 },
  cifar100: { classes: 100 },
  synthetic: { classes: 4, training: 256 },
};

/** Number of training images of the chosen classes, including those that are held out; undefined if unknown. */
export function trainingImages({
  name,
  classes,
}: Pick<DatasetParameters, 'name' | 'classes'>): number | undefined {
  return classes.length > 0 ? undefined : whole[name]?.training;
}

/**
 * Number of classes of a data set; undefined if it is unknown before the data set is read.
 * @param data a cell that makes a data set
 */
export function knownClasses(data: NeededCell | undefined): number | undefined {
  if (data?.kind !== 'dataset') return undefined;
  const { name, classes } = data.parameters;
  return Array.isArray(classes) && classes.length > 0 ? classes.length : whole[String(name)]?.classes;
}
