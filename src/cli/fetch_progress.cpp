#include "fetch_progress.hpp"

#include <memory>
#include <string>

#include "reproduce/base/text.hpp"

namespace reproduce::cli {

fetch::OnProgress fetch_progress(const Terminal& terminal) {
  struct State {
    std::string what;
    std::unique_ptr<Progress> line;
  };
  // Shared, because a std::function is copied.
  const auto state = std::make_shared<State>();
  return [&terminal, state](const fetch::Progress& progress) {
    if (state->what != progress.what) {
      state->what = progress.what;
      state->line.reset();
      if (terminal.shows_progress())
        state->line = std::make_unique<Progress>(terminal, "fetching " + printable(progress.what),
                                                 progress.total_bytes.value_or(0));
      else
        terminal.note("fetching " + printable(progress.what));
    }
    if (state->line) state->line->update(progress.done_bytes);
  };
}

}  // namespace reproduce::cli
