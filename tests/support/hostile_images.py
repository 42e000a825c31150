"""Writes hostile container images, as hostile_archives.py does archives, and the same table.

    hostile_images.py FOLDER
"""
import gzip
import hashlib
import json
import os
import sys

from tar_bytes import archive, file, folder, gzip_of, hard_link, header, pax, symlink

MIB = 1 << 20
OCI = "application/vnd.oci.image."
os.chdir(sys.argv[1])


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def said(content, media_type):
    return {"mediaType": OCI + media_type, "digest": digest(content), "size": len(content)}


class Image:
    """A whole image. What its parts say about each other can be changed before it is written."""

    def __init__(self, *layers):
        self.layers = list(layers) or [archive(file(b"a"))]
        self.blobs = []  # in place of those that the documents name
        self.config = {
            "os": "linux", "architecture": "amd64", "config": {"Cmd": ["/a"]},
            "rootfs": {"type": "layers", "diff_ids": [digest(plain(layer)) for layer in self.layers]}}
        self.manifest = {
            "schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
            "layers": [said(layer, "layer.v1.tar" + ("+gzip" if plain(layer) != layer else ""))
                       for layer in self.layers]}
        self.index = {"schemaVersion": 2}
        self.layout = {"imageLayoutVersion": "1.0.0"}

    def files(self):
        config = json.dumps(self.config).encode()
        self.manifest.setdefault("config", said(config, "config.v1+json"))
        manifest = json.dumps(self.manifest).encode()
        self.index.setdefault("manifests", [said(manifest, "manifest.v1+json")])
        files = {"oci-layout": json.dumps(self.layout).encode(),
                 "index.json": json.dumps(self.index).encode()}
        for blob in [config, manifest, *self.layers]:
            files["blobs/sha256/" + digest(blob)[7:]] = blob
        files.update(self.blobs)
        return files

    def blob(self, number):
        return "blobs/sha256/" + digest(self.layers[number])[7:]


def plain(layer):
    return gzip.decompress(layer) if layer[:2] == b"\x1f\x8b" else layer


def write(name, code, words, files, links=()):
    for path, content in files.items():
        os.makedirs(os.path.dirname(os.path.join(name, path)), exist_ok=True)
        with open(os.path.join(name, path), "wb") as out:
            out.write(content)
    for path, target in links:
        if os.path.lexists(os.path.join(name, path)):
            os.remove(os.path.join(name, path))
        os.symlink(target, os.path.join(name, path))
    print(name, "oci", code, words, sep="\t")


def pack(name, code, words, *entries):
    with open(name, "wb") as out:
        out.write(archive(*entries))
    print(name, "oci", code, words, sep="\t")


def members(files):
    return [pax([(b"path", path.encode())]) + file(b"x", content) for path, content in files.items()]


def layers():
    """What a layer does is done inside the root, as runtimes have it."""
    for name, *entries in (
            ("dotdot", file(b"../../escaped")), ("absolute", file(b"/escaped")),
            ("dotdot-of-symlink", symlink(b"out", b"../../.."), file(b"out/../../escaped")),
            ("whiteout-outside", file(b"../../.wh.escaped", b"")),
            ("whiteout-through-symlink", symlink(b"out", b"/etc"), file(b"out/.wh.passwd", b"")),
            ("link-outside", file(b"etc/passwd"), hard_link(b"a", b"../../etc/passwd"))):
        write("layer-" + name, 0, "", Image(archive(*entries)).files())
    for name, words, *entries in (
            ("cyclic-symlinks", "leads in circles", symlink(b"a", b"b"), symlink(b"b", b"a"),
             file(b"a/x")),
            ("cyclic-hard-links", "which is not there", hard_link(b"a", b"b"), hard_link(b"b", b"a")),
            ("whiteout-of-dotdot", "a whiteout that names no file", file(b".wh...", b"")),
            ("whiteout-of-nothing", "a whiteout that names no file", file(b"d/.wh.", b"")),
            ("below-a-whiteout", "lies below a whiteout", file(b".wh.d/x")),
            ("name-of-1-mb", "Special header too large", pax([(b"path", b"n" * MIB)]), file(b"x"))):
        write("layer-" + name, 3, words, Image(archive(*entries)).files())
    upper = Image(archive(symlink(b"d", b"/")), archive(symlink(b"d/d", b"d"), file(b"d/d/x")))
    write("layers-of-symlinks", 3, "leads in circles", upper.files())


def blobs():
    image = Image(os.urandom(0) + archive(file(b"a", os.urandom(5000))))
    good, blob = image.layers[0], image.blob(0)
    write("good-image", 0, "", image.files())
    flipped = bytearray(good)
    flipped[700] ^= 1
    for name, words, content in (
            ("flipped", "is not what its digest says", bytes(flipped)),
            ("cut", "has another size", good[:3000]), ("longer", "has another size", good + b"x"),
            ("empty", "has another size", b""),
            ("another", "is not what its digest says", archive(file(b"a", os.urandom(5000)))),
            ("hostile", "has another size", archive(file(b"../x")) * 3)):
        image = Image(good)
        image.blobs = {blob: content}
        write("blob-" + name, 4, words, image.files())
    # The digest fits, so the bytes are what was pinned: what they are is the question.
    damaged = gzip.compress(good)[:-30]
    image = Image(good)
    image.layers = [damaged]
    image.manifest["layers"] = [said(damaged, "layer.v1.tar+gzip")]
    write("layer-cut", 3, "the gzip data is damaged or cut short", image.files())
    bomb = gzip_of(header(b"a", 4096 * MIB), bytes(MIB), 4096)
    image = Image(good)
    image.layers = [bomb]
    image.manifest["layers"] = [said(bomb, "layer.v1.tar+gzip")]
    write("layer-bomb", 3, "expands beyond all measure", image.files())


def documents():
    def image(change):
        made = Image()
        made.files()
        made.index.pop("manifests")
        made.manifest.pop("config")
        change(made)
        return made.files()

    def at(code, name, words, change):
        write("document-" + name, code, words, image(change))

    def layer(**values):
        return lambda made: made.manifest["layers"][0].update(values)

    at(4, "size-of-layer", "has another size", layer(size=1))
    at(4, "size-of-8-eib", "has another size", layer(size=2 ** 63 - 1))
    at(3, "size-below-0", "'size'", layer(size=-1))
    at(3, "size-is-text", "'size'", layer(size="1"))
    at(3, "digest-is-a-path", "a digest that is none", layer(digest="sha256:../../../etc/passwd"))
    at(3, "digest-of-sha512", "by its SHA-512", layer(digest="sha512:" + "0" * 128))
    at(5, "digest-of-nothing", "cannot open", layer(digest="sha256:" + "0" * 64))
    at(3, "media-type", "an unknown media type", layer(mediaType="text/plain"))
    at(3, "foreign-layer", "may not be distributed",
       layer(mediaType=OCI + "layer.nondistributable.v1.tar"))
    at(4, "diff-id", "is not the one of the image's configuration",
       lambda made: made.config["rootfs"].update(diff_ids=["sha256:" + "0" * 64]))
    at(3, "count-of-layers", "disagree", lambda made: made.config["rootfs"].update(diff_ids=[]))
    at(3, "many-layers", "too many layers",
       lambda made: made.manifest.update(layers=made.manifest["layers"] * 501))
    at(3, "schema-1", "schema 1", lambda made: made.manifest.update(schemaVersion=1))
    at(3, "index-and-manifest", "or both", lambda made: made.manifest.update(manifests=[]))
    at(3, "layout-version", "unknown version", lambda made: made.layout.update(imageLayoutVersion="9"))
    at(2, "no-image", "there is no such image", lambda made: made.index.update(manifests=[]))
    at(4, "config", "is not what its digest says", wrong_config)
    files = Image().files()
    write("json-of-5-mb", 3, "", {**files, "index.json": b"[" + b" " * 5 * MIB + b"]"})
    write("json-nested", 3, "", {**files, "index.json": b"[" * 1_000_000})
    write("json-repeated", 3, "", {**files, "oci-layout": b'{"imageLayoutVersion":"1.0.0",' * 2})
    write("json-cut", 3, "", {**files, "index.json": files["index.json"][:-10]})
    write("json-not-utf-8", 3, "", {**files, "index.json": b'{"schemaVersion":2,"\xff":"\xff"}'})
    cyclic = {"schemaVersion": 2, "manifests": []}
    for _ in range(6):
        cyclic = {"schemaVersion": 2, "manifests": [said(json.dumps(cyclic).encode(), "index.v1+json")]}
    write("index-of-indexes", 5, "", {**files, "index.json": json.dumps(cyclic).encode()})
    write("blob-is-a-symlink", 3, "is a symlink", files, [(Image().blob(0), "/etc/passwd")])
    write("index-is-a-symlink", 3, "is a symlink", files, [("index.json", "/etc/passwd")])
    write("folder-is-a-symlink", 3, "is a symlink", {"oci-layout": files["oci-layout"],
                                                     "index.json": files["index.json"]},
          [("blobs", "../good-image/blobs")])


def wrong_config(made):
    made.manifest["config"] = said(json.dumps(made.config).encode(), "config.v1+json")
    made.blobs = {"blobs/sha256/" + made.manifest["config"]["digest"][7:]:
                  json.dumps(made.config).encode().replace(b"/a", b"/b")}


def docker_archives():
    layer = archive(file(b"a"))
    config = json.dumps({"os": "linux", "architecture": "amd64",
                         "rootfs": {"type": "layers", "diff_ids": [digest(layer)]}}).encode()
    config_name = digest(config)[7:] + ".json"

    def listed(**values):
        return json.dumps([{"Config": config_name, "Layers": ["1/layer.tar"], **values}]).encode()

    files = {config_name: config, "1/layer.tar": layer, "manifest.json": listed()}
    pack("docker.tar", 0, "", *members(files))
    for name, words, manifest in (
            ("layer-outside", "lacks a file", listed(Layers=["../../../etc/passwd"])),
            ("layer-is-absolute", "lacks a file", listed(Layers=["/etc/passwd"])),
            ("config-outside", "lacks a file", listed(Config="../../etc/passwd")),
            ("layer-is-a-folder", "lacks a file", listed(Layers=["1"])),
            ("no-list", "is not a list", b"{}"), ("cut", "", listed()[:-5]),
            ("many-images", "too many images", b"[" + b",".join([listed()[1:-1]] * 65) + b"]"),
            ("repeated-key", "", listed()[:-2] + b',"Config":"x"}]'),
            ("more-layers", "disagree", listed(Layers=["1/layer.tar"] * 2))):
        pack("docker-%s.tar" % name, 3, words, *members({**files, "manifest.json": manifest}))
    pack("docker-two-images.tar", 2, "several", *members(
        {**files, "manifest.json": b"[" + listed()[1:-1] + b"," + listed()[1:-1] + b"]"}))
    pack("docker-config-differs.tar", 4, "is not what its name says",
         *members({**files, config_name: config + b" "}))
    pack("docker-layer-differs.tar", 4, "is not the one of the image's configuration",
         *members({**files, "1/layer.tar": archive(file(b"b"))}))
    rest = members({"manifest.json": files["manifest.json"]}) + [
        pax([(b"path", config_name.encode())]) + file(b"x", config), folder(b"1")]
    pack("docker-symlink-outside.tar", 3, "lacks a file", *rest, symlink(b"1/layer.tar", b"/etc/passwd"))
    pack("docker-symlink-cycle.tar", 3, "lacks a file", *rest, symlink(b"1/layer.tar", b"layer.tar"))
    pack("docker-symlink-inside.tar", 0, "", *rest, file(b"real", layer),
         symlink(b"1/layer.tar", b"../real"))
    # An image in an image: the inner one is a layer like any other, and of another digest.
    pack("docker-nested.tar", 4, "is not the one of the image's configuration",
         *members({**files, "1/layer.tar": archive(*members(files))}))
    pack("docker-dotdot.tar", 3, "has a `..` part", *members(files), file(b"../escaped"))
    pack("no-image.tar", 3, "the archive holds no container image", file(b"a"))


for group in (layers, blobs, documents, docker_archives):
    group()
