#include "reproduce/rebuilders/keys.hpp"

#include <map>
#include <set>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::rebuilders {

void require_independent(std::span<const Rebuilder> rebuilders) {
  const auto refuse = [](const std::string& what, const std::string& hint = {}) {
    throw Error(ErrorKind::usage, what, {.hint = hint});
  };
  if (rebuilders.empty())
    refuse("there is no rebuilder",
           "put the public key of each into the folder, as NAME.pub or NAME.pem");
  if (rebuilders.size() > most_rebuilders)
    refuse("there are more than " + std::to_string(most_rebuilders) + " rebuilders");
  std::set<std::string> names;
  std::map<std::string, std::string> owners;  // of keys, by their ids
  for (const Rebuilder& rebuilder : rebuilders) {
    if (rebuilder.name.empty() || rebuilder.keys.empty())
      refuse("a rebuilder has no name or no key: " + quote(rebuilder.name));
    if (!names.insert(rebuilder.name).second)
      refuse("two rebuilders have the name " + quote(rebuilder.name),
             "keys of one rebuilder stand in one file");
    for (const PublicKey& key : rebuilder.keys) {
      const auto [owner, is_new] = owners.emplace(key.id(), rebuilder.name);
      if (is_new) continue;
      if (owner->second == rebuilder.name)
        refuse("the rebuilder " + quote(rebuilder.name) + " has a key twice", "leave one out");
      refuse("the rebuilders " + quote(owner->second) + " and " + quote(rebuilder.name) +
                 " have the same key",
             "one rebuilder under two names would count twice; take one away");
    }
  }
}

}  // namespace reproduce::rebuilders
