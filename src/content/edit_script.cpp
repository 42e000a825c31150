#include "reproduce/content/edit_script.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace reproduce::content {
namespace {

using Elements = std::span<const std::uint32_t>;

/// How often stretches are divided again; each time there are fewer lines and so more that are
/// unique, so that little is gained by more.
constexpr unsigned most_divisions = 8;

/// A stretch of both sequences: [before, before_end) and [after, after_end).
struct Stretch {
  std::size_t before = 0;
  std::size_t before_end = 0;
  std::size_t after = 0;
  std::size_t after_end = 0;
};

class Search {
 public:
  Search(Elements before, Elements after, const EditLimits& limits)
      : before_(before),
        after_(after),
        limits_(limits),
        steps_left_(limits.steps),
        removed_(before.size()),
        added_(after.size()) {}

  EditScript run() {
    solve({0, before_.size(), 0, after_.size()}, 0);
    EditScript script{.edits = {}, .coarse = coarse_};
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < before_.size() || j < after_.size()) {
      Edit edit{.before = i, .after = j};
      while (i < before_.size() && removed_[i]) ++i;
      while (j < after_.size() && added_[j]) ++j;
      edit.removed = i - edit.before;
      edit.added = j - edit.after;
      if (edit.removed != 0 || edit.added != 0) {
        script.edits.push_back(edit);
      } else {
        ++i;
        ++j;
      }
    }
    return script;
  }

 private:
  void solve(Stretch stretch, unsigned divisions) {
    while (stretch.before < stretch.before_end && stretch.after < stretch.after_end &&
           before_[stretch.before] == after_[stretch.after]) {
      ++stretch.before;
      ++stretch.after;
    }
    while (stretch.before < stretch.before_end && stretch.after < stretch.after_end &&
           before_[stretch.before_end - 1] == after_[stretch.after_end - 1]) {
      --stretch.before_end;
      --stretch.after_end;
    }
    const bool one_is_empty =
        stretch.before == stretch.before_end || stretch.after == stretch.after_end;
    if (one_is_empty) return replace(stretch);
    if (shortest(stretch)) return;
    coarse_ = true;
    if (divisions == most_divisions) return replace(stretch);
    divide(stretch, divisions);
  }

  void replace(const Stretch& stretch) {
    for (std::size_t i = stretch.before; i < stretch.before_end; ++i) removed_[i] = true;
    for (std::size_t j = stretch.after; j < stretch.after_end; ++j) added_[j] = true;
  }

  /// A diagonal k holds the points where x elements of `before` and x - k of `after` are behind.
  /// For each, the largest such x that can be reached with the edits so far.
  struct Diagonals {
    std::vector<std::uint32_t> furthest;
    std::ptrdiff_t bound;

    explicit Diagonals(std::ptrdiff_t most)
        : furthest(static_cast<std::size_t>(2 * most + 3)), bound(most) {}
    std::uint32_t& at(std::ptrdiff_t k) {
      return furthest[static_cast<std::size_t>(k + bound + 1)];
    }
  };

  /// Takes the d-th edit to diagonal k, and then all equal elements. False when the steps are used
  /// up.
  bool reach(Elements a, Elements b, Diagonals& diagonals, std::ptrdiff_t d, std::ptrdiff_t k) {
    const bool down = k == -d || (k != d && diagonals.at(k - 1) < diagonals.at(k + 1));
    std::size_t x = 0;
    if (d != 0) x = down ? diagonals.at(k + 1) : std::size_t{diagonals.at(k - 1)} + 1;
    const std::size_t start = x;
    auto y = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(x) - k);
    while (x < a.size() && y < b.size() && a[x] == b[y]) ++x, ++y;
    diagonals.at(k) = static_cast<std::uint32_t>(x);
    return spend(1 + x - start);
  }

  bool shortest(const Stretch& stretch) {
    const Elements a = before_.subspan(stretch.before, stretch.before_end - stretch.before);
    const Elements b = after_.subspan(stretch.after, stretch.after_end - stretch.after);
    const auto bound = static_cast<std::ptrdiff_t>(std::min(limits_.edits, a.size() + b.size()));
    const auto goal = static_cast<std::ptrdiff_t>(a.size()) - static_cast<std::ptrdiff_t>(b.size());
    Diagonals diagonals(bound);
    std::vector<std::vector<std::uint32_t>> rounds;
    for (std::ptrdiff_t d = 0; d <= bound; ++d) {
      std::vector<std::uint32_t> round;
      round.reserve(static_cast<std::size_t>(d + 1));
      for (std::ptrdiff_t k = -d; k <= d; k += 2) {
        if (!reach(a, b, diagonals, d, k)) return false;
        round.push_back(diagonals.at(k));
        if (k == goal && diagonals.at(k) >= a.size()) {
          trace_back(stretch, rounds, d, k);
          return true;
        }
      }
      rounds.push_back(std::move(round));
    }
    return false;
  }

  /// Walks from the end of both stretches to their beginning, and marks the edits on the way.
  void trace_back(const Stretch& stretch, const std::vector<std::vector<std::uint32_t>>& rounds,
                  std::ptrdiff_t d, std::ptrdiff_t k) {
    for (; d > 0; --d) {
      const std::vector<std::uint32_t>& round = rounds[static_cast<std::size_t>(d - 1)];
      // A round with d edits has the diagonals -d, -d + 2 ... d.
      const auto at = [&](std::ptrdiff_t diagonal) {
        return round[static_cast<std::size_t>((diagonal + d - 1) / 2)];
      };
      const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
      k = down ? k + 1 : k - 1;
      const std::size_t x = at(k);
      const auto y = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(x) - k);
      if (down)
        added_[stretch.after + y] = true;
      else
        removed_[stretch.before + x] = true;
    }
  }

  /// Elements that stand once in each stretch, in the order of `before`: their places.
  [[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> unique_in_both(
      const Stretch& stretch) const {
    const auto once = [](Elements elements, std::size_t from, std::size_t to) {
      std::vector<std::pair<std::uint32_t, std::size_t>> found;
      for (std::size_t i = from; i < to; ++i) found.emplace_back(elements[i], i);
      std::sort(found.begin(), found.end());
      std::vector<std::pair<std::uint32_t, std::size_t>> unique;
      for (std::size_t i = 0; i < found.size(); ++i) {
        const bool like_last = i > 0 && found[i - 1].first == found[i].first;
        const bool like_next = i + 1 < found.size() && found[i + 1].first == found[i].first;
        if (!like_last && !like_next) unique.push_back(found[i]);
      }
      return unique;
    };
    const auto left = once(before_, stretch.before, stretch.before_end);
    const auto right = once(after_, stretch.after, stretch.after_end);
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
      if (left[i].first == right[j].first)
        pairs.emplace_back(left[i++].second, right[j++].second);
      else if (left[i].first < right[j].first)
        ++i;
      else
        ++j;
    }
    std::sort(pairs.begin(), pairs.end());
    return pairs;
  }

  /// The longest sequence of pairs that grows on both sides, by patience sorting.
  static std::vector<std::pair<std::size_t, std::size_t>> longest_growing(
      const std::vector<std::pair<std::size_t, std::size_t>>& pairs) {
    constexpr std::size_t none = SIZE_MAX;
    std::vector<std::size_t> piles;  // the pair on top of each
    std::vector<std::size_t> previous(pairs.size(), none);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto pile = std::lower_bound(
          piles.begin(), piles.end(), pairs[i].second,
          [&](std::size_t top, std::size_t place) { return pairs[top].second < place; });
      if (pile != piles.begin()) previous[i] = *std::prev(pile);
      if (pile == piles.end())
        piles.push_back(i);
      else
        *pile = i;
    }
    std::vector<std::pair<std::size_t, std::size_t>> chain;
    for (std::size_t i = piles.empty() ? none : piles.back(); i != none; i = previous[i])
      chain.push_back(pairs[i]);
    std::reverse(chain.begin(), chain.end());
    return chain;
  }

  void divide(const Stretch& stretch, unsigned divisions) {
    if (!spend(stretch.before_end - stretch.before + stretch.after_end - stretch.after))
      return replace(stretch);
    const auto anchors = longest_growing(unique_in_both(stretch));
    if (anchors.empty()) return replace(stretch);
    Stretch gap{.before = stretch.before, .after = stretch.after};
    for (const auto& [before, after] : anchors) {
      gap.before_end = before;
      gap.after_end = after;
      solve(gap, divisions + 1);
      gap.before = before + 1;
      gap.after = after + 1;
    }
    gap.before_end = stretch.before_end;
    gap.after_end = stretch.after_end;
    solve(gap, divisions + 1);
  }

  bool spend(std::uint64_t steps) {
    if (steps > steps_left_) {
      steps_left_ = 0;
      return false;
    }
    steps_left_ -= steps;
    return true;
  }

  Elements before_;
  Elements after_;
  EditLimits limits_;
  std::uint64_t steps_left_;
  std::vector<bool> removed_;
  std::vector<bool> added_;
  bool coarse_ = false;
};

}  // namespace

EditScript edit_script(std::span<const std::uint32_t> before, std::span<const std::uint32_t> after,
                       const EditLimits& limits) {
  return Search(before, after, limits).run();
}

}  // namespace reproduce::content
