#pragma once

/// The "C" locale for a while, for libraries that look at the locale.

#include <memory>

namespace reproduce {

/// While it lives, this thread has the "C" locale, whatever the process has.
///
/// libarchive converts names that pax headers record as UTF-8 to the charset of the locale, and in
/// a UTF-8 locale it composes them (NFC) on the way: other bytes than were recorded. In the "C"
/// locale ASCII is itself and all else cannot be converted; then it gives the bytes as they are.
class CLocale {
 public:
  /// Error{environment} when the system has no such locale.
  CLocale();
  CLocale(const CLocale&) = delete;
  CLocale& operator=(const CLocale&) = delete;
  CLocale(CLocale&&) = delete;
  CLocale& operator=(CLocale&&) = delete;
  ~CLocale();

 private:
  struct Locales;
  std::unique_ptr<Locales> locales_;
};

}  // namespace reproduce
