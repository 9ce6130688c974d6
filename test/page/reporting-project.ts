import { Project } from '../support/project.ts';

/** Reports a record each time that a file of the next number appears, until there is a file `end`. */
const program = `import json, os, time
def report(**event):
    with open(os.environ["RETABLE_EVENTS"], "a") as file:
        file.write(json.dumps(event) + "\\n")
report(event="warning", name="odd", message="It is <odd>.")
step = 1
while not os.path.exists("end"):
    if os.path.exists(f"step-{step}"):
        report(event="progress", phase="train", done=step)
        report(event="record", record={"step": step, "told": time.time() * 1000})
        step += 1
    time.sleep(0.01)
report(event="values", values={"x": 1})
`;

const pipeline = `pipeline: p
params: {round: 1}
stages:
  a: {uses: command, with: {run: [python3, report.py, "\${{ params.round }}"], files: [report.py]}}
  b: {uses: command, needs: {a: a}, with: {run: "true"}}
tables:
  main: {value: a.x}
`;

/** A project whose cell `a` reports what a test tells it to, and ends when the test wants it. */
export function reportingProject(): Project {
  return new Project({ 'pipelines/p.yaml': pipeline, 'report.py': program });
}
