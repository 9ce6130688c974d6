import { expect, it } from 'vitest';
import { load } from '../support.ts';

const text = `pipeline: p
default-profile: quick
params: {size: 1, eps: 8/255, net: {width: 1, depth: 2}}
profiles:
  quick: {size: 2}
stages:
  data: {uses: dataset, with: {size: "\${{ params.size }}"}}
  model: {uses: train, needs: {data: data}, with: {epochs: "\${{ params.net.depth }}", epsilon: "\${{ params.eps }}"}}
`;

const changed = async (...set: string[]) => (await load(text, { set })).set;

it('a pipeline knows what --set makes other than it is in the profile', async () => {
  expect(await changed()).toEqual({});
  expect(await changed('size=3', 'net.width=4')).toEqual({ 'net.width': 4, size: 3 });
  expect(Object.keys(await changed('size=3', 'net.width=4'))).toEqual(['net.width', 'size']);
  expect(await changed('size=1')).toEqual({ size: 1 });
});

it('of two values of one key the last one counts, and a whole value replaces its parts', async () => {
  expect(await changed('size=3', 'size=4')).toEqual({ size: 4 });
  expect(await changed('net.width=4', 'net={depth: 3}')).toEqual({ net: { depth: 3 } });
});

it('a parameter that is set to what it is anyway is not changed', async () => {
  expect(await changed('size=2')).toEqual({});
  expect(await changed('size=3', 'size=2')).toEqual({});
  expect(await changed('net={depth: 2, width: 1}')).toEqual({});
  expect(await changed('eps=0.03137254901960784')).toEqual({});
});
