"""What QEMU's reader makes of an image: nothing boots, QEMU starts stopped and is told to quit.

The machine needs a vhost-user-vsock backend; a thread here agrees to everything. The registers come from
hash_witness.c, a library in front of GnuTLS.
"""

import array
import hashlib
import os
import socket
import struct
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field

# VIRTIO_F_VERSION_1, VHOST_USER_F_PROTOCOL_FEATURES; protocol features CONFIG and REPLY_ACK.
FEATURES = 1 << 32 | 1 << 30
PROTOCOL_FEATURES = 1 << 9 | 1 << 3
# What QEMU says when its reader has taken the image and the payload is no kernel that can be loaded.
NO_KERNEL = ("linux kernel too old to load a ram disk", "invalid kernel header", "could not load kernel")


@dataclass
class Reading:
    accepted: bool
    words: str = ""  # why it was refused, or why the kernel cannot be loaded
    registers: dict = field(default_factory=dict)  # 0, 1, 2, and 8 when there is a signature


def receive(connection, size):
    """`size` bytes, or None at the end. Descriptors that come along are closed."""
    received = b""
    while len(received) < size:
        try:
            data, ancillary, _, _ = connection.recvmsg(size - len(received), socket.CMSG_SPACE(64))
        except ConnectionError:
            return None
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors = array.array("i")
                descriptors.frombytes(content[: len(content) // 4 * 4])
                for descriptor in descriptors:
                    os.close(descriptor)
        if not data:
            return None
        received += data
    return received


def serve_vsock(connection):
    """docs/interop/vhost-user.rst, as far as QEMU asks before a guest runs."""
    answers = {1: struct.pack("<Q", FEATURES), 15: struct.pack("<Q", PROTOCOL_FEATURES), 17: struct.pack("<Q", 2)}
    with connection:
        while header := receive(connection, 12):
            request, flags, size = struct.unpack("<III", header)
            payload = receive(connection, size) if size else b""
            answer = answers.get(request)
            if request == 11:  # GET_VRING_BASE
                answer = payload[:8]
            elif request == 24:  # GET_CONFIG: the guest's context identifier
                offset, count, _ = struct.unpack("<III", payload[:12])
                answer = payload[:12] + struct.pack("<Q", 4)[offset : offset + count].ljust(count, b"\0")
            elif answer is None and flags & 8:
                answer = struct.pack("<Q", 0)
            if answer is not None:
                try:
                    connection.sendall(struct.pack("<III", request, 5, len(answer)) + answer)
                except ConnectionError:
                    return


def extend(digest):
    return hashlib.sha384(bytes(48) + bytes.fromhex(digest)).hexdigest()


def registers_of(told):
    """The registers, from the lines of the witness."""
    hashes = [line.split()[1] for line in told if line.startswith("hash ")]
    certificates = [line.split()[1] for line in told if line.startswith("certificate ")]
    registers = dict(enumerate(map(extend, hashes[:3])))
    if certificates:
        registers[8] = extend(certificates[-1])
    # At its reset the machine extends the registers, 8 last; what it puts there is what it will tell its guest.
    extended = hashes[3:]
    if extended and extended != [registers[index] for index in sorted(registers)]:
        raise AssertionError(f"the machine's registers are not what its reader has hashed: {hashes}")
    return registers


class QemuReader:
    def __init__(self, program, firmware, witness):
        self.program, self.firmware, self.witness = program, firmware, witness

    def read(self, image):
        ours, theirs = socket.socketpair()
        telling, told = os.pipe()
        server = threading.Thread(target=serve_vsock, args=(ours,))
        server.start()
        with tempfile.TemporaryDirectory() as scratch:
            command = [self.program, "-nodefaults", "-no-user-config", "-display", "none", "-serial", "none", "-S"]
            command += ["-L", self.firmware, "-machine", "nitro-enclave,vsock=vsock,acpi=on", "-accel", "tcg"]
            command += ["-m", "96M", "-chardev", f"socket,id=vsock,fd={theirs.fileno()}", "-monitor", "stdio"]
            environment = dict(os.environ, TMPDIR=scratch, LD_PRELOAD=self.witness, HASH_WITNESS=str(told))
            with subprocess.Popen(
                command + ["-kernel", image],
                env=environment,
                pass_fds=(theirs.fileno(), told),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            ) as qemu:
                theirs.close()
                os.close(told)
                _, errors = qemu.communicate(b"quit\n", timeout=120)
        server.join()
        with os.fdopen(telling) as lines:
            told_lines = lines.read().splitlines()
        words = errors.decode(errors="replace").strip().removeprefix("qemu: ")
        if qemu.returncode == 0:
            return Reading(True, "", registers_of(told_lines))
        if qemu.returncode == 1 and any(no_kernel in words for no_kernel in NO_KERNEL):
            return Reading(True, words, registers_of(told_lines))
        if qemu.returncode == 1 and words:
            return Reading(False, words.splitlines()[-1].removeprefix(os.path.basename(self.program) + ": "))
        return Reading(False, f"QEMU ended with {qemu.returncode}: {words}")
