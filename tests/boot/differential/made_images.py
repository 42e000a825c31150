"""Images made byte by byte, by no code of the product. Every run makes the same ones."""

import base64
import hashlib
import json
import random
import struct
import zlib
from dataclasses import dataclass, field

HEADER = 548
KERNEL, CMDLINE, RAMDISK, SIGNATURE, METADATA = 1, 2, 3, 4, 5

# A certificate of a key that nobody has any more: no reader checks the signature beside it.
CERTIFICATE = b"""-----BEGIN CERTIFICATE-----
MIIB0jCCAVigAwIBAgIUf8ijN5ZkxfxGsqOn2shXGbHYb5YwCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwUZGlmZmVyZW50aWFsIHJlYWRpbmcwIBcNMjYxMTI0MTkzNTE2
WhgPMjEyNjEwMzExOTM1MTZaMB8xHTAbBgNVBAMMFGRpZmZlcmVudGlhbCByZWFk
aW5nMHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEiTQPMe5Yc/IilblUQUksJ5cROWjy
203bLt16o0nh4dOz9es5x5PxzTl7o7NtBggZ7wI4hhgvouZ9blv3blhyuBlGEwqg
MsOg+fW1XbEhZvYaZaMpmddq8nMkhzaCXVvNo1MwUTAdBgNVHQ4EFgQUTyKr615z
EGXMtTSxJxw11lcfSokwHwYDVR0jBBgwFoAUTyKr615zEGXMtTSxJxw11lcfSokw
DwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNoADBlAjEAvyyxr1Eo4kUsvG31
0lAJP36FbW7eskNh26DoV3Sm5WH1nyC5/aPIO8SMgKNMvCKaAjBv0wlTVyCfetF+
sqdlOd304AeCxN0NQt+U5Sm/G4Eov9CtMLxIqLcDmYXele+kQWc=
-----END CERTIFICATE-----
"""


def loadable_kernel(rest):
    """What QEMU takes for a kernel: the setup header of docs/arch/x86/boot.rst, one sector of setup."""
    kernel = bytearray(1024)
    kernel[0x1F1] = 1  # setup_sects
    kernel[0x202:0x206] = b"HdrS"
    kernel[0x206:0x208] = struct.pack("<H", 0x020F)
    kernel[0x211] = 1  # loaded high
    kernel[0x22C:0x230] = struct.pack("<I", 0x7FFFFFFF)  # initrd_addr_max
    return bytes(kernel) + rest


def metadata(name):
    build = {"BuildTime": "1970-01-01T00:00:00+00:00", "BuildTool": "made", "BuildToolVersion": "1"}
    build |= {"OperatingSystem": "Linux", "KernelVersion": "6"}
    content = {"ImageName": name, "ImageVersion": "1", "BuildMetadata": build, "DockerInfo": None}
    return json.dumps(content | {"CustomMetadata": None}, separators=(",", ":")).encode()


def cbor_head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    if number < 256:
        return bytes([major << 5 | 24, number])
    return bytes([major << 5 | 25]) + struct.pack(">H", number)


def integers(content):
    return cbor_head(4, len(content)) + b"".join(cbor_head(0, byte) for byte in content)


def text(content):
    return cbor_head(3, len(content)) + content.encode()


def signature(draw):
    """The right shape; r and s are drawn, so the signature does not hold."""
    payload = b"\xa2" + text("register_index") + b"\x00" + text("register_value") + integers(draw.randbytes(48))
    cose = b"\x84\x44\xa1\x01\x38\x22\xa0" + cbor_head(2, len(payload)) + payload
    cose += cbor_head(2, 96) + draw.randbytes(96)
    entry = b"\xa2" + text("signing_certificate") + integers(CERTIFICATE)
    return b"\x81" + entry + text("signature") + integers(cose)


def extended(content):
    return hashlib.sha384(bytes(48) + hashlib.sha384(content).digest()).hexdigest()


@dataclass
class Image:
    sections: list  # (type, payload)
    version: int = 4
    flags: int = 0
    default_mem: int = 0x40000000
    default_cpus: int = 2
    section_flags: dict = field(default_factory=dict)

    def encode(self):
        offsets, sizes, body = [], [], b""
        for index, (kind, payload) in enumerate(self.sections):
            offsets.append(HEADER + len(body))
            sizes.append(len(payload))
            body += struct.pack(">HHQ", kind, self.section_flags.get(index, 0), len(payload)) + payload
        header = b".eif" + struct.pack(">HHQQHH", self.version, self.flags, self.default_mem, self.default_cpus, 0, len(sizes))
        header += struct.pack(">32Q", *(offsets + [0] * 32)[:32]) + struct.pack(">32Q", *(sizes + [0] * 32)[:32]) + bytes(4)
        return header + struct.pack(">I", zlib.crc32(body, zlib.crc32(header))) + body

    def registers(self):
        """PCR0, PCR1, PCR2 and PCR8, by the public specification."""
        whole = first = later = b""
        ramdisks = 0
        registers = {}
        for kind, payload in self.sections:
            if kind in (KERNEL, CMDLINE, RAMDISK):
                whole += payload
                if kind == RAMDISK and ramdisks > 0:
                    later += payload
                else:
                    first += payload
                ramdisks += kind == RAMDISK
            if kind == SIGNATURE:
                der = base64.b64decode(b"".join(CERTIFICATE.splitlines()[1:-1]))
                registers[8] = extended(der)
        return {0: extended(whole), 1: extended(first), 2: extended(later)} | registers


SIZES = (1, 2, 3, 4, 5, 127, 128, 511, 512, 513, 4095, 4096, 4097, 65537)


def well_formed(count):
    """(name, Image): sections in every order that is allowed, sizes at every border."""
    draw = random.Random(20260101)
    for number in range(count):
        size = draw.choice(SIZES)
        kernel = loadable_kernel(draw.randbytes(size)) if number % 2 else draw.randbytes(size)
        command = "".join(draw.choice("abc =/.\t\xe4") for _ in range(draw.choice((0, 1, 20, 3000)))).encode()
        ramdisks = draw.choice((1, 1, 2, 2, 3, 4, draw.randint(5, 28)))
        sections = [(KERNEL, kernel)]
        sections += [(RAMDISK, draw.randbytes(draw.choice(SIZES))) for _ in range(ramdisks)]
        others = [(CMDLINE, command), (METADATA, metadata(f"made {number}"))]
        if number % 4 == 3:
            others.append((SIGNATURE, signature(draw)))
        for other in others:
            sections.insert(draw.randint(0, len(sections)), other)
        image = Image(sections, default_mem=draw.getrandbits(64), default_cpus=draw.getrandbits(64))
        yield f"made-{number:03}", image


def mended(image):
    """The checksum as QEMU computes it: over the sections of the table, in its order."""
    count = struct.unpack_from(">H", image, 0x1A)[0]
    crc = zlib.crc32(image[: HEADER - 4])
    for slot in range(min(count, 32)):
        offset = struct.unpack_from(">Q", image, 0x1C + 8 * slot)[0]
        if offset + 12 > len(image):
            break
        size = struct.unpack_from(">Q", image, offset + 4)[0]
        crc = zlib.crc32(image[offset : offset + 12 + size], crc)
    return image[: HEADER - 4] + struct.pack(">I", crc) + image[HEADER:]


def with_number(image, offset, layout, value):
    return image[:offset] + struct.pack(layout, value) + image[offset + struct.calcsize(layout) :]


def swapped(image, first, second):
    """Two slots of the table change places."""
    changed = image
    for table in (0x1C, 0x11C):
        one = struct.unpack_from(">Q", image, table + 8 * first)[0]
        other = struct.unpack_from(">Q", image, table + 8 * second)[0]
        changed = with_number(with_number(changed, table + 8 * first, ">Q", other), table + 8 * second, ">Q", one)
    return changed


def broken(count):
    """(name, bytes): what no strict reader takes. First by hand, then `count` with drawn damage to a header."""
    draw = random.Random(20260102)
    base = Image([(KERNEL, loadable_kernel(b"kernel")), (CMDLINE, b"console=ttyS0"), (METADATA, metadata("broken"))])
    base.sections += [(RAMDISK, b"first ramdisk"), (RAMDISK, b"second ramdisk!"), (SIGNATURE, signature(draw))]
    good = base.encode()
    end = len(good)
    for first in range(6):
        for second in range(first):
            yield f"swapped-{second}-{first}", mended(swapped(good, first, second))
    for version in (0, 1, 2, 3, 5, 6, 255, 65535):
        yield f"version-{version}", mended(with_number(good, 4, ">H", version))
    for bit in range(16):
        yield f"flag-{bit}", mended(with_number(good, 6, ">H", 1 << bit))
        yield f"section-flag-{bit}", mended(with_number(good, HEADER + 2, ">H", 1 << bit))
    for kind in (0, 1, 2, 3, 4, 5, 6, 7, 255, 65535):
        for slot in range(6):
            offset = struct.unpack_from(">Q", good, 0x1C + 8 * slot)[0]
            yield f"type-{slot}-{kind}", mended(with_number(good, offset, ">H", kind))
    for slots in (0, 1, 2, 3, 4, 5, 7, 32, 33, 65535):
        yield f"slots-{slots}", mended(with_number(good, 0x1A, ">H", slots))
    for size in (0, 1, end, 2**31, 2**62, 2**63 - 1, 2**63, 2**64 - 1):
        yield f"table-size-{size:x}", mended(with_number(good, 0x11C + 24, ">Q", size))
        offset = struct.unpack_from(">Q", good, 0x1C + 24)[0]
        both = with_number(with_number(good, 0x11C + 24, ">Q", size), offset + 4, ">Q", size)
        yield f"size-{size:x}", mended(both)
    for offset in (0, 1, end - 12, end - 11, end, 2**62, 2**63 - 1, 2**63, 2**64 - 1):
        yield f"offset-{offset:x}", mended(with_number(good, 0x1C + 32, ">Q", offset))
    for tail in (1, 5, 11, 12, 100):
        yield f"tail-{tail}", good + bytes(tail)
    for cut in (0, 3, 4, 547, 548, 559, 560, end - 1):
        yield f"cut-{cut}", good[:cut]
    for name, offset, layout in (("reserved", 0x18, ">H"), ("unused", 0x21C, ">I"), ("free-slot", 0x1C + 56, ">Q")):
        yield name, mended(with_number(good, offset, layout, 1))
    yield "checksum", with_number(good, HEADER - 4, ">I", 0)
    yield "magic", mended(b".eiF" + good[4:])
    for slot, name in enumerate(("kernel", "cmdline", "metadata", "ramdisk", "ramdisk-2", "signature")):
        without = Image(base.sections[:slot] + base.sections[slot + 1 :])
        yield f"without-{name}", without.encode()
        yield f"twice-{name}", Image(base.sections + [base.sections[slot]]).encode()
        for content in (b"", b"\xa0", b"x" * 40):
            other = Image(base.sections[:slot] + [(base.sections[slot][0], content)] + base.sections[slot + 1 :])
            yield f"{name}-is-{content[:4].hex() or 'empty'}", other.encode()
    yield "no-ramdisk-at-all", Image(base.sections[:3]).encode()
    for number in range(count):
        image = bytearray(good)
        for _ in range(draw.choice((1, 1, 2, 3))):
            image[draw.randrange(HEADER + 12)] ^= 1 << draw.randrange(8)
        yield f"drawn-{number:03}", mended(bytes(image))
