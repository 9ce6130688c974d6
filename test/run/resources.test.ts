import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AdmissionQueue } from '../../src/run/admission-queue.ts';
import { type Allocation, Slots } from '../../src/run/resources.ts';
import { Project } from '../support/project.ts';

const machine = { cpu: 4, memory: 1000, gpus: ['0', '1', '2'] };
const request = fc.record({
  cpu: fc.integer({ min: 1, max: 4 }),
  memory: fc.integer({ min: 0, max: 1000 }),
  gpu: fc.integer({ min: 0, max: 3 }),
});

test('whatever is asked for and given back, no more is handed out than there is, and no device twice', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(request, fc.constant('give back' as const)), { maxLength: 60 }),
      (steps) => {
        const slots = new Slots(machine);
        const out: Allocation[] = [];
        for (const step of steps) {
          if (step === 'give back') {
            const first = out.shift();
            if (first) slots.give(first);
          } else if (slots.fits(step)) out.push(slots.take(step));
          const total = (of: (allocation: Allocation) => number) =>
            out.reduce((sum, one) => sum + of(one), 0);
          const gpus = out.flatMap((one) => one.gpus);
          if (total((one) => one.cpu) > 4 || total((one) => one.memory) > 1000) return false;
          if (new Set(gpus).size !== gpus.length) return false;
        }
        return true;
      },
    ),
  );
});

test('a task that fits is let out before an earlier one that does not', () => {
  const slots = new Slots({ cpu: 2, memory: 0, gpus: [] });
  const queue = new AdmissionQueue();
  const admitted: string[] = [];
  const add = (name: string, cpu: number) =>
    queue.enqueue(async () => name, {
      slots,
      resources: { cpu, memory: 0, gpu: 0 },
      admit: () => admitted.push(name),
    });
  slots.take({ cpu: 1, memory: 0, gpu: 0 });
  add('wide', 2);
  add('narrow', 1);
  expect(queue.size).toBe(2);
  queue.dequeue();
  expect(admitted).toEqual(['narrow']);
  expect(queue.size).toBe(0);
});

test.skipIf(availableParallelism() < 2)(
  'what a wide cell frees is given to all that fit, at once',
  async () => {
    // Each narrow cell ends well only if the other has begun before it ends.
    const project = new Project({
      'pipelines/w.yaml': `pipeline: w
stages:
  wide: {uses: command, resources: {cpu: 2}, with: {run: "sleep 0.3"}}
  narrow: {uses: command, timeout: 60, matrix: {i: [a, b]}, with: {run: "touch on-\${{ matrix.i }}; until test -e on-a && test -e on-b; do sleep 0.05; done"}}
`,
    });
    expect(await project.run('w', '--jobs', '2')).toMatchObject({ executed: 3, code: 0 });
  },
);

test('cells that ask for a GPU each see one of their own, and never one that another has', async () => {
  const project = new Project({
    'pipelines/g.yaml': `pipeline: g
stages:
  a:
    uses: command
    matrix: {i: [1, 2, 3, 4, 5, 6]}
    resources: {gpu: 1}
    timeout: 60
    with: {run: "mkdir held-$CUDA_VISIBLE_DEVICES && touch seen-$CUDA_VISIBLE_DEVICES && until test -e seen-3 && test -e seen-5; do sleep 0.05; done && rmdir held-$CUDA_VISIBLE_DEVICES && echo $CUDA_VISIBLE_DEVICES >> seen.txt # \${{ matrix.i }}"}
`,
  });
  // A folder can be made once: two cells with one device at a time would fail. The first cells end when both are used.
  const { finished } = project.start(['run', 'g', '--jobs', '6', '--json'], { CUDA_VISIBLE_DEVICES: '3,5' });
  expect((await finished).code).toBe(0);
  expect([...new Set(project.lines('seen.txt'))].sort()).toEqual(['3', '5']);
});

test('more GPUs than there are fail the cell with the number', async () => {
  const project = new Project({
    'pipelines/g.yaml':
      'pipeline: g\nstages: {a: {uses: command, resources: {gpu: 2}, with: {run: "true"}}}\n',
  });
  const { finished } = project.start(['run', 'g'], { CUDA_VISIBLE_DEVICES: '0' });
  const { code, stdout } = await finished;
  expect(code).toBe(1);
  expect(stdout).toContain('a asks for 2 GPU(s), but this process can see 1.');
});
