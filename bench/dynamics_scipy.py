"""SciPy timing of the SimSiam flow: trajectories one by one, each until it is steady.

    python3 dynamics_scipy.py [--count 20] [--k 4] [--m 16] [--rtol 1e-8] [--atol 1e-10]
    python3 dynamics_scipy.py --serve [sizes]

Without --serve: one JSON line with the seconds and how many ended steady. With --serve: one operation (trajectories) per
line of standard input, answered by one JSON line, until end of file.
"""

import argparse
import json
import sys
import time

import numpy as np
from scipy.integrate import solve_ivp

LAMBDA = 0.05
STEADY = 1e-9


def flow(options):
    """The velocity of a state as a vector, for canonical correlations 0.95^j: P = C (N + λI)⁻¹, U̇ = Pᵀ(UM − PU) − λU."""
    k, m = options.k, options.m
    gram = np.diag(0.95 ** np.arange(m))
    ridge = LAMBDA * np.eye(k)

    def velocity(_, state):
        u = state.reshape(k, m)
        um = u @ gram
        predictor = np.linalg.solve(u @ u.T + ridge, u @ um.T)  # Pᵀ = H⁻¹ C, both symmetric
        return (predictor @ (um - predictor.T @ u) - LAMBDA * u).ravel()

    return velocity


def run(options):
    velocity = flow(options)
    rng = np.random.default_rng(1)

    def steady(t, state):
        return np.linalg.norm(velocity(t, state)) - STEADY * max(np.linalg.norm(state), np.sqrt(state.size))

    steady.terminal = True
    ended = 0
    for _ in range(options.count):
        start = rng.standard_normal(options.k * options.m)
        end = solve_ivp(velocity, (0, 1e6), start, method="RK45", rtol=options.rtol, atol=options.atol, events=steady)
        ended += end.status == 1
    return ended


def timed(options):
    start = time.perf_counter()
    ended = run(options)
    return {"seconds": time.perf_counter() - start, "steady": int(ended)}


def serve(options):
    for line in sys.stdin:
        if line.strip() != "trajectories":
            print(json.dumps({"error": f"there is no operation {line.strip()}"}), flush=True)
        else:
            print(json.dumps(timed(options)), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--k", type=int, default=4)
    parser.add_argument("--m", type=int, default=16)
    parser.add_argument("--rtol", type=float, default=1e-8)
    parser.add_argument("--atol", type=float, default=1e-10)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    if options.serve:
        serve(options)
    else:
        print(json.dumps(timed(options)))


if __name__ == "__main__":
    main()
