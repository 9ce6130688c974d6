import { distance } from 'fastest-levenshtein';
import { Failure } from '../../failure.ts';
import { sameName } from './dataset.ts';

/**
 * The numbers of the requested classes, in the order of the request.
 * @param classes names of all classes
 * @param wanted names, or numbers from 0
 * @throws Failure `unknown-class`; `bad-classes` for a class that is given twice, and for a number that is the name
 * of another class
 */
export function classNumbers(classes: readonly string[], wanted: readonly (string | number)[]): number[] {
  const numbers = wanted.map((which) => classNumber(classes, which));
  const twice = numbers.find((number, place) => numbers.indexOf(number) !== place);
  if (twice === undefined) return numbers;
  throw new Failure('bad-classes', `\`classes\` names the class "${classes[twice]}" twice.`, {
    hint: 'Name each class once in `classes`, by its name or its number.',
  });
}

function classNumber(classes: readonly string[], which: string | number): number {
  const named = classes.findIndex((name) => sameName(name, String(which)));
  if (typeof which === 'number' && named !== -1 && named !== which) {
    const numbered = classes[which] === undefined ? 'there is none' : `that is "${classes[which]}"`;
    throw new Failure(
      'bad-classes',
      `${which} may mean the class called "${which}" or the one of number ${which}: ${numbered}.`,
      { hint: `Write "${which}", in quotes, for the name; name the other class by its name too.` },
    );
  }
  const number = typeof which === 'number' ? which : named;
  if (classes[number] !== undefined) return number;
  const near = [...classes].sort((a, b) => distance(String(which), a) - distance(String(which), b));
  throw new Failure('unknown-class', `The data set has no class ${JSON.stringify(which)}.`, {
    hint: `It has ${classes.length}, numbered from 0. Similar: ${near.slice(0, 3).join(', ')}.`,
  });
}
