"""Times the training steps of the studies in gradus and in its peers, in turns."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

import protocol

HERE = Path(__file__).resolve().parent
PEERS = {
    "gradus": ["gradus", "blas"],  # its program is an option
    "gradus, own products": ["gradus", "own"],
    "PyTorch, eager": ["peer_torch.py", "eager"],
    "PyTorch, torch.compile": ["peer_torch.py", "compile"],
    "JAX, jit": ["peer_jax.py", "step"],
    "JAX, jit of a loop": ["peer_jax.py", "scan"],
    "Keras on TensorFlow, XLA": ["peer_keras.py", "tensorflow"],
    "Keras on JAX": ["peer_keras.py", "jax"],
}
PACKAGES = ["torch", "jax", "keras", "tensorflow-cpu"]
# Relative. The VAE draws its own noise in each peer; Keras adds epsilon elsewhere in its optimizers.
SAME_LOSS = 0.05
STEPS = protocol.BATCHES  # a turn


class Peer:
    """A process that trains when asked (see protocol.py)."""

    def __init__(self, name, workload, file, threads, gradus):
        program, variant = PEERS[name]
        start = [str(gradus)] if program == "gradus" else [sys.executable, str(HERE / program)]
        arguments = [*start, workload, file, str(threads), variant]
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env=environment,
        )
        self.name, self.threads = name, threads
        self.times = []
        self.read("ready")

    def read(self, expected=None):
        line = self.process.stdout.readline()
        if not line or (expected and line.strip() != expected):
            self.errors.seek(0)
            sys.exit(f"compare: {self.name} with {self.threads} threads failed:\n{self.errors.read()[-2000:]}")
        return line.strip()

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return float(self.read())

    def quit(self):
        self.process.stdin.close()
        self.process.wait()


def make_file(name, folder):
    """Data and first weights, the same for all."""
    w = protocol.WORKLOADS[name]
    random = np.random.default_rng(1)
    sizes = protocol.layer_sizes(w)
    # A few smooth patterns mixed: something that can be learned.
    patterns = random.random((8, sizes[0][0]), dtype=np.float32)
    mixture = random.dirichlet(np.ones(8), protocol.BATCHES * w.batch).astype(np.float32)
    tensors = {"data": np.ascontiguousarray(mixture @ patterns)}
    for i, (fan_in, fan_out) in enumerate(sizes):
        limit = (6 / (fan_in + fan_out)) ** 0.5
        tensors[f"w{i}"] = random.uniform(-limit, limit, (fan_in, fan_out)).astype(np.float32)
        tensors[f"b{i}"] = np.zeros(fan_out, np.float32)
    path = str(Path(folder) / f"{name}.safetensors")
    save_file(tensors, path)
    return path


def compare(name, names, threads, rounds, folder, gradus):
    """The peers of one workload, with their times in milliseconds and the loss they reach."""
    file = make_file(name, folder)
    peers = [Peer(peer, name, file, t, gradus) for peer in names for t in threads]
    for peer in peers:
        peer.ask(f"steps {STEPS}")  # compiles
        peer.loss = peer.ask("loss")
        peer.ask(f"steps {STEPS}")
    for peer in peers:
        if abs(peer.loss / peers[0].loss - 1) > SAME_LOSS:
            sys.exit(
                f"compare: {name}: after {STEPS} steps {peer.name} has loss {peer.loss:.6g}, "
                f"{peers[0].name} {peers[0].loss:.6g}: they do not do the same work"
            )
    for done in range(rounds):
        for peer in peers:
            peer.times.append(peer.ask(f"steps {STEPS}"))
        print(f"\r{name}: round {done + 1} of {rounds}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for peer in peers:
        peer.quit()
    return peers


def best_of(peers):
    """Of each peer the entry with its best number of threads, in the order of PEERS."""
    best = {}
    for p in peers:
        time = statistics.median(p.times)
        if p.name not in best or time < best[p.name]["ms"]:
            best[p.name] = {"peer": p.name, "threads": p.threads, "ms": time, "loss": p.loss}
    gradus = best["gradus"]["ms"] if "gradus" in best else None
    for entry in best.values():
        entry["ratio"] = entry["ms"] / gradus if gradus else None
    return list(best.values())


def table(results):
    lines = ["| workload | peer | threads | ms a step | times gradus | loss |", "|---|---|---|---|---|---|"]
    for name, entries in results.items():
        for e in entries:
            ratio = f"{e['ratio']:.2f}" if e["ratio"] else ""
            lines.append(f"| {name} | {e['peer']} | {e['threads']} | {e['ms']:.4f} | {ratio} | {e['loss']:.5f} |")
    return "\n".join(lines) + "\n"


def draw(results, out):
    """How many times gradus' time each peer takes, as bars (gnuplot)."""
    compared = {e["peer"] for entries in results.values() for e in entries if e["ratio"]}
    names = [n for n in PEERS if n in compared and n != "gradus"]
    if not names:
        return
    rows = ["workload\t" + "\t".join(names)]
    for workload, entries in results.items():
        ratios = {e["peer"]: e["ratio"] for e in entries}
        rows.append(workload + "\t" + "\t".join(str(ratios.get(n, "NaN")) for n in names))
    (out / "peers.tsv").write_text("\n".join(rows) + "\n")
    script = f"""set terminal pngcairo size 1100,520 font 'DejaVu Sans,10'
set output 'peers.png'
set datafile separator tab
set style data histogram
set style histogram clustered gap 1
set style fill solid noborder
set logscale y 2
set yrange [0.25:*]
set grid ytics linecolor rgb '#dddddd'
set key outside right top reverse Left
set border 1 linecolor rgb '#555555'
set tics nomirror scale 0
set ylabel 'time of a step, gradus = 1'
plot for [i=2:{len(names) + 1}] 'peers.tsv' using i:xtic(1) title columnheader(i), 1 notitle with lines linecolor rgb '#333333'
"""
    (out / "peers.gp").write_text(script)
    subprocess.run(["gnuplot", "peers.gp"], cwd=out, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="build/peers/results", help="folder for the table and the chart")
    parser.add_argument("--rounds", type=int, default=15, help=f"turns of {STEPS} steps each [15]")
    parser.add_argument("--workloads", default=",".join(protocol.WORKLOADS), help="with commas between them [all]")
    parser.add_argument("--peers", default=";".join(PEERS), help="with semicolons between them [all]")
    parser.add_argument("--threads", default="1,2", help="numbers of threads to try; each peer counts with its best [1,2]")
    parser.add_argument("--gradus", default=str(HERE.parent.parent / "build/release/bench/peer_gradus"), help="its program")
    options = parser.parse_args()
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    names = [n for n in PEERS if n in options.peers.split(";")]
    threads = [int(t) for t in options.threads.split(",")]
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for workload in options.workloads.split(","):
            peers = compare(workload, names, threads, options.rounds, folder, options.gradus)
            results[workload] = best_of(peers)
            print(table({workload: results[workload]}), flush=True)
    versions = ", ".join(f"{p} {version(p)}" for p in PACKAGES)
    kernels = os.environ.get("OPENBLAS_CORETYPE", "those that fit the machine")
    text = (
        f"Medians of {options.rounds} turns of {STEPS} steps. OpenBLAS kernels: {kernels}. "
        f"{versions}.\n\n{table(results)}"
    )
    (out / "peers.md").write_text(text)
    (out / "peers.json").write_text(json.dumps({"versions": versions, "workloads": results}, indent=2) + "\n")
    draw(results, out)
    print(f"Written to {out}")


main()
