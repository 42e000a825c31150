#pragma once

/// One SHA-256 for a whole tree: what a lock pins a folder by.

#include <functional>

#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/tree/tree.hpp"

namespace reproduce::tree {

/// Gives the SHA-256 of a content. It is asked after the contents have streamed
/// to where they are used, so whoever hashed them there answers from memory and
/// no content is read twice.
using ContentDigest = std::function<Sha256Digest(const Content&)>;

/// The digest is the SHA-256 of this text, in which every field ends with a NUL
/// (written here as `.`; no field can hold one) and every entry with a newline:
///
///     tree     = "reproduce-tree/1" LF *entry          ; entries in order of path, byte-wise
///     entry    = type . mode . uid . gid . path . rest LF
///     type     = "directory" / "regular" / "symlink" / "character" / "block" / "fifo" / "socket"
///     mode     = 4 octal digits: permission, setuid, setgid and sticky bits
///     uid, gid = decimal, no leading zeros
///     path     = its bytes
///     rest     = ""                                    ; directory, fifo, socket
///              / target .                              ; symlink
///              / major . minor .                       ; character, block: decimal
///              / size . sha256 . link .                ; regular: decimal, 64 lower-case hex
///              digits
///     link     = "0", or for files that are one file a number, counting such groups from 1 in the
///                order in which the tree first shows them
///
/// Each type says how many fields follow, so two different trees never have one
/// text. Everything that reaches a ramdisk is in it, and nothing else.
[[nodiscard]] Sha256Digest digest(const Tree& tree, const ContentDigest& content_digest);

/// The text itself, for those who want to compare or to look.
void write_canonical(const Tree& tree, const ContentDigest& content_digest, Sink& out);

}  // namespace reproduce::tree
