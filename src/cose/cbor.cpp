#include "reproduce/cose/cbor.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include <cbor.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::cose {
namespace {

/// What libcbor tells about the item at one place: all but nested items.
struct Head {
  CborKind kind = CborKind::null;
  std::uint64_t number = 0;  // for arrays and maps: the declared count
  ByteView content{};
  bool definite = true;
  bool is_break = false;
  const char* refused = nullptr;  // the name of a form that we do not take
};

Head& head_of(void* context) {
  return *static_cast<Head*>(context);
}

void set_string(void* context, CborKind kind, cbor_data data, std::size_t size) {
  head_of(context).kind = kind;
  head_of(context).content = {data, size};
}

template <CborKind kind, typename Number>
void set_number(void* context, Number number) {
  head_of(context).kind = kind;
  head_of(context).number = number;
}

template <CborKind kind>
void set_indefinite(void* context) {
  head_of(context).kind = kind;
  head_of(context).definite = false;
}

void refuse_float(void* context) {
  head_of(context).refused = "a floating-point number";
}

cbor_callbacks make_callbacks() {
  constexpr CborKind positive = CborKind::unsigned_integer;
  constexpr CborKind negative = CborKind::negative_integer;
  cbor_callbacks calls = cbor_empty_callbacks;
  calls.uint8 = set_number<positive, std::uint8_t>;
  calls.uint16 = set_number<positive, std::uint16_t>;
  calls.uint32 = set_number<positive, std::uint32_t>;
  calls.uint64 = set_number<positive, std::uint64_t>;
  calls.negint8 = set_number<negative, std::uint8_t>;
  calls.negint16 = set_number<negative, std::uint16_t>;
  calls.negint32 = set_number<negative, std::uint32_t>;
  calls.negint64 = set_number<negative, std::uint64_t>;
  calls.byte_string = [](void* context, cbor_data data, std::size_t size) {
    set_string(context, CborKind::byte_string, data, size);
  };
  calls.string = [](void* context, cbor_data data, std::size_t size) {
    set_string(context, CborKind::text_string, data, size);
  };
  calls.byte_string_start = [](void* context) {
    head_of(context).refused = "a byte string of indefinite length";
  };
  calls.string_start = [](void* context) {
    head_of(context).refused = "a text string of indefinite length";
  };
  calls.array_start = set_number<CborKind::array, std::size_t>;
  calls.map_start = set_number<CborKind::map, std::size_t>;
  calls.indef_array_start = set_indefinite<CborKind::array>;
  calls.indef_map_start = set_indefinite<CborKind::map>;
  calls.tag = set_number<CborKind::tag, std::uint64_t>;
  calls.boolean = set_number<CborKind::boolean, bool>;
  calls.null = [](void* context) { head_of(context).kind = CborKind::null; };
  calls.undefined = [](void* context) { head_of(context).refused = "the value 'undefined'"; };
  calls.float2 = [](void* context, float) { refuse_float(context); };
  calls.float4 = [](void* context, float) { refuse_float(context); };
  calls.float8 = [](void* context, double) { refuse_float(context); };
  calls.indef_break = [](void* context) { head_of(context).is_break = true; };
  return calls;
}

/// How many bytes the head of an item takes in its shortest form (RFC 8949, section 3).
std::size_t shortest_head_size(std::uint64_t number) {
  if (number < 24) return 1;
  if (number <= std::numeric_limits<std::uint8_t>::max()) return 2;
  if (number <= std::numeric_limits<std::uint16_t>::max()) return 3;
  if (number <= std::numeric_limits<std::uint32_t>::max()) return 5;
  return 9;
}

bool is_string(CborKind kind) {
  return kind == CborKind::byte_string || kind == CborKind::text_string;
}

bool may_be_key(CborKind kind) {
  return is_string(kind) || kind == CborKind::unsigned_integer ||
         kind == CborKind::negative_integer;
}

/// Orders keys by value, so that two spellings of one value are duplicates.
bool key_less(const CborItem* a, const CborItem* b) {
  const auto rank = [](const CborItem& key) {
    return std::tuple(key.kind, key.number, as_text(key.content));
  };
  return rank(*a) < rank(*b);
}

/// For errors: a short, safe rendering of a map key.
std::string key_words(const CborItem& key) {
  if (key.kind == CborKind::text_string) return quote(as_text(key.content));
  if (key.kind == CborKind::unsigned_integer) return std::to_string(key.number);
  if (key.kind == CborKind::negative_integer) return "-1 - " + std::to_string(key.number);
  return "a byte string";
}

void refuse_duplicate_keys(const CborItem& map) {
  std::vector<const CborItem*> keys;
  for (std::size_t at = 0; at < map.items.size(); at += 2) keys.push_back(&map.items[at]);
  std::sort(keys.begin(), keys.end(), key_less);
  const auto same = [](const CborItem* a, const CborItem* b) { return !key_less(a, b); };
  const auto twice = std::adjacent_find(keys.begin(), keys.end(), same);
  if (twice == keys.end()) return;
  const CborItem& later = (*twice)->offset > twice[1]->offset ? **twice : *twice[1];
  throw Error(ErrorKind::malformed, "a CBOR map has the key " + key_words(later) + " twice",
              {.offset = later.offset});
}

/// Bytes that no item starts with, or fields that are cut off.
std::string decoder_words(cbor_decoder_status status) {
  return status == CBOR_DECODER_NEDATA ? "a CBOR item runs past the end"
                                       : "no CBOR item starts here";
}

CborItem to_item(const Head& head) {
  CborItem item;
  item.kind = head.kind;
  item.content = head.content;
  item.definite = head.definite;
  const bool counts_items = head.kind == CborKind::array || head.kind == CborKind::map;
  item.number = counts_items ? 0 : head.number;
  return item;
}

/// Reads items front to back with the open containers on a stack of our own,
/// so that nesting costs heap, within max_depth, and never the call stack.
class Decoder {
 public:
  Decoder(ByteView bytes, const CborLimits& limits, std::uint64_t origin)
      : bytes_(bytes), limits_(limits), origin_(origin) {}

  CborItem decode();

 private:
  /// A container whose items are still being read.
  struct Open {
    CborItem item;
    std::optional<std::uint64_t> left;  // items to come; nothing: until a break code
  };

  void read_one();
  Head next_head();
  [[nodiscard]] std::optional<std::uint64_t> items_to_come(const Head& head,
                                                           std::size_t start) const;
  void close_by_break(std::size_t start);
  void complete(CborItem item);
  [[nodiscard]] CborItem finished(CborItem item) const;
  [[noreturn]] void fail(std::size_t at, const std::string& what, std::string expected = {},
                         std::string got = {}) const;

  ByteView bytes_;
  CborLimits limits_;
  std::uint64_t origin_;
  std::size_t position_ = 0;
  std::size_t count_ = 0;
  std::vector<Open> open_;
  std::optional<CborItem> root_;
};

void Decoder::fail(std::size_t at, const std::string& what, std::string expected,
                   std::string got) const {
  throw Error(ErrorKind::malformed, what,
              {.offset = origin_ + at, .expected = std::move(expected), .got = std::move(got)});
}

CborItem Decoder::decode() {
  if (bytes_.size() > limits_.max_bytes)
    fail(0, "CBOR is longer than it may be", "at most " + counted(limits_.max_bytes, "byte"),
         counted(bytes_.size(), "byte"));
  while (!root_) read_one();
  if (position_ != bytes_.size())
    fail(position_, "bytes follow the CBOR item", "the end",
         counted(bytes_.size() - position_, "byte"));
  return std::move(*root_);
}

void Decoder::read_one() {
  const std::size_t start = position_;
  const Head head = next_head();
  if (head.is_break) return close_by_break(start);
  if (++count_ > limits_.max_items)
    fail(start, "CBOR has more items than it may have",
         "at most " + counted(limits_.max_items, "item"));

  CborItem item = to_item(head);
  item.offset = origin_ + start;
  item.shortest = position_ - start - item.content.size() ==
                  shortest_head_size(is_string(item.kind) ? item.content.size() : head.number);
  if (item.kind == CborKind::text_string && !is_utf8(as_text(item.content)))
    fail(start, "a CBOR text string is not UTF-8");
  const bool is_key = !open_.empty() && open_.back().item.kind == CborKind::map &&
                      open_.back().item.items.size() % 2 == 0;
  if (is_key && !may_be_key(item.kind))
    fail(start, "a CBOR map key is neither an integer nor a string", {},
         std::string(words(item.kind)));

  const std::optional<std::uint64_t> left = items_to_come(head, start);
  if (left == 0) return complete(std::move(item));
  if (open_.size() == limits_.max_depth)
    fail(start, "CBOR is nested too deeply", "at most " + counted(limits_.max_depth, "level"));
  open_.push_back({std::move(item), left});
}

Head Decoder::next_head() {
  static const cbor_callbacks callbacks = make_callbacks();
  const ByteView rest = bytes_.subspan(position_);
  Head head;
  // libcbor before 0.9 refuses the one-byte tags 6 to 20, COSE_Sign1's 18 among them.
  if (!rest.empty() && rest[0] >= 0xc0 && rest[0] <= 0xd7) {
    ++position_;
    return {.kind = CborKind::tag, .number = rest[0] - 0xc0U};
  }
  const cbor_decoder_result result =
      cbor_stream_decode(rest.data(), rest.size(), &callbacks, &head);
  if (result.status != CBOR_DECODER_FINISHED) fail(position_, decoder_words(result.status));
  if (head.refused != nullptr)
    fail(position_, "CBOR holds a form that is not accepted", {}, head.refused);
  position_ += result.read;
  return head;
}

std::optional<std::uint64_t> Decoder::items_to_come(const Head& head, std::size_t start) const {
  if (head.kind == CborKind::tag) return 1;
  const bool is_map = head.kind == CborKind::map;
  if (!is_map && head.kind != CborKind::array) return 0;
  if (!head.definite) return std::nullopt;
  // Every item takes a byte at least, so a count beyond that is a lie. Compared
  // before it is doubled: it may be close to 2^64.
  const std::uint64_t room = bytes_.size() - position_;
  if (head.number > (is_map ? room / 2 : room))
    fail(start,
         "a CBOR " + std::string(words(head.kind)) + " claims more items than there is room for",
         "at most " + counted(is_map ? room / 2 : room, is_map ? "pair" : "item"),
         std::to_string(head.number));
  return is_map ? 2 * head.number : head.number;
}

void Decoder::close_by_break(std::size_t start) {
  if (open_.empty() || open_.back().left)
    fail(start, "a CBOR break code closes nothing of indefinite length");
  CborItem item = std::move(open_.back().item);
  if (item.kind == CborKind::map && item.items.size() % 2 != 0)
    fail(start, "a CBOR map ends after a key");
  open_.pop_back();
  complete(finished(std::move(item)));
}

/// Hands an item to the container around it, and that to the next when it is full.
void Decoder::complete(CborItem item) {
  item.encoded = bytes_.subspan(item.offset - origin_, position_ - (item.offset - origin_));
  while (!open_.empty()) {
    Open& around = open_.back();
    around.item.items.push_back(std::move(item));
    if (!around.left || --*around.left != 0) return;
    item = finished(std::move(around.item));
    open_.pop_back();
  }
  root_ = std::move(item);
}

/// A container that has all its items.
CborItem Decoder::finished(CborItem item) const {
  item.encoded = bytes_.subspan(item.offset - origin_, position_ - (item.offset - origin_));
  if (item.kind == CborKind::map) refuse_duplicate_keys(item);
  return item;
}

}  // namespace

std::string_view words(CborKind kind) {
  switch (kind) {
    case CborKind::unsigned_integer:
      return "unsigned integer";
    case CborKind::negative_integer:
      return "negative integer";
    case CborKind::byte_string:
      return "byte string";
    case CborKind::text_string:
      return "text string";
    case CborKind::array:
      return "array";
    case CborKind::map:
      return "map";
    case CborKind::tag:
      return "tag";
    case CborKind::boolean:
      return "boolean";
    case CborKind::null:
      return "null";
  }
  throw Error(ErrorKind::bug, "unknown CBOR kind");
}

std::optional<std::int64_t> CborItem::integer() const {
  const bool is_negative = kind == CborKind::negative_integer;
  if (!is_negative && kind != CborKind::unsigned_integer) return std::nullopt;
  if (number > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return std::nullopt;
  const auto value = static_cast<std::int64_t>(number);
  return is_negative ? -1 - value : value;
}

bool CborItem::is_text(std::string_view text) const {
  return kind == CborKind::text_string && as_text(content) == text;
}

CborItem decode_cbor(ByteView bytes, const CborLimits& limits, std::uint64_t origin) {
  return Decoder(bytes, limits, origin).decode();
}

const CborItem* find(const CborItem& map, std::string_view key) {
  for (std::size_t at = 0; at + 1 < map.items.size(); at += 2)
    if (map.items[at].is_text(key)) return &map.items[at + 1];
  return nullptr;
}

void expect_kind(const CborItem& item, CborKind kind, std::string_view field) {
  if (item.kind == kind) return;
  throw Error(ErrorKind::malformed, std::string(field) + " is not of the CBOR type it must be",
              {.offset = item.offset,
               .expected = std::string(words(kind)),
               .got = std::string(words(item.kind))});
}

void expect_shortest_form(const CborItem& item, std::string_view field) {
  if (item.definite && item.shortest) return;
  throw Error(ErrorKind::malformed, std::string(field) + " is not in its shortest CBOR form",
              {.offset = item.offset,
               .expected = "a definite length in as few bytes as hold it",
               .got = item.definite ? "a longer form" : "an indefinite length"});
}

}  // namespace reproduce::cose
