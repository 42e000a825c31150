"""Compares two folders entry by entry without following anything: type, mode, owner, size, content,
link target, device number, and which files are one. Prints each difference; ends with 1 for any.

    compare_folders.py ONE OTHER
"""
import hashlib
import os
import stat
import sys


def digest(path):
    state = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            state.update(piece)
    return state.hexdigest()


def described(root):
    entries = {}
    first_names = {}
    for folder, names, files in os.walk(os.fsencode(root)):
        for name in names + files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            kind = stat.S_IFMT(status.st_mode)
            what = {"type": oct(kind), "mode": oct(stat.S_IMODE(status.st_mode)),
                    "owner": (status.st_uid, status.st_gid)}
            if kind == stat.S_IFREG:
                what["size"] = status.st_size
            if kind == stat.S_IFLNK:
                what["target"] = os.readlink(path)
            if kind in (stat.S_IFCHR, stat.S_IFBLK):
                what["device"] = (os.major(status.st_rdev), os.minor(status.st_rdev))
            entries[os.path.relpath(path, os.fsencode(root))] = (what, status)
    for path in sorted(entries):
        what, status = entries[path]
        if "size" in what:
            first = first_names.setdefault(status.st_ino, path)
            what["one with"] = first
            what["content"] = digest(os.path.join(os.fsencode(root), path)) if first == path else ""
    return {path: what for path, (what, _) in entries.items()}


one, other = described(sys.argv[1]), described(sys.argv[2])
differences = 0
for path in sorted(one.keys() | other.keys()):
    if one.get(path) != other.get(path):
        differences += 1
        if differences <= 20:
            print(path, one.get(path), other.get(path), sep="\n  ")
print("%d entries, %d differences" % (len(one), differences))
sys.exit(differences != 0)
