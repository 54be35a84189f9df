"""Holds files of tensors against the safetensors package, in both directions.

    files.py PROGRAM FOLDER float|double

Opens with the package what PROGRAM (files.cpp) writes, and has PROGRAM copy what the
package writes: names, shapes, the bits of every element and the metadata must be the
same. Ends with 1 where they are not.
"""

import pathlib
import subprocess
import sys

try:
    import numpy
    import safetensors
    from safetensors.numpy import load_file, save_file
except ImportError as error:
    print(f"skipped: {sys.executable} has not what this takes ({error}); "
          "scripts/install-dependencies --oracle installs it")
    sys.exit(0)

failures = 0


def hold(holds, what):
    global failures
    if not holds:
        failures += 1
        print(f"differs: {what}")


def metadata_of(path):
    with safetensors.safe_open(path, framework="np") as file:
        return file.metadata()


def hold_same(got, expected, where):
    hold(got.keys() == expected.keys(), f"{where}: names {sorted(got)}, expected {sorted(expected)}")
    for name in got.keys() & expected.keys():
        ours, theirs = got[name], expected[name]
        hold(ours.dtype == theirs.dtype and ours.shape == theirs.shape and
             ours.tobytes() == theirs.tobytes(), f"{where}: {name!r}: {ours}, expected {theirs}")


def counted(shape, scalar):
    count = int(numpy.prod(shape, dtype=int))
    return ((numpy.arange(count) * 7 % 31 - 15) / 16).astype(scalar).reshape(shape)


def ours_opens_there(program, folder, scalar):
    path = folder / "ours.safetensors"
    subprocess.run([program, "write", path], check=True)
    info = numpy.finfo(scalar)
    shapes = {"encoder.weight": (3, 4), "\u00e9 \"\\\n\U0001f600": (2,), "scalar": (), "empty": (0, 5),
              "six": (1, 2, 1, 3, 1, 2)}
    expected = {name: counted(shape, scalar) for name, shape in shapes.items()}
    expected["special"] = numpy.array([numpy.inf, -numpy.inf, numpy.nan, -0.0, info.smallest_subnormal,
                                       info.max, info.eps], scalar)
    hold_same(load_file(path), expected, "written by gradus")
    hold(metadata_of(path) == {"format": "np", "text": "line\nbreak \u20ac \"quoted\""},
         f"metadata written by gradus: {metadata_of(path)}")
    return len(expected)


def theirs_opens_here(program, folder, scalar):
    path, copy = folder / "theirs.safetensors", folder / "copy.safetensors"
    random = numpy.random.default_rng(1)
    arrays = {}
    for number in range(200):
        shape = tuple(random.integers(0, 5, random.integers(0, 7)))
        dtype = (numpy.float32, numpy.float64)[number % 2]
        arrays[f"{number}.\u00e9\t/\""] = numpy.asarray(random.standard_normal(shape), dtype)
    metadata = {"k": "v", "\u20ac": "\0\x01\u2028"}
    save_file(arrays, path, metadata)
    subprocess.run([program, "copy", path, copy], check=True)
    hold_same(load_file(copy), {name: array.astype(scalar) for name, array in arrays.items()},
              "read by gradus")
    hold(metadata_of(copy) == metadata, f"metadata read by gradus: {metadata_of(copy)}")
    for dtype in (numpy.float16, numpy.int32, bool):
        save_file({"w": numpy.ones(2, dtype)}, path)
        refused = subprocess.run([program, "copy", path, copy], capture_output=True, text=True)
        hold(refused.returncode == 1 and "dtype" in refused.stderr, f"{dtype} is not refused")
    return len(arrays)


def main(program, folder, scalar):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    scalar = {"float": numpy.float32, "double": numpy.float64}[scalar]
    ours = ours_opens_there(program, folder, scalar)
    theirs = theirs_opens_here(program, folder, scalar)
    print(f"safetensors {safetensors.__version__}: {ours} tensors of gradus opened there, "
          f"{theirs} of theirs here, {failures} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
