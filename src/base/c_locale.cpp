#include "reproduce/base/c_locale.hpp"

#include <clocale>

#include <locale.h>

#include "reproduce/base/error.hpp"

namespace reproduce {

struct CLocale::Locales {
  struct Free {
    using pointer = locale_t;
    void operator()(locale_t locale) const noexcept { ::freelocale(locale); }
  };
  std::unique_ptr<locale_t, Free> ours{::newlocale(LC_ALL_MASK, "C", nullptr)};
  locale_t before = nullptr;
};

CLocale::CLocale() : locales_(std::make_unique<Locales>()) {
  if (!locales_->ours) throw Error(ErrorKind::environment, "there is no C locale");
  locales_->before = ::uselocale(locales_->ours.get());
}

CLocale::~CLocale() {
  (void)::uselocale(locales_->before);
}

}  // namespace reproduce
