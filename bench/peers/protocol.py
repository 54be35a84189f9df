"""What the driver and the peers agree on: workloads, files, and how a peer is asked.

A peer is a process that reads one command a line on standard input and answers
each with one line on standard output:

    steps N   train N steps and print the milliseconds that one took in the mean
    loss      print the loss of all data
    quit

Its arguments are the name of the workload, the file with the data and the first
weights, and the number of threads.
"""

import sys
import time
from dataclasses import dataclass, field


@dataclass
class Workload:
    batch: int
    units: list[int]  # of the whole model; of the VAE: encoder and decoder
    hidden: str
    loss: str  # bce (from logits), mse or mae (of a sigmoid's output)
    optimizer: str
    codings: int = 0  # of the VAE; `units` then go through two heads of this size
    encoder: list[int] = field(default_factory=list)


WORKLOADS = {
    "ae": Workload(128, [784, 256, 128, 64, 16, 64, 128, 256, 784], "selu", "bce", "rmsprop"),
    "vae": Workload(
        128, [16, 64, 128, 256, 784], "selu", "bce", "rmsprop", codings=16, encoder=[784, 256, 128, 64]
    ),
    "digits": Workload(32, [64, 64, 16, 8, 16, 64], "relu", "mse", "adam"),
    "basic": Workload(32, [784, 64, 784], "relu", "mse", "adam"),
    "ecg": Workload(512, [140, 32, 16, 8, 16, 32, 140], "relu", "mae", "adam"),
}
LEARNING_RATE = 1e-3
EPSILON = 1e-7
BATCHES = 60  # that the data hold


def layer_sizes(w: Workload) -> list[tuple[int, int]]:
    """Inputs and outputs of each dense layer, in the order of their weights in the file."""

    def pairs(units):
        return list(zip(units[:-1], units[1:]))

    if not w.codings:
        return pairs(w.units)
    return pairs(w.encoder) + [(w.encoder[-1], w.codings)] * 2 + pairs(w.units)


def load(path: str):
    """Data (n, features) and the weights and biases of every layer, in order."""
    from safetensors.numpy import load_file

    tensors = load_file(path)
    layers = sum(name.startswith("w") for name in tensors)
    return tensors["data"], [(tensors[f"w{i}"], tensors[f"b{i}"]) for i in range(layers)]


def serve(steps, loss) -> None:
    """Answers the driver. `steps(n)` trains n steps, to their end; `loss()` is a number."""
    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "steps":
            n = int(arguments[0])
            begin = time.perf_counter()
            steps(n)
            print((time.perf_counter() - begin) * 1000 / n, flush=True)
        elif command == "loss":
            print(loss(), flush=True)
        else:
            return
