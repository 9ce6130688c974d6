import { type Document, isAlias, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import { checkMergeKeys } from './check-merge-keys.ts';
import { findInexactNumbers } from './exact-numbers.ts';
import { Findings } from './findings.ts';
import { Source } from './source.ts';

/** YAML text as plain values, with the data for locating mistakes. */
export interface ParsedYaml {
  readonly source: Source;
  readonly findings: Findings;
  /** Undefined if the text is so broken that further mistakes would only be consequences. */
  readonly value: { readonly root: unknown } | undefined;
}

/**
 * How many values the aliases of a file may expand to: enough for normal use, too few for a "billion laughs" attack.
 */
const maxAliasCount = 100;

/** Parses one YAML 1.2 document. Mistakes of syntax are findings; it does not throw. */
export function parseYaml(file: string, text: string): ParsedYaml {
  const lineCounter = new LineCounter();
  // Deep nesting overflows the parser's stack; nothing in such a file can be located.
  try {
    const document = parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      resolveKnownTags: false,
      stringKeys: true,
      merge: true,
      // With 'silent', a second document would be dropped without an error.
      logLevel: 'error',
    });
    const source = new Source(file, text, document, lineCounter);
    const findings = new Findings(source);
    reportVersion(document, findings, source);
    const fatal = reportSyntax(source, findings, text.trimEnd().length, [
      ...document.errors,
      ...document.warnings,
    ]);
    if (fatal || !checkMergeKeys(document, source, findings)) return { source, findings, value: undefined };
    const inexact = findInexactNumbers(document, text);
    for (const { start, end, code, message, hint } of inexact)
      findings.error(code, { location: source.at(start, end) }, message, { hint });
    // Other messages about such a number would show another one.
    if (inexact.length > 0) return { source, findings, value: undefined };
    try {
      const root: unknown = document.toJS({ maxAliasCount });
      return { source, findings, value: checkCircles(findings, root) ? { root } : undefined };
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      visit(document, {
        Alias(_, node) {
          if (!isAlias(node) || !node.range) return undefined;
          const found = error.message.startsWith('Unresolved') ? node.resolve(document) : undefined;
          if (found !== undefined) return undefined;
          const location = source.at(node.range[0], node.range[1]);
          if (error.message.startsWith('Unresolved'))
            findings.error('unknown-alias', { location }, `there is no anchor '&${node.source}' before this`);
          else
            findings.error('alias-bomb', { location }, 'the aliases of this file stand for too many values', {
              hint: `at most ${maxAliasCount} are expanded; write the values out`,
            });
          return visit.BREAK;
        },
      });
      return { source, findings, value: undefined };
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const source = new Source(file, text, parseDocument(''), lineCounter);
    const findings = new Findings(source);
    findings.error(
      'too-deep',
      { location: source.at(0, 1) },
      'the values of this file are nested too deeply',
    );
    return { source, findings, value: undefined };
  }
}

/** Under `%YAML 1.1`, `yes` would be true and `010` eight. */
function reportVersion({ directives }: Document, findings: Findings, source: Source): void {
  if (directives === undefined || directives.yaml.version === '1.2') return;
  findings.error('yaml-version', { location: source.at(0, 1) }, 'this file is read as YAML 1.2', {
    hint: `leave out the line %YAML ${directives.yaml.version}`,
  });
}

/**
 * Returns true if the text, which ends at `end`, cannot be used any further. A key that is written twice is a
 * mistake, but does not count here.
 */
function reportSyntax(
  source: Source,
  findings: Findings,
  end: number,
  errors: readonly YAMLError[],
): boolean {
  const lines = new Set<number>();
  let fatal = false;
  for (const error of errors) {
    const location = source.at(error.pos[0], error.pos[1]);
    if (error.code === 'DUPLICATE_KEY') {
      const key =
        /^(?:"[^"]*"|'[^']*'|[^:,{}[\]]+)/.exec(location.text.slice(location.column - 1))?.[0] ?? '';
      const whole = { ...location, length: Math.max(1, key.length) };
      findings.error(
        'duplicate-key',
        { location: whole },
        `the key ${key.startsWith('"') ? key : `'${key}'`} is there twice`,
      );
      continue;
    }
    if (error.code === 'TAG_RESOLVE_FAILED') {
      fatal = true;
      const tag = location.text.slice(location.column - 1, location.column - 1 + location.length);
      findings.error('yaml-tag', { location }, `the tag ${tag} has no meaning here`, {
        hint: 'tags are not supported: remove it',
      });
      continue;
    }
    if (error.code === 'MULTIPLE_DOCS') {
      const start = error.pos[0];
      findings.error(
        'yaml-syntax',
        { location: source.at(start, start + 3) },
        'a second document begins here',
        {
          hint: 'a file holds one document: remove the line --- or ..., or make two files',
        },
      );
      continue;
    }
    // Missing text at the end of the file is a consequence of earlier mistakes.
    if (fatal && error.pos[0] >= end) continue;
    fatal = true;
    // One mistake often causes several errors on its line; the first one is the cause.
    if (lines.has(location.line)) continue;
    lines.add(location.line);
    const unquoted = /[{[,:]\s*\$\{\{/.test(location.text);
    findings.error('yaml-syntax', { location }, `not YAML: ${decapitalised(error.message)}`, {
      hint: unquoted ? `put quotes around references: "\${{ … }}"` : undefined,
    });
  }
  return fatal;
}

function decapitalised(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** Reports collections that contain themselves. */
function checkCircles(findings: Findings, root: unknown): boolean {
  const ancestors = new Set<unknown>();
  const path: (string | number)[] = [];
  let sound = true;
  const walk = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) {
      if (ancestors.has(value)) {
        sound = false;
        findings.error(
          'not-json',
          { path: [...path] },
          'this alias stands for a value that contains the alias',
        );
        return;
      }
      ancestors.add(value);
      for (const [key, child] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
        path.push(key);
        walk(child);
        path.pop();
      }
      ancestors.delete(value);
    }
  };
  walk(root);
  return sound;
}
