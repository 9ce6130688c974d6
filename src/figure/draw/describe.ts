import type { Figure, Panel } from '../figure.ts';
import { axisWords, clean } from './words.ts';

/** What a drawing shows, in sentences, for those who do not see it, and where its numbers are from. */
export function describe(figure: Figure): string {
  const { pipeline, profile, set, panels, notes } = figure;
  const changed = Object.entries(set).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const source = [
    `Pipeline ${pipeline}, ${profile === undefined ? 'no profile' : `profile ${profile}`}`,
    ...(changed.length > 0 ? [`with ${changed.join(', ')}`] : []),
  ].join(' ');
  return clean([...panels.map(panelWords), ...notes, `${source}.`].join(' '));
}

function panelWords(panel: Panel): string {
  const title = panel.title === undefined ? '' : `${panel.title}: `;
  if (panel.plot === 'images') {
    const rows = panel.rows.map(({ words }) => words).filter((words) => words !== '');
    return `${title}images, in columns ${listed(panel.columns)}${rows.length > 0 ? `; rows ${listed(rows)}` : ''}.`;
  }
  const names = panel.series.map(({ words }) => words).filter((words) => words !== '');
  const series = names.length > 0 ? `; ${listed(names)}` : '';
  if (panel.plot === 'bars')
    return `${title}bars of ${axisWords(panel.y)} for ${listed(panel.groups)}${series}.`;
  return `${title}${axisWords(panel.y)} against ${axisWords(panel.x)}${series}.`;
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? 'none' : words.join(', ');
}
