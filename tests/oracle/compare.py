"""Holds gradus against PyTorch: random graphs, and trainings.

    compare.py PROGRAM FOLDER

Runs PROGRAM (program.cpp), which leaves in FOLDER what gradus computed, repeats it
in PyTorch, and prints a report, which it also leaves there as report.txt. Ends with
1 where a number differs, naming graph, step and both values. PyTorch works in
double for the float build, too: its leaves are the same numbers, so a difference is
what gradus rounded.
"""

import collections
import json
import pathlib
import subprocess
import sys

try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    print(f"skipped: {sys.executable} has no PyTorch ({error}); "
          "scripts/install-dependencies --oracle installs it")
    sys.exit(0)

sys.dont_write_bytecode = True  # which would lie in the source tree
from training import train

SHOWN = 10  # violations that are printed in full


class Numbers:
    """The tensors of numbers.bin."""

    def __init__(self, path):
        self.all = torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.float64)

    def __call__(self, entry):
        place, *sizes = entry
        count = 1
        for size in sizes:
            count *= size
        return self.all[place:place + count].reshape(sizes)


def difference(ours, theirs):
    """The largest difference over the largest magnitude; infinite where shapes differ."""
    if ours.shape != theirs.shape:
        return float("inf")
    worst = (ours - theirs).abs().max().item()
    if worst == 0:
        return 0.0
    error = worst / max(ours.abs().max().item(), theirs.abs().max().item())
    return error if error == error else float("inf")


def text_of(tensor):
    values = ", ".join(f"{value:.17g}" for value in tensor.flatten()[:8].tolist())
    return f"{tuple(tensor.shape)} [{values}{', ...' if tensor.numel() > 8 else ''}]"


class Report:
    def __init__(self, tolerance):
        self.tolerance = tolerance
        self.lines = []
        self.violations = 0
        self.worst = {"value": (0.0, ""), "gradient": (0.0, "")}

    def say(self, line):
        self.lines.append(line)
        print(line)

    def hold(self, kind, ours, theirs, where, about=""):
        """Whether both agree; notes the largest error of its kind."""
        error = difference(ours, theirs)
        self.worst[kind] = max(self.worst[kind], (error, where))
        if error <= self.tolerance:
            return True
        self.violations += 1
        if self.violations <= SHOWN:
            self.say(f"{kind} of {where} differs by {error:.1e} {about}\n"
                     f"  gradus  {text_of(ours)}\n  PyTorch {text_of(theirs)}")
        return False


code_of = {}


def carry_out(text, inputs):
    """The value of the Python text, of inputs a, b, c, ..."""
    if text not in code_of:
        code_of[text] = compile(text, text, "eval")
    value = eval(code_of[text], {"torch": torch, "F": F}, dict(zip("abcdefgh", inputs)))
    # Where nothing changes PyTorch may give back its input; gradients are kept by step.
    return value.clone() if any(value is one for one in inputs) else value


def title(nodes, i):
    node = nodes[i]
    if "torch" not in node:
        return f"leaf {i}"
    inputs = ", ".join(f"{name} = {n}" for name, n in zip("abcdefgh", node["inputs"]))
    return f"step {i}, {node['operation']}: {node['torch']} with {inputs}"


def compare_graph(number, nodes, tensor, report):
    """The graph's number, and whether it agrees up to the first step that does not."""
    results = []
    for i, node in enumerate(nodes):
        if "torch" in node:
            results.append(carry_out(node["torch"], [results[n] for n in node["inputs"]]))
            results[-1].retain_grad()
        else:
            results.append(tensor(node["value"]).clone().requires_grad_())
        if not report.hold("value", tensor(node["value"]), results[-1].detach(),
                           f"graph {number}, {title(nodes, i)}"):
            return  # what follows from it says nothing new
    results[-1].backward()
    # From the end: an error lies in the steps that use the first node whose gradient
    # is wrong, for their own is right.
    for i in reversed(range(len(nodes))):
        theirs = results[i].grad
        if theirs is None:
            theirs = torch.zeros_like(results[i])
        for kind in ("gradient", "probe"):
            if kind not in nodes[i]:
                continue
            users = [title(nodes, n) for n in range(i + 1, len(nodes))
                     if i in nodes[n].get("inputs", [])]
            if not report.hold("gradient", tensor(nodes[i][kind]), theirs,
                               f"graph {number}, {title(nodes, i)}", "; used by " + "; ".join(users)):
                return


def compare_training(training, tensor, is_float, report):
    """Every loss and the last weights; the largest error."""
    losses, weights = train(training, tensor)
    tolerance = 1e-4 if is_float else 1e-6
    worst = 0.0
    for step, loss in enumerate(losses):
        ours = training["steps"][step]["loss"]
        error = difference(torch.tensor(ours), torch.tensor(loss))
        worst = max(worst, error)
        if error > tolerance:
            report.violations += 1
            report.say(f"{training['name']}: loss of step {step} differs by {error:.1e}, "
                       f"gradus {ours:.17g}, PyTorch {loss:.17g}")
            break
    changed = max(difference(tensor(entry), weight)
                  for entry, weight in zip(training["after"], weights))
    if not is_float and changed > tolerance:
        report.violations += 1
        report.say(f"{training['name']}: weights after the last step differ by {changed:.1e}")
    return f"{len(losses)} steps, loss {losses[0]:.4f} to {losses[-1]:.4f}, worst error {worst:.1e}, " \
           f"of the weights {changed:.1e}"


def main(program, folder):
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    folder = pathlib.Path(folder)
    subprocess.run([program, folder], check=True)
    drawn = json.loads((folder / "oracle.json").read_text())
    tensor = Numbers(folder / "numbers.bin")
    report = Report(1e-4 if drawn["float"] else 1e-10)

    counts = collections.Counter()
    steps = 0
    for number, nodes in enumerate(drawn["graphs"]):
        compare_graph(number, nodes, tensor, report)
        operations = [node["operation"] for node in nodes if "operation" in node]
        counts.update(operations)
        steps += len(operations)
    graphs = len(drawn["graphs"])
    report.say(f"{graphs} graphs in {'float' if drawn['float'] else 'double'}, against PyTorch "
               f"{torch.__version__}: {steps} steps, {sum(map(len, drawn['graphs'])) - steps} leaves, "
               f"up to {drawn['deepest']} deep; {drawn['rejected']} more were ill-conditioned")
    report.say(f"{len(counts)} operations: " +
               ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    for kind, (error, where) in report.worst.items():
        report.say(f"worst error of a {kind}: {error:.1e} ({where})")
    for training in drawn["trainings"]:
        report.say(f"{training['name']}: " +
                   compare_training(training, tensor, drawn["float"], report))
    report.say(f"{report.violations} differences are too large" if report.violations else
               f"all within {report.tolerance:.0e}")
    (folder / "report.txt").write_text("\n".join(report.lines) + "\n")
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
