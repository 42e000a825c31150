"""Runs a command and says how much memory it took: the peaks of its processes added up, in KiB.

    peak_memory.py FILE COMMAND...

Ends as the command does. A process that is gone before it is looked at counts by what the system
kept of it, which is the largest of all that were waited for.
"""
import resource
import subprocess
import sys
import time


def children(process):
    try:
        with open("/proc/%d/task/%d/children" % (process, process), encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def note_peaks(process, peaks):
    try:
        with open("/proc/%d/status" % process, encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    peaks[process] = max(peaks.get(process, 0), int(line.split()[1]))
    except OSError:
        pass
    for child in children(process):
        note_peaks(child, peaks)


command = subprocess.Popen(sys.argv[2:])
peaks = {}
while command.poll() is None:
    note_peaks(command.pid, peaks)
    time.sleep(0.005)
largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
with open(sys.argv[1], "w", encoding="ascii") as out:
    print(max(largest, sum(peaks.values())), file=out)
sys.exit(command.returncode)
