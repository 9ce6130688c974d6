import type {
  Axis,
  BarPanel,
  Estimate,
  Figure,
  Picture,
  Point,
  PointPanel,
} from '../../src/figure/figure.ts';

// Figures as papers on robustness have them, with made-up numbers.

export const accuracy: Axis = { words: 'robust accuracy', format: 'percent', scale: 'linear' };

export function estimate(value: number | undefined, half?: number, n = 3): Estimate {
  const hasInterval = value !== undefined && half !== undefined;
  return {
    value,
    low: hasInterval ? value - half : undefined,
    high: hasInterval ? value + half : undefined,
    n: value === undefined ? 0 : n,
  };
}

export function exact(value: number): Estimate {
  return { value, low: undefined, high: undefined, n: 0 };
}

export function figure(parts: Partial<Figure>): Figure {
  return {
    name: 'sample',
    title: undefined,
    pipeline: 'mixacm',
    profile: 'quick',
    set: {},
    panels: [],
    notes: [],
    warnings: [],
    ...parts,
  };
}

const radii = [0, 1, 2, 4, 8, 12, 16];
export const epsilon: Axis = {
  words: 'ε (largest change of a pixel)',
  format: 'number',
  scale: 'linear',
  ticks: radii.map((radius) => ({ value: radius / 255, words: radius === 0 ? '0' : `${radius}/255` })),
};

function curve(clean: number, fall: number): Point[] {
  return radii.map((radius) => ({
    x: exact(radius / 255),
    y: estimate(clean * Math.exp(-fall * radius), 0.012 + 0.001 * radius),
  }));
}

export const line = figure({
  name: 'curve',
  title: 'Robust accuracy of students of one teacher',
  panels: [
    {
      plot: 'points',
      title: undefined,
      x: epsilon,
      y: accuracy,
      series: [
        { words: 'MixACM', joined: true, spread: 'band', points: curve(0.87, 0.045) },
        { words: 'knowledge distillation', joined: true, spread: 'band', points: curve(0.91, 0.16) },
        {
          words: 'no teacher',
          joined: true,
          spread: 'band',
          points: curve(0.89, 0.3).map((point, i) =>
            i === 3 ? { ...point, y: estimate(undefined) } : point,
          ),
        },
      ],
    },
  ],
  notes: [
    'Bands: ± 1 sample standard deviation over seed, n = 3.',
    'Gaps: cells that have not run yet or failed.',
  ],
});

const methods = ['MixACM', 'PGD-AT', 'TRADES', 'MART', 'Fast AT', 'Free AT', 'ARD', 'IGAM'];
export const scatter = figure({
  name: 'tradeoff',
  panels: [
    {
      plot: 'points',
      title: undefined,
      x: { words: 'clean accuracy', format: 'percent', scale: 'linear' },
      y: { words: 'accuracy under PGD-20', format: 'percent', scale: 'linear' },
      series: methods.map((words, i) => ({
        words,
        joined: false,
        spread: 'bars',
        points: [
          {
            x: estimate(0.78 + 0.018 * ((i * 5) % 8), 0.004 + 0.001 * i),
            y: estimate(
              0.54 - 0.012 * ((i * 3) % 8),
              i === 5 ? undefined : 0.006 + 0.001 * (i % 3),
              i === 5 ? 1 : 3,
            ),
          },
        ],
      })),
    },
  ],
  notes: ['Whiskers: ± 1 sample standard deviation over seed, n = 3; without whiskers, n = 1.'],
});

export const barPanel: BarPanel = {
  plot: 'bars',
  title: undefined,
  y: accuracy,
  groups: ['no attack', 'PGD-20', 'AutoAttack'],
  series: ['MixACM', 'PGD-AT', 'TRADES', 'IGAM'].map((words, s) => ({
    words,
    bars: [0.87, 0.55, 0.48].map((value, g) =>
      s === 3 && g === 2 ? estimate(undefined) : estimate(value - 0.03 * s * (g === 0 ? -0.4 : 1), 0.015),
    ),
  })),
};

export const bars = figure({
  name: 'attacks',
  title: 'Accuracy by attack',
  panels: [barPanel],
  notes: ['Whiskers: 95 % confidence interval of the mean over seed (Student’s t), n = 3.'],
});

function training(start: number, end: number, rise: number): Point[] {
  return Array.from({ length: 100 }, (_, i) => {
    const value = end + (start - end) * Math.exp(-i / 18) + (i > 50 ? rise * (i - 50) : 0);
    return { x: exact(i + 1), y: estimate(value + 0.02 * Math.sin(i * 1.7), 0.04) };
  });
}

function history(
  title: string,
  words: string,
  format: Axis['format'],
  ends: readonly number[][],
): PointPanel {
  return {
    plot: 'points',
    title,
    x: { words: 'epoch', format: 'number', scale: 'linear' },
    y: { words, format, scale: 'linear' },
    series: ['training', 'validation'].map((name, i) => ({
      words: name,
      joined: true,
      spread: 'band',
      points: training(ends[i]?.[0] ?? 0, ends[i]?.[1] ?? 0, ends[i]?.[2] ?? 0),
    })),
  };
}

export const twoPanels = figure({
  name: 'training',
  title: 'Robust overfitting of PGD-AT',
  panels: [
    history('Loss', 'cross-entropy', 'number', [
      [2.3, 0.7, 0],
      [2.25, 1.1, 0.006],
    ]),
    history('Accuracy', 'accuracy under PGD-10', 'percent', [
      [0.12, 0.78, 0.001],
      [0.14, 0.55, -0.0016],
    ]),
  ],
  notes: ['Lines: mean over seed; bands: ± 1 sample standard deviation; n = 3.'],
});

/** A picture with a colour gradient and a disc. */
export function picture(size: number, seed: number, words: string): Picture {
  const rgb = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const inDisc = Math.hypot(x - size / 2, y - size / 2) < size * (0.2 + 0.05 * seed);
      const colour = inDisc ? [220, 60 + 40 * seed, 40] : [40 + x * 4, 90, 60 + y * 5];
      rgb.set(colour, (y * size + x) * 3);
    }
  }
  return { width: size, height: size, rgb, words };
}

export const images = figure({
  name: 'attacked',
  title: 'What PGD-20 changes',
  panels: [
    {
      plot: 'images',
      title: undefined,
      columns: ['clean', 'attacked', 'difference × 10'],
      rows: ['ship', 'frog', 'truck', 'cat'].map((words, i) => ({
        words,
        images: [
          picture(32, i, words),
          picture(32, i + 1, `${words} → airplane`),
          i === 2 ? undefined : picture(32, i + 2, ''),
        ],
      })),
    },
  ],
  notes: ['Below each image: the answer of the model.'],
});

const trials = Array.from({ length: 14 }, (_, i) => ({
  rate: 10 ** (-4 + (3 * ((i * 5) % 14)) / 13),
  decay: 10 ** (-5 + (3 * ((i * 9) % 14)) / 13),
  accuracy: 0.5 + 0.3 * Math.exp(-((((i * 5) % 14) - 8) ** 2) / 20),
}));

function sweepPanel(words: string, of: 'rate' | 'decay'): PointPanel {
  const point = (trial: (typeof trials)[number]): Point => ({
    x: exact(trial[of]),
    y: estimate(trial.accuracy),
  });
  const chosen = trials.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  return {
    plot: 'points',
    title: undefined,
    x: { words, format: 'number', scale: 'log' },
    y: { words: 'validation accuracy', format: 'percent', scale: 'linear' },
    series: [
      {
        words: 'trial',
        joined: false,
        spread: 'bars',
        points: trials.filter((one) => one !== chosen).map(point),
      },
      { words: 'chosen', joined: false, spread: 'bars', points: [{ ...point(chosen), words: 'trial 7' }] },
    ],
  };
}

export const sweep = figure({
  name: 'tuning',
  panels: [sweepPanel('learning rate', 'rate'), sweepPanel('weight decay', 'decay')],
  notes: ['Each point is one trial, n = 1; the choice is made on validation images alone.'],
});

export const samples: Readonly<Record<string, Figure>> = { line, scatter, bars, twoPanels, images, sweep };
