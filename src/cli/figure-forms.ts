import { toCsv } from '../figure/csv.ts';
import type { Figure } from '../figure/figure.ts';
import { type DrawnForm, drawn } from '../figure/forms.ts';
import { toJson } from '../figure/json.ts';
import { toVegaLite } from '../figure/vega-lite.ts';

/** A form of figures: how its files end, and how they are made. */
export interface FigureForm {
  readonly ending: string;
  /** Whether a terminal cannot show it. */
  readonly isBinary: boolean;
  make(figure: Figure): Promise<Uint8Array>;
}

function text(ending: string, form: (figure: Figure) => string): FigureForm {
  return { ending, isBinary: false, make: async (figure) => Buffer.from(form(figure)) };
}

function drawing(ending: DrawnForm, isBinary: boolean): FigureForm {
  return { ending, isBinary, make: (figure) => drawn(figure, ending) };
}

/** The forms of figures, by their names for `--format`. The first is the default. */
export const FIGURE_FORMS: Readonly<Record<string, FigureForm>> = {
  svg: drawing('svg', false),
  png: drawing('png', true),
  pdf: drawing('pdf', true),
  pgf: drawing('pgf', false),
  csv: text('csv', toCsv),
  'vega-lite': text('vl.json', toVegaLite),
  json: text('json', toJson),
};

/** Those that a run writes. */
export const RUN_FORMS = ['svg', 'csv'].flatMap((name) => FIGURE_FORMS[name] ?? []);
