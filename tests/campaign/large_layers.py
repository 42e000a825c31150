"""Writes two more layers for the hard image of tests/cli/container_images.sh: 50,000 files in 1,000
folders, and over them whiteouts, links to the files below, and a layer of more than 1 GiB.

    large_layers.py FOLDER    makes FOLDER/many.tar and FOLDER/large.tar
"""
import io
import os
import random
import sys
import tarfile

os.chdir(sys.argv[1])
chance = random.Random(3)


def entry(name, kind=tarfile.REGTYPE, **fields):
    info = tarfile.TarInfo()
    info.name = name
    info.type = kind
    info.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
    for key, value in fields.items():
        setattr(info, key, value)
    return info


def name_of(number):
    """Names of all lengths, some of which are no UTF-8."""
    name = "%05d" % number
    if number % 7 == 0:
        name += "-" + "long" * (number % 60)
    if number % 11 == 0:
        name += os.fsdecode(b"caf\xe9")
    return name


def path_of(number):
    return "many/%02d/%d/%s" % (number % 50, number % 1000, name_of(number))


def mixed(size):
    """Bytes that shrink to about an eighth, as programs and texts may."""
    pieces = []
    for _ in range(0, size, 32768):
        pieces.append(chance.randbytes(4096) * 8)
    return b"".join(pieces)[:size]


with tarfile.open("many.tar", "w", format=tarfile.PAX_FORMAT, encoding="utf-8",
                  errors="surrogateescape") as tar:
    for number in range(50_000):
        modes = {0: 0o4755, 1: 0o2750, 2: 0o1644, 3: 0o000}
        info = entry(path_of(number), mode=modes.get(number % 97, 0o644), uid=number % 3 * 1000,
                     gid=number % 5 * 77, mtime=number)
        content = chance.randbytes(number % 700)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))

with tarfile.open("large.tar", "w", format=tarfile.PAX_FORMAT, encoding="utf-8",
                  errors="surrogateescape") as tar:
    for number in range(0, 50_000, 500):  # gone, and one of them comes back
        folder, name = os.path.split(path_of(number))
        tar.addfile(entry(folder + "/.wh." + name))
    tar.addfile(entry(path_of(500), size=4), io.BytesIO(b"back"))
    tar.addfile(entry("many/07/.wh..wh..opq"))
    tar.addfile(entry("many/07/7/new", size=3), io.BytesIO(b"new"))
    for number in range(1, 1000, 50):  # links to files of the layer below, and of this one
        tar.addfile(entry("links/%d" % number, tarfile.LNKTYPE, linkname=path_of(number)))
    for number in range(64):
        content = mixed((16 << 20) + number * 1000)
        tar.addfile(entry("large/%d" % number, size=len(content)), io.BytesIO(content))
    tar.addfile(entry("large/linked", tarfile.LNKTYPE, linkname="large/63"))
