import { describe, expect, it } from 'vitest';
import { codes, load, loadText, stages } from '../support.ts';

const stage = (text: string) =>
  stages(`  data: {uses: dataset}\n  a: {uses: defend, needs: {data: data}, ${text}}\n`);

async function parameters(text: string) {
  const { cells } = await load(stage(text));
  return cells.filter((cell) => cell.stage === 'a').map((cell) => cell.parameters);
}

describe('a cell that stops early', () => {
  it('has the parameter that says where, and one that stops only at its end does not have it', async () => {
    expect(await parameters('with: {epochs: 9}, matrix: {stop-after: [3, 9]}')).toEqual([
      { method: 'plain', epochs: 9, seed: 0, 'stop-after': 3 },
      { method: 'plain', epochs: 9, seed: 0 },
    ]);
  });

  it('stops at the end of a default, too', async () => {
    expect(await parameters('with: {stop-after: 1}')).toEqual([{ method: 'plain', epochs: 1, seed: 0 }]);
  });

  it('must stop before its end; the mistake is where the parameter is written', async () => {
    expect(await codes(stage('with: {epochs: 9, stop-after: 10}'))).toEqual(['bad-parameter 4:72']);
    expect(await codes(stage('with: {epochs: 9}, matrix: {stop-after: [3, 10]}'))).toEqual([
      'bad-parameter 4:86',
    ]);
    const result = await loadText(stage('with: {epochs: 9, stop-after: 10}'));
    expect(result.ok ? [] : result.diagnostics).toMatchObject([
      {
        message: "'stop-after' must be at most 'epochs', which is 9, not 10",
        hint: "leave out 'stop-after' to do all of 'epochs'",
      },
    ]);
  });

  it('that has another mistake in these parameters has only that one', async () => {
    expect(await codes(stage('with: {epochs: 0, stop-after: 10}'))).toEqual(['bad-parameter 4:57']);
    expect(await codes(stage('with: {epochs: 9, stop-after: 0}'))).toEqual(['bad-parameter 4:72']);
  });
});
