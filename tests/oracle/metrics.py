"""Holds the metrics of the studies against scikit-learn.

    metrics.py PROGRAM FOLDER

Runs PROGRAM (metrics.cpp), which draws sets of scores, and works out the same figures
with scikit-learn, thresholds with NumPy. Ends with 1 where one differs by more than
1e-12 of its size.
"""

import json
import pathlib
import subprocess
import sys
import warnings

try:
    import numpy
    import sklearn
    from sklearn import metrics
except ImportError as error:
    print(f"skipped: {sys.executable} has no scikit-learn ({error}); "
          "scripts/install-dependencies --oracle installs it")
    sys.exit(0)

TOLERANCE = 1e-12
worst = {}
failures = 0


def hold(kind, ours, theirs, number):
    global failures
    ours = float("nan") if ours is None else ours  # as JSON has it
    if numpy.isnan(ours) and numpy.isnan(theirs):
        error = 0.0
    else:
        error = abs(ours - theirs) / max(1.0, abs(theirs))
    worst[kind] = max(worst.get(kind, 0.0), error)
    if not error <= TOLERANCE:
        failures += 1
        print(f"set {number}: {kind} is {ours:.17g}, scikit-learn has {theirs:.17g}")


def roc_auc(is_abnormal, scores):
    if is_abnormal.all() or not is_abnormal.any():
        return float("nan")  # an error there
    return metrics.roc_auc_score(is_abnormal, scores)


def thresholds(normal, abnormal):
    low, high = abnormal.mean() - abnormal.std(), normal.mean() + normal.std()
    expected = {"mean_plus_2_5_std": normal.mean() + 2.5 * normal.std(),
                "abnormal_mean_minus_std": low, "normal_mean_plus_std": high,
                "midpoint": (low + high) / 2}
    sweep = normal.mean() + numpy.arange(100) * ((abnormal.mean() - normal.mean()) / 100)
    both = numpy.concatenate([normal, abnormal])
    # Where a score is on a threshold, the last bit of the mean decides.
    if numpy.abs(sweep[:, None] - both).min() > 1e-9:
        right = (both < sweep[:, None]) == (numpy.arange(len(both)) < len(normal))
        expected["best_validation"] = sweep[right.mean(axis=1).argmax()]  # the first of the best
    return expected


def main(program, folder):
    warnings.simplefilter("ignore")  # of sets that lack a class, which are meant
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([program, folder / "metrics.json"], check=True)
    sets = json.loads((folder / "metrics.json").read_text())
    ties = 0
    for number, drawn in enumerate(sets):
        scores, is_abnormal = numpy.array(drawn["scores"]), numpy.array(drawn["is_abnormal"])
        is_normal = ~is_abnormal
        ties += len(numpy.unique(scores)) < len(scores)
        hold("roc_auc", drawn["roc_auc"], roc_auc(is_abnormal, scores), number)
        hold("average_precision", drawn["average_precision"],
             metrics.average_precision_score(is_abnormal, scores) if is_abnormal.any() else 0.0, number)
        hold("mean", drawn["mean"], scores.mean(), number)
        hold("std", drawn["std"], scores.std(), number)
        for at in drawn["confusions"]:
            as_normal = scores < at["threshold"]
            counts = metrics.confusion_matrix(is_normal, as_normal, labels=[False, True])
            for ours, theirs in zip(sum(at["counts"], []), counts.flatten()):
                hold("confusion", ours, theirs, number)
            hold("accuracy", at["accuracy"], metrics.accuracy_score(is_normal, as_normal), number)
            precision, recall, *_ = metrics.precision_recall_fscore_support(
                is_normal, as_normal, average="binary", pos_label=True, zero_division=0)
            hold("precision", at["precision"], precision, number)
            hold("recall", at["recall"], recall, number)
        if "thresholds" not in drawn:
            continue
        for name, value in thresholds(scores[is_normal], scores[is_abnormal]).items():
            hold(name, drawn["thresholds"][name], value, number)
    print(f"{len(sets)} sets of scores, {ties} with ties, against scikit-learn {sklearn.__version__}: " +
          ", ".join(f"{kind} {error:.1e}" for kind, error in worst.items()))
    print(f"{failures} differ by more than {TOLERANCE:.0e}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
