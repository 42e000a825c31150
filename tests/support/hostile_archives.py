"""Writes hostile archives into a folder, and a table of what must become of each to stdout:

    NAME <tab> KIND <tab> EXIT CODE <tab> WORDS

NAME is the file, KIND the key of the manifest that takes it. Exit code 0 is for what looks
hostile and is harmless, since a layer never leaves its own tree.

    hostile_archives.py FOLDER quick|all

quick leaves out what takes a debug build more than a second or so.
"""
import bz2
import lzma
import os
import struct
import subprocess
import sys
import zlib

from tar_bytes import (END_OF_ARCHIVE, archive, file, folder, gnu_long, gzip_of, hard_link, header,
                       padded, pax, symlink)

MIB = 1 << 20
IS_QUICK = sys.argv[2] == "quick"
os.chdir(sys.argv[1])


def case(name, kind, code, words, content):
    """`content` is a function where making it takes its time."""
    if callable(content):
        if IS_QUICK:
            return
        content = content()
    with open(name, "wb") as out:
        out.write(content)
    print(name, kind, code, words, sep="\t")


def slow(content):
    """What takes its time to be refused, though not to be made."""
    return lambda: content


def tar(name, code, words, *entries):
    case(name + ".tar", "tar", code, words, archive(*entries))


def paths_and_links():
    tar("dotdot", 3, "has a `..` part", file(b"../escaped"))
    tar("dotdot-within", 3, "has a `..` part", file(b"a/../../escaped"))
    tar("absolute", 3, "is absolute", file(b"/tmp/escaped"))
    tar("empty-part", 3, "has an empty part", file(b"a//b"))
    tar("link-to-dotdot", 3, "has a `..` part", hard_link(b"a", b"../../etc/passwd"))
    tar("link-to-absolute", 3, "is absolute", hard_link(b"a", b"/etc/passwd"))
    tar("through-absolute-symlink", 0, "", symlink(b"out", b"/tmp"), file(b"out/escaped"))
    tar("through-relative-symlink", 0, "", symlink(b"out", b"../../../../../tmp"),
        file(b"out/escaped"))
    tar("through-two-symlinks", 0, "", symlink(b"a", b".."), symlink(b"b", b"a/../.."),
        file(b"b/escaped"))
    tar("symlink-then-file", 0, "", symlink(b"kernel", b"../kernel"), file(b"kernel", b"escaped"))
    tar("cyclic-symlinks", 3, "a symlink that leads in circles", symlink(b"a", b"b"),
        symlink(b"b", b"a"), file(b"a/x"))
    tar("own-symlink", 3, "a symlink that leads in circles", symlink(b"a", b"a"), file(b"a/x"))
    tar("growing-symlink", 3, "a symlink that leads", symlink(b"a", b"a/" * 40), file(b"a/x"))
    tar("cyclic-hard-links", 3, "which is not there", hard_link(b"a", b"b"), hard_link(b"b", b"a"))
    tar("own-hard-link", 3, "which is not there", hard_link(b"a", b"a"))
    tar("hard-link-to-folder", 3, "is a hard link to a folder", folder(b"d"),
        hard_link(b"d/e", b"d"))
    tar("below-a-file", 3, "which is a regular file", file(b"a"), file(b"a/b"))
    tar("symlink-with-size", 0, "", header(b"a", 512, b"2", b"b"), file(b"c"))
    tar("root-is-a-file", 3, "root", file(b"./"))
    tar("below-40-symlinks", 3, "a symlink that leads in circles",
        *[symlink(b"l%d" % i, b"l%d" % (i + 1)) for i in range(60)], folder(b"l60"),
        file(b"l0/x"))
    case("work-of-symlinks.tar", "tar", 3, "lead too far", lambda: archive(*work_of_symlinks()))


def work_of_symlinks():
    """40 symlinks of 1000 parts each, walked for every entry: each entry is 40,000 steps."""
    target = b"a/../" * 200
    yield folder(b"a")
    for i in range(38):
        yield gnu_long(b"K", target + b"s%d" % (i + 1)) + symlink(b"s%d" % i, target[:100])
    yield folder(b"s38")
    for i in range(3000):
        # Two folders in turn, so that the place of the last one does not help.
        yield file(b"s0/%d/x" % i)


def names():
    long = b"n" * MIB
    deep = b"d/" * (MIB // 4) + b"x"
    pax_file = header(b"short", 0)
    large = "got:      Special header too large"
    half = long[:MIB // 2]
    tar("name-of-1-mb", 3, large, pax([(b"path", long)]), pax_file)
    tar("name-of-512-kb", 3, "is longer than 4095 bytes", pax([(b"path", half)]), pax_file)
    tar("part-of-4000-bytes", 3, "has a part of more than 255 bytes", pax([(b"path", long[:4000])]),
        pax_file)
    tar("deep-name-of-512-kb", 3, "is longer than 4095 bytes", pax([(b"path", deep)]), pax_file)
    tar("gnu-name-of-1-mb", 3, large, gnu_long(b"L", long), pax_file)
    tar("symlink-to-1-mb", 3, large, pax([(b"linkpath", long)]), symlink(b"a", b""))
    tar("symlink-to-512-kb", 3, "is a symlink to", pax([(b"linkpath", half)]), symlink(b"a", b""))
    tar("hard-link-to-512-kb", 3, "is longer than 4095 bytes", file(b"a"),
        pax([(b"linkpath", half)]), hard_link(b"b", b"a"))
    tar("headers-of-12-mb", 3, large, pax([(b"comment", long * 12)]), pax_file)
    tar("many-headers-of-1-mb", 3, "", *[pax([(b"comment", half)])] * 24, pax_file)
    tar("name-of-8-eib", 3, large, header(b"x", 2 ** 63 - 1, b"L"))
    tar("pax-of-8-gib", 3, large, header(b"x", 8 ** 11 - 1, b"x"))
    # 8,000 paths of 4,000 bytes are the 32 MiB that names may have together; in gzip it is little.
    many = b"".join(pax([(b"path", b"%d/" % i + (b"n" * 200 + b"/") * 19 + b"x")]) + pax_file
                    for i in range(9000))
    case("many-long-names.tar.gz", "tar", 3, "names are too long together",
         gzip_of(archive(many)))


def sizes():
    tar("size-of-8-eib", 3, "Tar entry size overflow", header(b"a", 2 ** 63 - 1))
    tar("size-of-1-eib", 3, "the archive's files are too large together", header(b"a", 2 ** 60))
    tar("size-below-0", 3, "", header(b"a", 0)[:124] + b"\xff" * 12 + header(b"a", 0)[136:])
    tar("fifo-of-1-gib", 0, "", header(b"a", 2 ** 30, b"6"))
    tar("file-of-5-gib-of-holes", 2, "the file 'a' is too large for a cpio archive",
        pax([(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"),
             (b"GNU.sparse.name", b"a"), (b"GNU.sparse.realsize", b"%d" % (5 * 2 ** 30))]),
        file(b"a", padded(b"1\n0\n0\n")))


def bombs():
    zeros = bytes(MIB)
    expands = "expands beyond all measure"
    ten_gib = 10 * 1024
    case("zeros.tar.gz", "tar", 3, expands, gzip_of(b"", zeros, ten_gib))
    case("behind-the-end.tar.gz", "tar", 3, expands,
         slow(gzip_of(archive(file(b"a")), zeros, ten_gib)))
    case("one-file.tar.gz", "tar", 3, expands,
         slow(gzip_of(header(b"a", ten_gib * MIB), zeros, ten_gib, END_OF_ARCHIVE)))
    case("pax-header.tar.gz", "tar", 3, "",
         gzip_of(header(b"a", 4096 * MIB, b"x"), zeros, 4096, archive(file(b"a"))))
    case("zeros.cpio.gz", "cpio", 3, "no cpio header here", gzip_of(b"", zeros, ten_gib))
    case("trailer.cpio.gz", "cpio", 3, expands,
         slow(gzip_of(newc(b"TRAILER!!!", b""), zeros, ten_gib)))
    case("zeros.oci.gz", "oci", 3, expands, slow(gzip_of(b"", zeros, ten_gib)))
    # Several streams behind each other are one.
    for ending, tool in ((".bz2", bz2.compress), (".xz", lzma.compress), (".zst", zstd)):
        case("one-file.tar" + ending, "tar", 3, expands,
             slow(tool(header(b"a", 4096 * MIB)) + tool(bytes(16 * MIB)) * 40))
    case("window-of-2-gib.tar.zst", "tar", 3, "asks for too large a window",
         struct.pack("<IBB", 0xFD2FB528, 0, 21 << 3) + b"\x01\0\0")
    case("dictionary-of-1.5-gib.tar.xz", "tar", 3, "asks for too large a dictionary",
         large_dictionary(lzma.compress(archive(file(b"a")))))


def zstd(content, *options):
    return subprocess.run(["zstd", "-q", "-c", *options], input=content, stdout=subprocess.PIPE,
                          check=True).stdout


def large_dictionary(xz):
    """The same stream, whose first block says that it needs 1.5 GiB (byte 37 of LZMA2)."""
    size = (xz[12] + 1) * 4
    block = bytearray(xz[12:12 + size - 4])
    at = block.index(b"\x21\x01") + 2
    block[at] = 37
    return xz[:12] + bytes(block) + struct.pack("<I", zlib.crc32(block)) + xz[12 + size:]


def newc(name, content, mode=0o100644, links=1, name_size=None):
    fields = [1, mode, 0, 0, links, 0, len(content), 0, 0, 0, 0, name_size or len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name + b"\0"
    head += bytes(-len(head) % 4)
    return head + content + bytes(-len(content) % 4)


def cpio_archives():
    end = newc(b"TRAILER!!!", b"")
    for name, words, entries in (
            ("dotdot", "has a `..` part", newc(b"../escaped", b"x")),
            ("absolute", "is absolute", newc(b"/escaped", b"x")),
            ("twice", "", newc(b"a", b"x") + newc(b"a", b"y")),
            ("below-a-symlink", "", newc(b"a", b"/tmp", 0o120777) + newc(b"a/escaped", b"x")),
            ("name-of-1-mb", "", newc(b"n" * MIB, b"")),
            ("name-of-4-gib", "", newc(b"n", b"", name_size=0xffffffff)),
            ("linked-twice", "", newc(b"a", b"x", links=2) + newc(b"b", b"y", links=2))):
        case("%s.cpio" % name, "cpio", 3, words, entries + end)
    case("many.cpio", "cpio", 3, "the archive has too many entries",
         lambda: b"".join(newc(b"%d" % i, b"") for i in range(260_000)) + end)


def many_entries():
    case("ten-million-entries.tar.gz", "tar", 3, "the archive has too many entries",
         slow(gzip_of(b"", file(b"a", b"") * 2048, 10_000_000 // 2048, END_OF_ARCHIVE)))
    case("many-names.tar.zst", "tar", 3, "the archive has too many entries",
         lambda: zstd(archive(*[folder(b"%d" % i) for i in range(260_000)]), "-1"))
    # What is just within all limits, and takes the largest window besides.
    case("most-names.tar.zst", "tar", 0, "",
         lambda: zstd(archive(*[file(b"%099d" % i, b"") for i in range(249_000)],
                              header(b"filler", 40 * MIB), os.urandom(40 * MIB)), "-1", "--long=27"))


def truncated():
    whole = archive(file(b"a", os.urandom(5000)), file(b"b", os.urandom(5000)))
    for name, size in (("in-a-header", 300), ("in-a-file", 3000), ("behind-a-header", 512),
                       ("in-the-second-header", 5632 + 300), ("before-the-end", 2 * 5632)):
        case("cut-%s.tar" % name, "tar", 3, "cut short", whole[:size])
    gz = gzip_of(whole)
    xz = lzma.compress(whole)
    zst = zstd(whole)
    bz = bz2.compress(whole)
    for ending, content in ((".gz", gz), (".xz", xz), (".zst", zst), (".bz2", bz)):
        for part in (20, 60, 99):
            case("cut-at-%d.tar%s" % (part, ending), "tar", 3, "cut short",
                 content[:len(content) * part // 100])
        case("last-byte-cut.tar" + ending, "tar", 3, "cut short", content[:-1])
        middle = len(content) // 2
        case("flipped.tar" + ending, "tar", 3, "damaged",
             content[:middle] + bytes([content[middle] ^ 0x10]) + content[middle + 1:])


def deb(*members, magic=b"!<arch>\n"):
    text = magic
    for name, content in members:
        text += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o100644, len(content))
        text += content + b"\n" * (len(content) % 2)
    return text


def packages():
    control = lzma.compress(archive(file(
        b"./control", b"Package: p\nVersion: 1\nArchitecture: amd64\nDescription: p\n")))
    data = lzma.compress(archive(file(b"./usr", os.urandom(9000))))
    version = (b"debian-binary", b"2.0\n")
    good = (version, (b"control.tar.xz", control), (b"data.tar.xz", data))
    case("good.deb", "deb", 0, "", deb(*good))
    case("bad-magic.deb", "deb", 3, "the ar archive is damaged", deb(*good, magic=b"!<arcn>\n"))
    whole = deb(*good)
    at = whole.index(b"data.tar.xz")
    for name, change_at, new in (("size-is-no-number", at + 48, b"12x"), ("header-end", at + 58, b"xx"),
                                 ("size-of-9-gb", at + 48, b"9999999999"),
                                 ("size-below-0", at + 48, b"-1        ")):
        case(name + ".deb", "deb", 3, "",
             whole[:change_at] + new + whole[change_at + len(new):])
    case("no-data.deb", "deb", 3, "the package has no 'data.tar' in its place", deb(*good[:2]))
    case("no-control.deb", "deb", 3, "the package has no 'control.tar' in its place",
         deb(version, good[2]))
    case("cut-data.deb", "deb", 3, "cut short",
         deb(*good[:2], (b"data.tar.xz", data[:len(data) // 2])))
    case("cut-file.deb", "deb", 3, "cut short", whole[:-100])
    case("data-is-gzip.deb", "deb", 3, "the compression is not that of the name",
         deb(*good[:2], (b"data.tar.xz", gzip_of(archive(file(b"a"))))))
    case("dotdot.deb", "deb", 3, "has a `..` part",
         deb(*good[:2], (b"data.tar", archive(file(b"./../../escaped")))))
    case("data-bomb.deb", "deb", 3, "expands beyond all measure",
         slow(deb(*good[:2], (b"data.tar.gz", gzip_of(header(b"a", 4096 * MIB), bytes(MIB), 4096)))))
    case("control-bomb.deb", "deb", 3, "too large together",
         deb(version, (b"control.tar.gz",
                       gzip_of(header(b"control", 4096 * MIB), bytes(MIB), 4096)),
             good[2]))


for write in (paths_and_links, names, sizes, bombs, cpio_archives, many_entries, truncated,
              packages):
    write()
