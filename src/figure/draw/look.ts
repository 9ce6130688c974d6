import type { Figure } from '../figure.ts';
import type { Line } from './drawing.ts';

/** How a series looks in all panels of a figure. */
export interface Look {
  /** `#rrggbb` */
  readonly colour: string;
  readonly dashes: readonly number[] | undefined;
  readonly marker: Marker;
  /** Lines over its bars. */
  readonly hatch: Hatch;
}

export type Marker =
  | 'circle'
  | 'square'
  | 'triangle'
  | 'diamond'
  | 'plus'
  | 'triangle-down'
  | 'cross'
  | 'pentagon';

export type Hatch = 'none' | 'up' | 'down' | 'crossed' | 'level';

/**
 * The colours of M. Okabe and K. Ito, Color Universal Design (2008), which colour-blind people can tell apart, without
 * yellow, which is too light for lines on white.
 */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const dashes = [undefined, [4, 1.5], [1.2, 1.2], [5, 1.5, 1, 1.5], [7, 2]];
const markers: readonly Marker[] = [
  'circle',
  'square',
  'triangle',
  'diamond',
  'plus',
  'triangle-down',
  'cross',
  'pentagon',
];
const hatches: readonly Hatch[] = ['none', 'up', 'down', 'crossed', 'level'];

/** The look of each series by its words. The lists differ in length, so that the first 280 looks differ. */
export function looksOf(figure: Figure): (words: string) => Look {
  const names = new Set<string>();
  for (const panel of figure.panels) {
    if (panel.plot !== 'images') for (const { words } of panel.series) names.add(words);
  }
  const looks = new Map([...names].map((words, i) => [words, lookOf(i)]));
  return (words) => looks.get(words) ?? lookOf(0);
}

/** The line of a series. */
export function lineOf({ colour, dashes }: Look): Line {
  return { colour, width: 1.1, ...(dashes ? { dashes } : {}) };
}

function lookOf(i: number): Look {
  return {
    colour: colours[i % colours.length] ?? '#000000',
    dashes: dashes[i % dashes.length],
    marker: markers[i % markers.length] ?? 'circle',
    hatch: hatches[i % hatches.length] ?? 'none',
  };
}
