"""NumPy and SciPy timings of the operations the bench compares.

    python3 linalg_numpy.py [--rows 60000] [--dim 784] [--top 50] [--svd 512] [--view-rows 20000] [--repeats 5]
    python3 linalg_numpy.py --serve [sizes]

Without --serve: one JSON line per operation with the median of the repeats after a warm-up. With --serve: one operation per
line of standard input (gram, gram32, eigh, eigh-top, svd, noisy-views[-at-once], masked-views[-at-once]), run once and
answered by one JSON line, until end of file, so that a runner can interleave programs. An operation's data and warm-up run come before its first timed run.
"""

import argparse
import json
import statistics
import sys
import time

import numpy as np
from scipy import linalg


def gram_data(options, dtype):
    return np.random.default_rng(1).standard_normal((options.rows, options.dim)).astype(dtype)


def view_data(options):
    return np.random.default_rng(4).uniform(0, 255, (options.view_rows, options.dim))


def view_moments(x, draw, views=8):
    """S, the unbiased G, and C of `views` drawn views of each row; whole arrays at a time, one view after another."""
    rng = np.random.default_rng(5)
    n, d = x.shape
    products, mean = np.zeros((d, d)), np.zeros_like(x)
    for _ in range(views):
        view = draw(rng, x)
        products += view.T @ view
        mean += view
    mean /= views
    second = products / (n * views)
    mean_second = (views * (mean.T @ mean) / n - second) / (views - 1)
    return second, mean_second, x.T @ mean / n


def view_moments_at_once(x, draw, views=8):
    """The same with all views of all rows in one array."""
    rng = np.random.default_rng(5)
    n, d = x.shape
    drawn = draw(rng, np.broadcast_to(x[:, None, :], (n, views, d)))
    mean = drawn.mean(axis=1)
    flat = drawn.reshape(n * views, d)
    second = flat.T @ flat / (n * views)
    mean_second = (views * (mean.T @ mean) / n - second) / (views - 1)
    return second, mean_second, x.T @ mean / n


def noisy(rng, x):
    return x + 10 * rng.standard_normal(x.shape)


def masked(rng, x):
    return x * (rng.random(x.shape) < 0.5)


def covariance(options):
    """Spectrum decaying over five decades, as that of image covariances."""
    rng = np.random.default_rng(2)
    samples = rng.standard_normal((2 * options.dim, options.dim)) * np.geomspace(300, 1, options.dim)
    q, _ = np.linalg.qr(rng.standard_normal((options.dim, options.dim)))
    rotated = samples @ q
    return rotated.T @ rotated / len(rotated)


def operations(options):
    """Name → (make data, run on the data)."""
    last = options.dim - 1
    return {
        "gram": (lambda: gram_data(options, np.float64), lambda x: x.T @ x),
        "gram32": (lambda: gram_data(options, np.float32), lambda x: x.T @ x),
        "eigh": (lambda: covariance(options), linalg.eigh),
        "eigh-top": (
            lambda: covariance(options),
            lambda a: linalg.eigh(a, subset_by_index=[max(0, last - options.top + 1), last]),
        ),
        "svd": (
            lambda: np.random.default_rng(3).standard_normal((options.svd, options.svd)),
            np.linalg.svd,
        ),
        "noisy-views": (lambda: view_data(options), lambda x: view_moments(x, noisy)),
        "noisy-views-at-once": (lambda: view_data(options), lambda x: view_moments_at_once(x, noisy)),
        "masked-views-at-once": (lambda: view_data(options), lambda x: view_moments_at_once(x, masked)),
        "masked-views": (lambda: view_data(options), lambda x: view_moments(x, masked)),
    }


def sizes(name, options):
    if name in ("gram", "gram32"):
        return {"rows": options.rows, "dim": options.dim}
    if "-views" in name:
        return {"rows": options.view_rows, "dim": options.dim}
    if name == "svd":
        return {"dim": options.svd}
    return {"dim": options.dim, **({"top": options.top} if name == "eigh-top" else {})}


class Bench:
    def __init__(self, options):
        self.options = options
        self.operations = operations(options)
        self.ready = {}

    def run(self, name):
        """Seconds of one run; the first call for a name also makes its data and warms up."""
        make, compute = self.operations[name]
        if name not in self.ready:
            self.ready[name] = make()
            compute(self.ready[name])
        data = self.ready[name]
        start = time.perf_counter()
        compute(data)
        return time.perf_counter() - start

    def answer(self, command):
        if command not in self.operations:
            return {"error": f"unknown operation '{command}'", "operations": list(self.operations)}
        return {"operation": command, **sizes(command, self.options), "seconds": self.run(command)}


def say(record):
    print(json.dumps(record), flush=True)


def serve(bench):
    for line in sys.stdin:
        if line.strip():
            say(bench.answer(line.strip()))


def report(bench, repeats):
    for name in bench.operations:
        seconds = [bench.run(name) for _ in range(repeats)]
        say({"operation": name, **sizes(name, bench.options), "seconds": statistics.median(seconds), "runs": seconds})
        del bench.ready[name]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--serve", action="store_true", help="read operations from standard input")
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--dim", type=int, default=784)
    parser.add_argument("--top", type=int, default=50)
    parser.add_argument("--svd", type=int, default=512)
    parser.add_argument("--view-rows", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    bench = Bench(options)
    if options.serve:
        serve(bench)
    else:
        report(bench, options.repeats)


if __name__ == "__main__":
    main()
