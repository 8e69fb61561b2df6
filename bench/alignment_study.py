"""The alignment study in plain NumPy: the reference the package's study is timed and checked against.

    python3 alignment_study.py MNIST_FOLDER [--out cells.jsonl] [--seeds 3]

Linear simulations of Van Assel et al. (NeurIPS 2025, arXiv 2505.12477): images reduced to 50 principal components plus 50
noise components, a Gaussian alignment process with covariance Θ + α²Γ, and three problems learned on clean and on
corrupted data. One JSON line per problem, noise, α, n and seed; a summary goes to standard output.
"""

import argparse
import gzip
import json
import time
from pathlib import Path

import numpy as np

K = 50  # signal components, and the dimension of the encoders
D = 100
SIZES = [100 * 2**j for j in range(10)]
ALPHAS = [0.1, 1.0, 10.0]
NOISE = {"weak": 1e3, "strong": 1e6}
THETA_MAX = 1e4
PROBLEMS = ["supervised", "reconstruction", "joint-embedding"]


def read_idx(path):
    with gzip.open(path, "rb") as file:
        data = file.read()
    shape = np.frombuffer(data, dtype=">i4", count=data[3], offset=4)
    return np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def load_mnist(folder):
    images = read_idx(Path(folder) / "train-images-idx3-ubyte.gz")
    labels = read_idx(Path(folder) / "train-labels-idx1-ubyte.gz")
    return images.reshape(len(images), -1).astype(np.float64), labels


def pca_scores(x, k):
    centred = x - x.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred / len(x))
    return centred @ vectors[:, ::-1][:, :k]


def inverse_sqrt(s):
    values, vectors = np.linalg.eigh(s)
    return vectors / np.sqrt(values) @ vectors.T


def supervised(x, y, sigma):
    """V = B S⁻¹."""
    n = len(x)
    return np.linalg.solve(x.T @ x / n + sigma, x.T @ y / n).T


def reconstruction(x, sigma, k):
    """E = P_kᵀ S^{-1/2} from the SVD C S^{-1/2} = R Φ Pᵀ."""
    gram = x.T @ x / len(x)
    root = inverse_sqrt(gram + sigma)
    _, _, vt = np.linalg.svd(gram @ root)
    return vt[:k] @ root


def joint_embedding(x, sigma, k):
    """W = Q_kᵀ S^{-1/2} from the eigenvectors of S^{-1/2} G S^{-1/2}."""
    gram = x.T @ x / len(x)
    root = inverse_sqrt(gram + sigma)
    _, vectors = np.linalg.eigh(root @ gram @ root)
    return vectors[:, ::-1][:, :k].T @ root


def learn(problem, x, y, sigma):
    """The learned encoder and its loss on the data it was trained on."""
    if problem == "supervised":
        encoder = supervised(x, y, sigma)
        return encoder, np.mean(np.sum((y - x @ encoder.T) ** 2, axis=1))
    encoder = (reconstruction if problem == "reconstruction" else joint_embedding)(x, sigma, K)
    z = x @ encoder.T
    probe = np.linalg.solve(z.T @ z, z.T @ y)
    return encoder, np.mean(np.sum((y - z @ probe) ** 2, axis=1))


def sine_to_signal(encoder):
    """Sine of the largest principal angle between the encoder's row space and the first K coordinates.

    Not a verdict for the supervised problem: one-hot targets sum to 1 and the inputs are centred, so as n grows V tends to
    rank 9 and its tenth direction is sampling noise.
    """
    basis, _ = np.linalg.qr(encoder.T)
    return np.linalg.norm(basis[K:], ord=2)


def thresholds(signal, theta, gamma):
    """α²_RC and α²_JE, signed, and η²/δ, for the n → ∞ problem."""
    eta = np.min(signal / np.sqrt(signal + theta[:K]))
    delta = np.min(signal / (signal + theta[:K]))
    ratio = theta[K:] / gamma[K:]
    return {
        "reconstruction": np.max(gamma[K:] / eta**2 - ratio - 1),
        "joint-embedding": np.max((1 - delta) / delta - ratio),
        "boundary": eta**2 / delta,
    }


def run_seed(seed, scores, targets):
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(scores))[: SIZES[-1]]
    clean = np.hstack([scores[order], np.zeros((len(order), D - K))])
    y = targets[order]
    theta = rng.uniform(0, THETA_MAX, D)
    cells = []
    for noise, strength in NOISE.items():
        gamma = np.concatenate([np.zeros(K), rng.uniform(0, strength, D - K)])
        corrupted = clean + rng.standard_normal(clean.shape) * np.sqrt(gamma)
        limits = thresholds(np.mean(clean[:, :K] ** 2, axis=0), theta, gamma)
        print(
            f"seed {seed} {noise:6s} alpha²_RC {limits['reconstruction']:9.4f}  alpha²_JE {limits['joint-embedding']:8.4f}"
            f"  eta²/delta {limits['boundary']:9.1f}  gamma {gamma[K:].min():.4g} to {gamma.max():.4g}"
        )
        for n in SIZES:
            for alpha in ALPHAS:
                sigma = np.diag(theta + alpha**2 * gamma)
                for problem in PROBLEMS:
                    _, clean_loss = learn(problem, clean[:n], y[:n], sigma)
                    encoder, corrupted_loss = learn(problem, corrupted[:n], y[:n], sigma)
                    cells.append(
                        {
                            "problem": problem,
                            "noise": noise,
                            "alpha": alpha,
                            "n": n,
                            "seed": seed,
                            "distance": abs(clean_loss - corrupted_loss),
                            "angle": sine_to_signal(encoder),
                        }
                    )
    return cells


def summarise(cells):
    print(f"\n{'problem':16s} {'noise':6s} {'alpha':>5s}  {'distance':>10s}  {'angle':>8s} at n = {SIZES[-1]}")
    for problem in PROBLEMS:
        for noise in NOISE:
            for alpha in ALPHAS:
                group = [
                    c
                    for c in cells
                    if (c["problem"], c["noise"], c["alpha"], c["n"]) == (problem, noise, alpha, SIZES[-1])
                ]
                distance = np.mean([c["distance"] for c in group])
                angle = np.mean([c["angle"] for c in group])
                print(f"{problem:16s} {noise:6s} {alpha:5.1f}  {distance:10.3e}  {angle:8.4f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", help="folder with the MNIST training files, gzipped IDX")
    parser.add_argument("--out", help="write one JSON line per cell to this file")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()

    start = time.perf_counter()
    images, labels = load_mnist(options.folder)
    scores = pca_scores(images, K)
    targets = np.eye(10)[labels]
    prepared = time.perf_counter()
    cells = [cell for seed in range(options.seeds) for cell in run_seed(seed, scores, targets)]
    finished = time.perf_counter()
    summarise(cells)
    if options.out:
        Path(options.out).write_text("".join(json.dumps(cell) + "\n" for cell in cells), encoding="utf-8")
    print(f"\ntotal {finished - start:.2f} s: data and PCA {prepared - start:.2f} s, study {finished - prepared:.2f} s")


if __name__ == "__main__":
    main()
