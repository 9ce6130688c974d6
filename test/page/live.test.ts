import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadPageAssets } from '../../src/cli/page-assets.ts';
import { pageHtml } from '../../src/page/html.ts';
import type { CellState, PageCell, PageData, PageEvent } from '../../src/page/page-data.ts';
import { CHROMIUM, launch } from './chromium.ts';

// The page that is served while a run goes on: what it does with the events.

function pageOf(states: readonly CellState[], more: Partial<PageCell> = {}): PageData {
  return {
    version: '1',
    pipeline: 'p',
    description: undefined,
    profile: undefined,
    set: {},
    params: {},
    stages: [{ name: 'a', kind: 'train', parameters: {}, shown: [] }],
    graph: { width: 140, height: 60, boxes: [{ x: 70, y: 30, width: 132, height: 56 }], edges: [] },
    cells: states.map((state, k) => ({
      id: `a[seed=${k}]`,
      stage: 0,
      axes: { seed: k },
      parameters: {},
      needs: {},
      state,
      ...more,
    })),
    tables: [],
    figures: [],
    warnings: [],
    codes: [],
    engines: [],
    problems: [],
  };
}

/** A server with a page, its data and its events. */
async function serve(first: PageData) {
  const assets = await loadPageAssets();
  let data = first;
  let stream: ServerResponse | undefined;
  const server = createServer((request, response) => {
    if (request.url === '/sub/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      stream = response;
    } else if (request.url === '/sub/data.json') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(data));
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end(pageHtml(data, assets, { isLive: true }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}/sub/`,
    send: (event: PageEvent) => stream?.write(`data: ${JSON.stringify(event)}\n\n`),
    show: (next: PageData) => {
      data = next;
      stream?.write('data: {"event":"changed"}\n\n');
    },
    end: () => stream?.destroy(),
  };
}

describe.skipIf(CHROMIUM === undefined)('the live page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function opened(url: string, hash = '') {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await Promise.all([page.waitForResponse(/events$/), page.goto(`${url}${hash}`)]);
    await page.locator('.rows').waitFor();
    const has = (selector: string, text: string | RegExp) =>
      page.locator(selector, { hasText: text }).waitFor();
    return { page, has, complaints };
  }

  test('shows states, progress and curves as they come, and data that changed', async () => {
    const server = await serve(pageOf(['waiting', 'waiting']));
    const { page, has, complaints } = await opened(server.url, '#cell=a%5Bseed%3D0%5D');
    await has('.panel .state', 'waiting');
    server.send({ event: 'run', state: 'started' });
    await has('.run', 'A run is going on.');
    server.send({ event: 'cell', cell: 'a[seed=0]', state: 'running' });
    await has('.panel .state', 'running');
    server.send({
      event: 'progress',
      cell: 'a[seed=0]',
      progress: { phase: 'train', done: 3, total: 10, unit: 'epoch', loss: 0.25 },
    });
    await has('.row .about', 'train epoch 3 of 10, loss 0.25');
    await has('.panel', 'train epoch 3 of 10, loss 0.25');
    for (const epoch of [1, 2, 3]) {
      const [record, measurements] = [{ epoch, loss: 1 / epoch }, { seconds: epoch / 8 }];
      server.send({ event: 'record', cell: 'a[seed=0]', record, measurements });
    }
    await has('.panel .curve', 'loss 0.3333');
    await has('.panel .curve', 'seconds 0.375');
    await has('.panel', 'Measured, so that it depends on the machine: seconds.');
    server.send({ event: 'notice', message: 'A notice <b>to</b> read' });
    await has('.run', 'A notice <b>to</b> read');
    server.send({ event: 'cell', cell: 'a[seed=0]', state: 'done' });
    server.show(pageOf(['done', 'failed'], { values: { accuracy: 0.5 } }));
    await has('.panel .pairs', 'accuracy');
    await has('.counts', '1 failed');
    server.send({ event: 'run', state: 'finished', summary: '2 cells ran.' });
    await has('.run', 'The run has finished. 2 cells ran.');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('keeps what a running cell reported when data are loaded again', async () => {
    const server = await serve(pageOf(['running']));
    const { page, has } = await opened(server.url);
    const progress = { phase: 'train', done: 1, unit: 'epoch' };
    server.send({ event: 'progress', cell: 'a[seed=0]', progress });
    await has('.row .about', 'train epoch 1');
    server.show({ ...pageOf(['running']), description: 'New.' });
    await has('.description', 'New.');
    await has('.row .about', 'train epoch 1');
    await page.context().close();
  });

  test('lists of a cell first the values that tables show', async () => {
    const page = pageOf(['done'], {
      values: { 'train-accuracy': 1, epochs: 30, slope: 2, 'train-loss': 0.5 },
    });
    const server = await serve({ ...page, stages: page.stages.map((one) => ({ ...one, shown: ['slope'] })) });
    const { has } = await opened(server.url);
    await has('.row .about', /^slope 2, train-accuracy 1, train-loss 0.5, epochs 30$/);
  });

  test('draws figures of one column half as wide as the page, others as wide, and none wider', async () => {
    const svg = (width: number) => `<svg width="${width}pt" height="90pt" viewBox="0 0 ${width} 90"></svg>`;
    const figures = [234, 396].map((width) => ({
      name: `f${width}`,
      title: undefined,
      svg: svg(width),
      width,
      notes: [],
    }));
    const server = await serve({ ...pageOf(['waiting']), figures });
    const { page } = await opened(server.url);
    const widths = () =>
      page.evaluate(
        '["figure.card", "figure svg"].map((name) => [...document.querySelectorAll(name)].map((one) => one.getBoundingClientRect().width))',
      ) as Promise<number[][]>;
    const [[card = 0] = [], desk = []] = await widths();
    expect(desk[0]).toBe(34 * 16);
    expect(desk[1]).toBeGreaterThan(card * 0.95);
    expect(desk[1]).toBeLessThan(card);
    await page.setViewportSize({ width: 375, height: 812 });
    const [[narrow = 0] = [], phone = []] = await widths();
    expect(Math.max(...phone)).toBeLessThan(narrow);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  test('has the drawings of the data that it shows', async () => {
    const figures = (text: string) => [
      {
        name: 'f',
        title: 'F',
        svg: `<svg><text>${text}</text></svg>`,
        width: 234,
        notes: ['A band is a range.'],
      },
    ];
    const server = await serve({ ...pageOf(['waiting']), figures: figures('one') });
    const { page, has } = await opened(server.url);
    await has('figure svg text', 'one');
    server.show({ ...pageOf(['waiting']), description: 'New.', figures: figures('one') });
    await has('.description', 'New.');
    await has('figure svg text', 'one');
    server.show({ ...pageOf(['waiting']), figures: figures('two') });
    await has('figure svg text', 'two');
    expect(await page.locator('figure svg').count()).toBe(1);
    await page.context().close();
  });

  test('says that the connection is lost', async () => {
    const server = await serve(pageOf(['waiting']));
    const { page, has } = await opened(server.url);
    server.end();
    await has('.run', 'The connection is lost');
    await has('.run', 'No run is going on.');
    await page.context().close();
  });
});
