import { expect, it } from 'vitest';
import { cutTo } from '../../src/cli/display/live.ts';

it('a line of the live display is cut to the columns of the terminal, whatever its colours and characters', () => {
  expect(cutTo('abcdef', 6)).toBe('abcdef');
  expect(cutTo('abcdefg', 6)).toBe('abcde…');
  expect(cutTo('混合混合', 8)).toBe('混合混合');
  expect(cutTo('混合混合', 6)).toBe('混合…');
  expect(cutTo('\u001b[36mabc\u001b[39mdef', 6)).toBe('\u001b[36mabc\u001b[39mdef');
  expect(cutTo('\u001b[36mabcdefg\u001b[39m', 6)).toBe('\u001b[36mabcde\u001b[39m…');
});
