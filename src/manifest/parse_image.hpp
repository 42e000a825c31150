#pragma once

/// The `[image]`, `[kernel]`, `[signature]` and `[sign]` tables of a manifest: all sections but
/// ramdisks, and their order.

#include "source_reader.hpp"
#include "table_reader.hpp"

#include "reproduce/manifest/manifest.hpp"

namespace reproduce::manifest {

[[nodiscard]] Image parse_image(const ErrorSite& site, SourceReader& sources,
                                const toml::table& table);

[[nodiscard]] Kernel parse_kernel(const ErrorSite& site, SourceReader& sources,
                                  const toml::table& table, const Image& image);

[[nodiscard]] Signature parse_signature(const ErrorSite& site, SourceReader& sources,
                                        const toml::table& table);

[[nodiscard]] Sign parse_sign(const ErrorSite& site, SourceReader& sources,
                              const toml::table& table);

/// Fails unless `sections` of the image names what the manifest has, each as often as the
/// image's version of the format demands, in an order that readers take.
void require_sections_fit(const ErrorSite& site, const toml::table& image,
                          const Manifest& manifest);

}  // namespace reproduce::manifest
