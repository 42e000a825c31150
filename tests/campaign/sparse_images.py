"""Writes large images that take no room on the disk: files with holes, well-formed down to the checksum.

    sparse_images.py FOLDER GIB

    zeros.eif           ramdisk 1 is so many GiB of NULs
    zeros-other.eif     and its last byte is none
    claims.eif          ramdisk 1 is an archive whose entries claim, and have, up to 4 GiB each
    claims-other.eif    and one byte in the middle of the last is another
    empty-claim.eif     ramdisk 1 is a header that claims 4 GiB, and ends behind it
    no-section.eif      the header and the table say GIB for ramdisk 1; the file ends before
"""
import os
import struct
import sys
import zlib

os.chdir(sys.argv[1])
GIB = 1 << 30
SIZE = int(sys.argv[2]) * GIB
NULS = bytes(1 << 24)
METADATA = (b'{"ImageName":"x","ImageVersion":"1","BuildMetadata":{"BuildTime":"1970-01-01T00:00:00Z",'
            b'"BuildTool":"t","BuildToolVersion":"1","OperatingSystem":"Linux","KernelVersion":"6.1"},'
            b'"DockerInfo":null,"CustomMetadata":null}')


def size_of(parts):
    """Parts are bytes, or how many NULs."""
    return sum(part if isinstance(part, int) else len(part) for part in parts)


def newc(name, size, mode=0o100644):
    """The header of an entry and its name, padded."""
    numbers = (1, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % number for number in numbers) + name.encode() + b"\0"
    return head + bytes(-len(head) % 4)


def archive(sizes, change=None):
    parts = []
    for i, size in enumerate(sizes):
        parts.append(newc("file%d" % i, size))
        content = [size]
        if change == i:
            content = [size // 2, b"x", size - size // 2 - 1]
        parts += content + [bytes(-size % 4)]
    return parts + [newc("TRAILER!!!", 0, 0)]


def write(name, ramdisk, present=True, stated=None):
    small = [newc("init", 4, 0o100755), b"init", newc("TRAILER!!!", 0, 0)]
    sections = [(1, [b"kernel"]), (2, [b"console=ttyS0"]), (5, [METADATA]), (3, small), (3, ramdisk)]
    offsets, sizes, parts = [], [], []
    at = 548
    for kind, payload in sections:
        size = size_of(payload)
        if payload is ramdisk and stated:
            size = stated
        offsets.append(at)
        sizes.append(size)
        parts += [struct.pack(">HHQ", kind, 0, size)] + payload
        at += 12 + size
    table = [list + [0] * (32 - len(sections)) for list in (offsets, sizes)]
    header = struct.pack(">4sHHQQHH32Q32QI", b".eif", 4, 0, GIB, 2, 0, len(sections), *table[0], *table[1], 0)
    crc = zlib.crc32(header)
    with open(name, "wb") as file:
        file.seek(548)
        for part in parts:
            if isinstance(part, bytes):
                file.write(part)
                crc = zlib.crc32(part, crc)
                continue
            file.seek(part, os.SEEK_CUR)
            for done in range(0, part, len(NULS)):
                crc = zlib.crc32(memoryview(NULS)[:part - done], crc)
        file.truncate()
        file.seek(0)
        file.write(header + struct.pack(">I", crc))


LARGEST = (1 << 32) - 1
CLAIMS = [LARGEST] * (SIZE // LARGEST) + [SIZE % LARGEST]
write("zeros.eif", [SIZE])
write("zeros-other.eif", [SIZE - 1, b"x"])
write("claims.eif", archive(CLAIMS))
write("claims-other.eif", archive(CLAIMS, change=len(CLAIMS) - 1))
write("empty-claim.eif", [newc("file", LARGEST)])
write("no-section.eif", [b"short"], stated=SIZE)
