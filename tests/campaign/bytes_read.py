"""Adds up, from a log of `strace -f -y`, what was read of each file of a container image layout.

    bytes_read.py LOG LAYOUT

Ends with 1 unless every file of LAYOUT was read exactly once from end to end, and mapped never.
"""
import collections
import os
import re
import sys

call = re.compile(r"\b(p?readv?2?|pread64|mmap|copy_file_range|sendfile)\((.*)")
named = re.compile(r"<(/[^>]*)>")
layout = os.path.realpath(sys.argv[2]) + "/"
read = collections.Counter()
mapped = set()
# "PID read(7</path>, <unfinished ...>" and later "PID <... read resumed>..., 9) = 9".
pending = {}
with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
    for line in log:
        process = line.split(" ", 1)[0]
        if " resumed>" in line:
            path = pending.pop(process, None)
        else:
            found = call.search(line)
            path = named.search(found.group(2)) if found else None
            path = path.group(1) if path else None
            if path and path.startswith(layout) and found.group(1) == "mmap":
                mapped.add(path)
            if "<unfinished" in line:
                pending[process] = path
                continue
        count = re.search(r"\) = (\d+)", line)
        if path and path.startswith(layout) and count:
            read[path] += int(count.group(1))

total = 0
files_seen = 0
wrong = 0
for folder, _, files in os.walk(layout):
    for name in files:
        path = os.path.join(folder, name)
        size = os.path.getsize(path)
        total += size
        files_seen += 1
        if read[path] != size or path in mapped:
            wrong += 1
            print("%s: %d bytes, %d read%s" % (path, size, read[path],
                                               ", and mapped" if path in mapped else ""))
print("%d bytes in %d files, each read once" % (total, files_seen) if not wrong else "WRONG")
sys.exit(wrong != 0)
