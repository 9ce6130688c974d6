import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Follower } from '../../src/page/follower.ts';
import { parsePosition, positionText } from '../../src/page/position.ts';
import { RunFeed } from '../../src/page/run-feed.ts';

function folderOf(files: Readonly<Record<string, readonly string[]>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'retable-runs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, lines] of Object.entries(files))
    writeFileSync(join(folder, `${name}.jsonl`), lines.join(''));
  return folder;
}

const line = (seq: number, event: object) => `${JSON.stringify({ seq, at: 0, ...event })}\n`;
const notice = (seq: number, message: string) => line(seq, { event: 'notice', message });
const closed = (seq: number) =>
  line(seq, { event: 'run-finished' }) + line(seq + 1, { event: 'run-closed', state: 'finished' });

function follow(folder: string, last?: string) {
  const feed = new RunFeed(folder);
  feed.look();
  const follower = new Follower(feed, { from: parsePosition(last) });
  return {
    /** The ids and messages of all that is new. */
    rest: () => {
      feed.look();
      const found: string[] = [];
      for (let events = follower.next(); events.length > 0; events = follower.next())
        found.push(
          ...events.map(({ id, event }) => `${id} ${event.event === 'notice' ? event.message : event.event}`),
        );
      return found;
    },
  };
}

test('a line is read when its end is written, wherever it was cut', () => {
  const whole = notice(1, 'one') + notice(2, 'zwölf ✓') + closed(3);
  const bytes = Buffer.from(whole);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const folder = folderOf({});
    const write = (end: number) => writeFileSync(join(folder, 'a.jsonl'), bytes.subarray(0, end));
    write(cut);
    const { rest } = follow(folder);
    const before = rest();
    write(bytes.length);
    expect([...before, ...rest()]).toEqual(['a:1 one', 'a:2 zwölf ✓', 'a:3 run']);
  }
});

test('a reader without a position begins with the newest run, one with a position after it', () => {
  const folder = folderOf({
    a: [notice(1, 'old'), closed(2)],
    b: [notice(1, 'x'), notice(2, 'y'), closed(3)],
  });
  expect(follow(folder).rest()).toEqual(['b:1 x', 'b:2 y', 'b:3 run']);
  expect(follow(folder, 'b:1').rest()).toEqual(['b:2 y', 'b:3 run']);
  expect(follow(folder, 'a:1').rest()).toEqual(['a:2 run', 'b:1 x', 'b:2 y', 'b:3 run']);
  expect(follow(folder, 'b:3').rest()).toEqual([]);
  // Its file was deleted.
  expect(follow(folder, '0:7').rest()).toEqual(['a:1 old', 'a:2 run', 'b:1 x', 'b:2 y', 'b:3 run']);
});

test('who listens is told what is new, whoever looked at the files first', () => {
  const folder = folderOf({ a: [notice(1, 'one')] });
  const feed = new RunFeed(folder);
  feed.look();
  let told = 0;
  onTestFinished(
    feed.listen(() => {
      told += 1;
    }),
  );
  appendFileSync(join(folder, 'a.jsonl'), closed(2));
  // As for a request of another reader.
  feed.look();
  expect(told).toBe(1);
  feed.look();
  expect(told).toBe(1);
});

test('a line that is no JSON is passed over', () => {
  const folder = folderOf({ a: [notice(1, 'one'), '{"seq":2,"ev\n', notice(3, 'three'), closed(4)] });
  expect(follow(folder).rest()).toEqual(['a:1 one', 'a:3 three', 'a:4 run']);
});

test('a position is read back as it was written, and nothing else is one', () => {
  const position = new Map([
    ['20261201T081500123Z-7f3a9c', 12],
    ['b', 0],
  ]);
  expect(parsePosition(positionText(position))).toEqual(position);
  for (const text of [undefined, '', 'a', 'a:-1', 'a:1;b:2', '../a:1', 'a:1,', `a:${'9'.repeat(20)}`])
    expect(parsePosition(text)).toBeUndefined();
});
