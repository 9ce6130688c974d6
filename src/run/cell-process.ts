import { readFileSync } from 'node:fs';
import type { Job } from './job.ts';
import { runJob } from './run-job.ts';

// The process of one cell: it reads a job from the file that is its argument, and runs it.

// Without a scheduler nobody would publish what comes out: it stops at once, and its snapshot stays for the next attempt.
process.once('disconnect', () => process.exit(1));
// A log that can't be written, on a full disk say, ends no cell: what it writes itself will tell.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// Written by the scheduler.
const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Job;
process.exit((await runJob(job)) ? 0 : 1);
