"""Times the whole of ae_fashion against its notebook's protocol in Keras.

Both load Fashion-MNIST, train 100 epochs with validation, and find the errors of
all sets. gradus also writes its report, pictures and charts; Keras trains with
fit's defaults, as the notebook does, and draws nothing.

  bench/peers/python bench/peers/study.py [--rounds N] [--epochs N] [--backends LIST]
"""

import argparse
import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = os.environ.get("GRADUS_DATA", "/usr/share/datasets/fashion-mnist")
NORMAL, ABNORMAL = [5, 7, 9], [4]


def keras_study(epochs):
    """Runs in a process of its own, so that imports count as a user's do."""
    import keras
    import numpy as np

    def read(name, header):
        with gzip.open(Path(DATA) / name) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)

    def images(part):
        return read(f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype("float32") / 255

    x, labels = images("train"), read("train-labels-idx1-ubyte.gz", 8)
    test, test_labels = images("t10k"), read("t10k-labels-idx1-ubyte.gz", 8)
    order = np.random.default_rng(1).permutation(len(x))
    x, labels = x[order], labels[order]
    train, valid = x[:54000], x[54000:]
    train_labels, valid_labels = labels[:54000], labels[54000:]
    normal = train[np.isin(train_labels, NORMAL)]
    sets = {"normal": valid[np.isin(valid_labels, NORMAL)], "abnormal": valid[np.isin(valid_labels, ABNORMAL)],
            "test normal": test[np.isin(test_labels, NORMAL)], "test abnormal": test[np.isin(test_labels, ABNORMAL)]}

    units = [256, 128, 64, 16, 64, 128, 256]
    layers = [keras.layers.Dense(n, activation="selu") for n in units]
    model = keras.Sequential([keras.Input((784,)), *layers, keras.layers.Dense(784, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.RMSprop())
    history = model.fit(normal, normal, epochs=epochs, batch_size=128, verbose=0,
                        validation_data=(sets["normal"], sets["normal"]))
    errors = {name: np.abs(model.predict(s, verbose=0) - s).mean(axis=1) for name, s in {"train": normal, **sets}.items()}
    middle = (errors["normal"].mean() + errors["normal"].std() + errors["abnormal"].mean() - errors["abnormal"].std()) / 2
    right = (errors["test normal"] < middle).sum() + (errors["test abnormal"] >= middle).sum()
    print(f"loss {history.history['loss'][-1]:.4f}, accuracy at the midpoint "
          f"{right / (len(sets['test normal']) + len(sets['test abnormal'])):.4f}", file=sys.stderr)


def seconds(command, **environment):
    start = time.monotonic()
    subprocess.run(command, check=True, env=dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", **environment))
    return time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="turns of all [3]")
    parser.add_argument("--epochs", type=int, default=100, help="[100]")
    parser.add_argument("--backends", default="tensorflow,jax", help="of Keras [tensorflow,jax]")
    parser.add_argument("--keras", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.keras:
        return keras_study(options.epochs)
    program = ROOT / "build/release/apps/ae_fashion"
    products = {"gradus": "blas", "gradus, own products": "own"}
    times = {name: [] for name in products} | {f"Keras on {b}": [] for b in options.backends.split(",")}
    for done in range(options.rounds):
        for name, gemm in products.items():
            with tempfile.TemporaryDirectory() as folder:
                times[name].append(seconds([program, "--epochs", str(options.epochs), "--gemm", gemm,
                                            "--quiet", "--out", f"{folder}/run"]))
        for backend in options.backends.split(","):
            times[f"Keras on {backend}"].append(seconds(
                [sys.executable, __file__, "--keras", "--epochs", str(options.epochs)], KERAS_BACKEND=backend))
        print(f"round {done + 1} of {options.rounds}", file=sys.stderr, flush=True)
    gradus = statistics.median(times["gradus"])
    for name, values in times.items():
        print(f"{name:<21} {statistics.median(values):8.1f} s {statistics.median(values) / gradus:6.2f} times")


main()
