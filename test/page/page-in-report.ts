import type { PageData } from '../../src/page/page-data.ts';

/** The data in the HTML of a report. */
export function dataOf(html: string): PageData {
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json) as PageData; // written by `pageHtml`
}
