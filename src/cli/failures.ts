import { markdownTable } from 'markdown-table';
import pc from 'picocolors';
import { FAILURE_REASONS } from '../failure-reasons.ts';
import { EXIT, exitCodeOf } from './outcome.ts';

type Group = keyof typeof FAILURE_REASONS;

const TITLES: Readonly<Record<Group, string>> = {
  machine: 'The machine',
  project: 'Commands, settings, pipelines and kinds',
  cells: 'How cells run and end',
  data: 'Data sets and files of weights',
  learning: 'Models, attacks and training',
  tensors: 'Tensor functions',
};

/** `retable failures`: the reasons for which commands and cells fail, with what they mean. */
export async function failures({ json, markdown }: { json?: boolean; markdown?: boolean }): Promise<number> {
  const all = Object.entries(FAILURE_REASONS).flatMap(([group, reasons]) =>
    Object.entries(reasons).map(([reason, meaning]) => ({
      reason,
      group: group as Group,
      exitCode: exitCodeOf(reason),
      meaning,
    })),
  );
  if (json) {
    console.log(JSON.stringify({ reasons: all }));
    return EXIT.done;
  }
  const width = Math.max(...all.map(({ reason }) => reason.length));
  const sections = Object.entries(TITLES).map(([group, title]) => {
    const rows = all.filter((one) => one.group === group);
    if (!markdown) {
      const lines = rows.map(({ reason, meaning }) => `  ${reason.padEnd(width + 1)} ${meaning}`);
      return [pc.bold(title), ...lines, ''].join('\n');
    }
    const table = rows.map(({ reason, meaning }) => [`\`${reason}\``, meaning]);
    return `## ${title}\n\n${markdownTable([['reason', 'meaning'], ...table])}\n`;
  });
  console.log(sections.join('\n').trimEnd());
  return EXIT.done;
}
