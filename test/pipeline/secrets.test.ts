import { expect, test } from 'vitest';
import { isSecretName, withoutSecrets } from '../../src/pipeline/secrets.ts';

test.each(['API_TOKEN', 'apiKey', 'aws-secret-access-key', 'password', 'DB_PASSWORD', 'hf.token'])(
  '%s is the name of a secret',
  (name) => expect(isSecretName(name)).toBe(true),
);

test.each(['max-tokens', 'tokenizer', 'monkey', 'keyboard', 'seed', 'epochs'])('%s is not', (name) =>
  expect(isSecretName(name)).toBe(false),
);

test('secrets are hidden at any depth, and told where they changed', () => {
  const before = { env: { TOKEN: 'a', PORT: 1 }, keys: 2, password: ['p', { q: 'r' }] };
  const after = { env: { TOKEN: 'b', PORT: 2 }, keys: 3, password: ['p', { q: 's' }] };
  expect(withoutSecrets(after)).toEqual({
    env: { TOKEN: '(hidden)', PORT: 2 },
    keys: 3,
    password: ['(hidden)', { q: '(hidden)' }],
  });
  expect(withoutSecrets(after, '', before)).toEqual({
    env: { TOKEN: '(hidden, changed)', PORT: 2 },
    keys: 3,
    password: ['(hidden)', { q: '(hidden, changed)' }],
  });
});
