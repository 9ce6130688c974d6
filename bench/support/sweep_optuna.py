"""The peer of bench/sweep.ts: points of Optuna's samplers, asked for line by line.

In:  {"sampler": "TPESampler", "seed": 0, "value": 0.5}
Out: {"point": {"acm-weight": 3.3, "kd-weight": 0.2, "alpha": 1.1}}

Each sampler and seed is a study of its own. `value` is what the last point of the study reached; null for its first
point. The argument is the space as it stands in the pipeline, in JSON: {"alpha": {"uniform": [0, 2]}}.
"""

import json
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)

SAMPLERS = {
    "RandomSampler": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    # By default the first 10 points are random, which is all of a short search.
    "TPESampler": lambda seed: optuna.samplers.TPESampler(seed=seed, n_startup_trials=3),
}


def suggest(trial, name, axis):
    [(scale, (low, high))] = axis.items()
    return trial.suggest_float(name, low, high, log=scale == "log")


def main():
    space = json.loads(sys.argv[1])
    print(json.dumps({"version": optuna.__version__}), flush=True)
    studies, trials = {}, {}
    for line in sys.stdin:
        asked = json.loads(line)
        key = (asked["sampler"], asked["seed"])
        if key not in studies:
            sampler = SAMPLERS[asked["sampler"]](asked["seed"])
            studies[key] = optuna.create_study(direction="maximize", sampler=sampler)
        if asked["value"] is not None:
            studies[key].tell(trials[key], asked["value"])
        trials[key] = studies[key].ask()
        point = {name: suggest(trials[key], name, axis) for name, axis in space.items()}
        print(json.dumps({"point": point}), flush=True)


main()
