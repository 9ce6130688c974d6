import pc from 'picocolors';
import { listEngines } from '../engine/choose.ts';
import { findProject } from './home.ts';
import { EXIT } from './outcome.ts';
import { readSettings } from './settings.ts';

/** `retable engines`: which engines are installed, which one is chosen, and why. */
export async function engines({ json }: { json?: boolean }): Promise<number> {
  const { value, by, source } = readSettings({}, findProject(process.cwd())).engine;
  const entries = await listEngines(by === 'default' ? undefined : value);
  if (json) {
    console.log(JSON.stringify({ engines: entries }));
    return EXIT.done;
  }
  for (const { name, available, chosen, why, identity, driver } of entries) {
    const mark = chosen ? pc.green('*') : available ? ' ' : pc.red('x');
    const packages = Object.entries(identity?.packages ?? {}).map(([pkg, version]) => `${pkg} ${version}`);
    const drivers = driver === undefined ? [] : [`NVIDIA driver ${driver}`];
    const facts = identity ? [identity.processor, ...drivers, ...packages] : [];
    console.log(
      `${mark} ${name.padEnd(12)} ${(identity?.device ?? '-').padEnd(6)}  ${why}${facts.length > 0 ? pc.dim(` (${facts.join(', ')})`) : ''}`,
    );
  }
  const choice = entries.some(({ chosen }) => chosen)
    ? `* chosen by ${source}`
    : `${source} chooses ${value}, which is not usable here`;
  console.log(`\n${choice}; --engine NAME takes another; x not usable here`);
  return EXIT.done;
}
