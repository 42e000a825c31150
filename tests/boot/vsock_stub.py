#!/usr/bin/env python3
"""A vhost-user vsock device that moves no data: what QEMU's nitro-enclave machine insists on before it starts.

    vsock_stub.py SOCKET [CID]

Listens on the Unix socket, tells QEMU that it takes part, gives the guest its CID, and ends when QEMU does.
The console and the security module need no more. The messages are QEMU's docs/interop/vhost-user.rst.
"""

import array
import os
import socket
import struct
import sys

HEADER = struct.Struct("<III")  # request, flags, size of what follows
VERSION, IS_REPLY, WANTS_REPLY = 1, 4, 8  # flags

GET_FEATURES, GET_VRING_BASE, GET_PROTOCOL_FEATURES, GET_QUEUE_NUM, GET_CONFIG = 1, 11, 15, 17, 24

# Virtio 1, and that there are the protocol features: device configuration and replies on request.
FEATURES = 1 << 32 | 1 << 30
PROTOCOL_FEATURES = 1 << 9 | 1 << 3


class Peer:
    """The connection to QEMU. File descriptors that come with a message are shut at once: no data is moved."""

    def __init__(self, connection):
        self.connection = connection

    def read(self, size):
        """Exactly `size` bytes. Ends the program when QEMU has ended."""
        parts = b""
        while len(parts) < size:
            part, ancillary, *_ = self.connection.recvmsg(size - len(parts), socket.CMSG_SPACE(8 * 4))
            for level, kind, data in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    for descriptor in array.array("i", data[: len(data) // 4 * 4]):
                        os.close(descriptor)
            if not part:
                sys.exit(0)
            parts += part
        return parts

    def message(self):
        request, flags, size = HEADER.unpack(self.read(HEADER.size))
        return request, flags, self.read(size)

    def reply(self, request, payload):
        self.connection.sendall(HEADER.pack(request, VERSION | IS_REPLY, len(payload)) + payload)


def answer(request, flags, payload, cid):
    """The payload of the answer, or None when none is wanted."""
    if request == GET_FEATURES:
        return struct.pack("<Q", FEATURES)
    if request == GET_PROTOCOL_FEATURES:
        return struct.pack("<Q", PROTOCOL_FEATURES)
    if request == GET_QUEUE_NUM:
        return struct.pack("<Q", 2)
    if request == GET_VRING_BASE:
        return payload[:8]
    if request == GET_CONFIG:  # struct virtio_vsock_config is the CID
        offset, size, _ = struct.unpack("<III", payload[:12])
        return payload[:12] + struct.pack("<Q", cid)[offset : offset + size].ljust(size, b"\0")
    if flags & WANTS_REPLY:
        return struct.pack("<Q", 0)  # it went well
    return None


def main(path, cid=4):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(1)
    peer = Peer(listener.accept()[0])
    while True:
        request, flags, payload = peer.message()
        payload = answer(request, flags, payload, int(cid))
        if payload is not None:
            peer.reply(request, payload)


main(*sys.argv[1:])
