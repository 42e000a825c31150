"""Tar archives byte by byte, also such as no tar program writes, for the scripts in tests/."""
import zlib

BLOCK = 512
END_OF_ARCHIVE = bytes(2 * BLOCK)


def header(name, size=0, kind=b"0", link=b"", mode=0o644):
    """One ustar header. `name` and `link` are bytes of at most 100."""
    fields = bytearray(BLOCK)

    def put(at, text):
        fields[at:at + len(text)] = text

    put(0, name)
    put(100, b"%07o\0" % mode)
    put(108, b"%07o\0" % 0)
    put(116, b"%07o\0" % 0)
    put(124, b"%011o\0" % size if size < 8 ** 11 else b"\x80" + size.to_bytes(11, "big"))
    put(136, b"%011o\0" % 0)
    put(156, kind)
    put(157, link)
    put(257, b"ustar\x0000")
    put(148, b"        ")
    put(148, b"%06o\0 " % sum(fields))
    return bytes(fields)


def padded(content):
    return content + bytes(-len(content) % BLOCK)


def file(name, content=b"x", mode=0o644):
    return header(name, len(content), mode=mode) + padded(content)


def folder(name):
    return header(name, kind=b"5", mode=0o755)


def symlink(name, target):
    return header(name, kind=b"2", link=target, mode=0o777)


def hard_link(name, target):
    return header(name, kind=b"1", link=target)


def pax(records, kind=b"x"):
    """A pax header: what the next entry has, or with kind g all entries."""
    text = b""
    for key, value in records:
        record = b" " + key + b"=" + value + b"\n"
        size = len(record) + 1
        while len(b"%d" % size) + len(record) != size:
            size += 1
        text += b"%d" % size + record
    return header(b"pax", len(text), kind) + padded(text)


def gnu_long(kind, text):
    """GNU's way to give the next entry a long name (kind L) or link target (kind K)."""
    return header(b"././@LongLink", len(text) + 1, kind) + padded(text + b"\0")


def archive(*entries):
    return b"".join(entries) + END_OF_ARCHIVE


def gzip_of(front, piece=b"", count=0, back=b""):
    """front + count * piece + back in gzip, where the pieces are deflated once and repeated, so
    that gigabytes take no time to make. The sum at the end is only right without repeated ones."""
    def deflated(content, flush):
        state = zlib.compressobj(9, zlib.DEFLATED, -15)
        return state.compress(content) + state.flush(flush)

    once = deflated(piece, zlib.Z_FULL_FLUSH) if count else b""
    whole = front + piece * min(count, 1) + back
    size = len(front) + count * len(piece) + len(back)
    return (b"\x1f\x8b\x08\0\0\0\0\0\x02\x03" + deflated(front, zlib.Z_FULL_FLUSH) + once * count +
            deflated(back, zlib.Z_FINISH) + zlib.crc32(whole).to_bytes(4, "little") +
            (size % 2 ** 32).to_bytes(4, "little"))
