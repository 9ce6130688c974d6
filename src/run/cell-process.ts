import { readFileSync } from 'node:fs';
import type { Job } from './job.ts';
import { runJob } from './run-job.ts';

// The process of one cell. It reads a job from the file given as its argument, and runs it.

// Without a scheduler, nobody would publish the result. So it stops at once; the next attempt uses its last snapshot.
process.once('disconnect', () => process.exit(1));
// If the log cannot be written, for example on a full disk, the cell goes on. It fails if it cannot write its output.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// Written by the scheduler.
const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Job;
process.exit((await runJob(job)) ? 0 : 1);
