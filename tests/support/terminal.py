"""Runs a command on a terminal of its own, waits for a prompt, and types.

    terminal.py KEYS COMMAND...

Types KEYS (with escapes, \\n and \\x03 among them) once the command has asked something with a
colon and turned the echo off. Prints what the terminal showed, how the command ended, and whether
the echo is on again.
"""
import fcntl
import os
import pty
import select
import signal
import sys
import termios
import time

LIMIT = 30  # seconds

keys = sys.argv[1].encode().decode("unicode_escape").encode("latin-1")
# The other side stays open here, so that the terminal's state can be read when the child is gone.
terminal, other_side = pty.openpty()
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(other_side, termios.TIOCSCTTY, 0)
    for standard in range(3):
        os.dup2(other_side, standard)
    os.closerange(3, 64)
    os.execv(sys.argv[2], sys.argv[2:])


def echoes():
    return bool(termios.tcgetattr(other_side)[3] & termios.ECHO)


shown = b""
typed = False
status = None
begin = time.monotonic()
while time.monotonic() - begin < LIMIT:
    if select.select([terminal], [], [], 0.05)[0]:
        shown += os.read(terminal, 4096)
        continue
    if status is not None:
        break
    if not typed and shown.endswith(b": ") and not echoes():
        os.write(terminal, keys)
        typed = True
    ended, waited = os.waitpid(child, os.WNOHANG)
    if ended:
        status = waited
if status is None:
    os.kill(child, signal.SIGKILL)
    sys.exit("the command has not ended: %r" % shown)
print(shown.decode(errors="replace"))
if os.WIFSIGNALED(status):
    print("signal %d" % os.WTERMSIG(status))
else:
    print("status %d" % os.WEXITSTATUS(status))
print("echo again: %s" % ("yes" if echoes() else "no"))
