#pragma once

/// The members of an archive, by libarchive.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "comparison.hpp"

#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"

namespace reproduce::content {

enum class ArchiveKind { tar, cpio, ar, zip };

[[nodiscard]] std::string_view name_of(ArchiveKind kind) noexcept;

/// What a file is by its first bytes.
[[nodiscard]] std::optional<ArchiveKind> archive_kind_of(const RandomAccess& file,
                                                         Allowance& allowance);

struct Member {
  std::string name;        ///< as recorded: any bytes
  std::string link;        ///< the target of a link; empty for all else
  std::string owner;       ///< "1000:100", and the names if there are any: "1000:100 (joe:users)"
  std::uint32_t mode = 0;  ///< type included
  std::int64_t time = 0;   ///< of the last change, seconds since 1970
  std::uint64_t size = 0;  ///< as recorded
  std::uint64_t device = 0;
  Sha256Digest digest{};  ///< of the content; set by whoever reads it
};

/// Reads members front to back, content only when it is asked for. Damage is Error{malformed};
/// the end of the allowance for work looks like the end of the file.
class MemberReader final : public Source {
 public:
  MemberReader(ArchiveKind kind, const RandomAccess& file, Allowance& allowance);
  MemberReader(const MemberReader&) = delete;
  MemberReader& operator=(const MemberReader&) = delete;
  MemberReader(MemberReader&&) = delete;
  MemberReader& operator=(MemberReader&&) = delete;
  ~MemberReader() override;

  [[nodiscard]] std::optional<Member> next();

  /// The content of the latest member.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override;

 private:
  class Handle;

  std::unique_ptr<Handle> handle_;
};

}  // namespace reproduce::content
