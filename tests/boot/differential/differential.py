"""Gives images to QEMU's reader and to ours, and fails on a difference that docs/formats/eif.md does not list.

differential.py REPRODUCE QEMU FIRMWARE WITNESS DOCUMENT SCRATCH [VECTORS]
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

import made_images
from qemu_reader import QemuReader

# Well-formed images that QEMU refuses: its words, and the name under which DOCUMENT lists them.
STRICTER = {
    "Expected EIF flags to be 0": "aarch64",
    "Expected EIF version 4 or greater": "old versions",
    "Out of memory reading": "empty sections",
    "No ramdisk section": "no ramdisk",
    "Invalid signautre CBOR": "signature before its certificate",
}
# The one thing that QEMU takes and `inspect` says that it objects to.
LAXER = {"bytes follow the CBOR item": "bytes behind the signature"}
MADE, BROKEN, BUILT = 240, 240, 40


class Differences:
    def __init__(self, document):
        self.document = document
        self.counts = collections.Counter()
        self.undocumented = []

    def count(self, what):
        self.counts[what] += 1

    def documented(self, name, what):
        """A difference that the document lists under `what`."""
        if f"**{what}**" not in self.document:
            self.fail(name, f"{what}: not in the document")
        self.counts[f"documented difference: {what}"] += 1

    def fail(self, name, what):
        self.undocumented.append(f"{name}: {what}")


def pcrs(record):
    return {int(name[3:]): value for name, value in (record or {}).items()}


class Comparison:
    def __init__(self, reproduce, qemu, differences):
        self.reproduce, self.qemu, self.differences = reproduce, qemu, differences

    def inspect(self, path):
        run = subprocess.run([self.reproduce, "inspect", "--json", path], capture_output=True, check=False)
        report = json.loads(run.stdout)
        if run.returncode not in (0, 3):
            raise AssertionError(f"inspect ended with {run.returncode}: {run.stderr}")
        return report

    def compare(self, name, path, expected=None):
        theirs = self.qemu.read(path)
        ours = self.inspect(path)
        if ours["schema"] == "reproduce/error/1":  # not even recognised as an image
            self.compare_refusal(name, theirs)
        elif ours["well_formed"]:
            self.compare_well_formed(name, theirs, pcrs(ours["readings"][0]["pcrs"]), expected)
        else:
            if expected:
                self.differences.fail(name, f"we refuse a well-formed image: {ours['fault']['message']}")
            by_table = [reading for reading in ours["readings"] if reading["way"] == "by-table"]
            self.compare_malformed(name, theirs, by_table[0] if by_table else None)

    def compare_refusal(self, name, theirs):
        self.differences.count("refused by both")
        if theirs.accepted:
            self.differences.fail(name, "QEMU takes for an image what inspect does not recognise")

    def compare_well_formed(self, name, theirs, registers, expected):
        if expected and registers != expected:
            self.differences.fail(name, f"our registers are {registers}, by the specification {expected}")
        if theirs.accepted:
            self.differences.count("accepted by both, registers compared")
            if theirs.registers != registers:
                self.differences.fail(name, f"our registers are {registers}, QEMU's {theirs.registers}")
            return
        for words, what in STRICTER.items():
            if words in theirs.words:
                return self.differences.documented(name, what)
        self.differences.fail(name, f"QEMU refuses a well-formed image: {theirs.words}")

    def compare_malformed(self, name, theirs, reading):
        """Malformed for us: then `inspect` must say what QEMU would make of it."""
        if reading is None or reading["objections"]:
            objections = [objection["what"] for objection in reading["objections"]] if reading else []
            if not theirs.accepted:
                self.differences.count("refused by both")
            elif len(objections) == 1 and objections[0] in LAXER:
                self.differences.documented(name, LAXER[objections[0]])
            else:
                self.differences.fail(name, f"QEMU accepts, inspect says that it objects: {objections}")
            return
        if not theirs.accepted:
            self.differences.fail(name, f"QEMU refuses ({theirs.words}), inspect says that it accepts")
        elif theirs.registers != pcrs(reading["pcrs"]):
            self.differences.fail(name, f"inspect foretells {reading['pcrs']}, QEMU has {theirs.registers}")
        else:
            self.differences.documented(name, "one of two readings")


def built_images(reproduce, scratch):
    """What `reproduce build` makes in the way of eif_build: 1 to 28 ramdisks."""
    for number in range(BUILT):
        folder = scratch / f"built-{number}"
        folder.mkdir()
        (folder / "kernel").write_bytes(made_images.loadable_kernel(bytes(number)))
        (folder / "cmdline").write_text("console=ttyS0 " * number)
        command = [reproduce, "build", "-q", "--kernel", folder / "kernel", "--cmdline", folder / "cmdline"]
        for ramdisk in range(1 + number % 28):
            path = folder / f"ramdisk-{ramdisk}"
            path.write_bytes(bytes([ramdisk]) * (1 + 97 * number))
            command += ["--ramdisk", path]
        path = scratch / f"built-{number}.eif"
        subprocess.run(command + ["--output", path], check=True)
        yield path.stem, path, None


def all_images(reproduce, scratch, vectors):
    yield from built_images(reproduce, scratch)
    for name, image in made_images.well_formed(MADE):
        path = scratch / f"{name}.eif"
        path.write_bytes(image.encode())
        yield name, path, image.registers()
    for name, image in made_images.broken(BROKEN):
        path = scratch / f"{name}.eif"
        path.write_bytes(image)
        yield name, path, None
    if vectors:
        for path in sorted(vectors.glob("eif/*/image.eif")):
            yield path.parent.name, path, None
        for path in sorted(vectors.glob("eif-hostile/*.eif")):
            yield path.stem, path, None


def main():
    reproduce, program, firmware, witness, document, scratch = sys.argv[1:7]
    vectors = pathlib.Path(sys.argv[7]) if len(sys.argv) > 7 else None
    differences = Differences(pathlib.Path(document).read_text(encoding="utf-8"))
    comparison = Comparison(reproduce, QemuReader(program, firmware, witness), differences)
    images = list(all_images(reproduce, pathlib.Path(scratch), vectors))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(comparison.compare, name, str(path), expected) for name, path, expected in images]
        for job in jobs:
            job.result()
    print(f"{len(images)} images")
    for what, count in sorted(differences.counts.items()):
        print(f"{count:6} {what}")
    for line in differences.undocumented:
        print(f"UNDOCUMENTED {line}")
    sys.exit(1 if differences.undocumented else 0)


if __name__ == "__main__":
    main()
