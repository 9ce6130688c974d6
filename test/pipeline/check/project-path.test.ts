import { describe, expect, it } from 'vitest';
import { staysInside } from '../../../src/pipeline/check/project-path.ts';

describe('a path of the project', () => {
  it.each(['a', 'a/b', './a', 'a/../b', 'a/..', '..a/b', 'a..b'])('may be %s', (path) => {
    expect(staysInside(path)).toBe(true);
  });

  it.each(['', '/a', '\\a', 'C:\\a', 'c:a', '..', '../a', 'a/../../b', 'a\\..\\..\\b', './../a', 'a\0b'])(
    'may not be %s',
    (path) => {
      expect(staysInside(path)).toBe(false);
    },
  );
});
