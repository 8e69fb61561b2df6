"""The matrix products of the objectives alone, in NumPy, for bench/losses.mjs.

    python3 losses_numpy.py --serve

One operation a line of standard input, as `vicreg ROWS COLS DIRECTIONS STEPS` (or barlow-twins, simclr, sigreg), run so many
times into arrays that are there already and answered by one JSON line with the seconds of one, until end of file. An operation's warm-up run
comes before its first timed run.
"""

import json
import sys
import time

import numpy as np

BLOCK = 512


def batches(rows, cols):
    rng = np.random.default_rng(1)
    return rng.standard_normal((rows, cols)), rng.standard_normal((rows, cols))


def vicreg(rows, cols, _):
    """Of each view ZᵀZ, which NumPy knows to be symmetric, and Z M."""
    pair, second, out = batches(rows, cols), np.empty((cols, cols)), np.empty((rows, cols))

    def run():
        for z in pair:
            np.matmul(z.T, z, out=second)
            np.matmul(z, second, out=out)

    return run


def barlow_twins(rows, cols, _):
    (z1, z2), cross, out = batches(rows, cols), np.empty((cols, cols)), np.empty((rows, cols))

    def run():
        np.matmul(z1.T, z2, out=cross)
        np.matmul(z2, cross.T, out=out)
        np.matmul(z1, cross, out=out)

    return run


def simclr(rows, cols, _):
    """The upper triangle of the 2B×2B similarities twice, in blocks of rows, and their product with the rows."""
    z = np.concatenate(batches(rows, cols))
    out, block = np.empty_like(z), np.empty((BLOCK, len(z)))

    def run():
        for _ in range(2):
            for top in range(0, len(z), BLOCK):
                np.matmul(z[top : top + BLOCK], z[top:].T, out=block[:, top:])
        for top in range(0, len(z), BLOCK):
            np.matmul(block, z, out=out[top : top + BLOCK])

    return run


def sigreg(rows, cols, directions):
    z, a = batches(rows, cols)[0], np.random.default_rng(2).standard_normal((cols, directions))
    projections, out = np.empty((rows, directions)), np.empty((rows, cols))

    def run():
        np.matmul(z, a, out=projections)
        np.matmul(projections, a.T, out=out)

    return run


OPERATIONS = {"vicreg": vicreg, "barlow-twins": barlow_twins, "simclr": simclr, "sigreg": sigreg}


def serve():
    ready = {}
    for line in sys.stdin:
        name, *sizes = line.split()
        if name not in OPERATIONS or len(sizes) != 4:
            print(json.dumps({"error": f"no operation {line.strip()}"}), flush=True)
            continue
        *shape, steps = map(int, sizes)
        if line not in ready:
            ready[line] = OPERATIONS[name](*shape)
            ready[line]()
        start = time.perf_counter()
        for _ in range(steps):
            ready[line]()
        print(json.dumps({"seconds": (time.perf_counter() - start) / steps}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] != ["--serve"]:
        sys.exit(__doc__)
    serve()
