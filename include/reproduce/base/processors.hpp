#pragma once

/// How many threads are worth starting.

namespace reproduce {

/// Processors that this process may run on, at least one: of a container with a set of its own,
/// those. Opens no file, so that it also tells in confined work.
/// Source: sched_getaffinity(2).
[[nodiscard]] unsigned usable_processors() noexcept;

}  // namespace reproduce
