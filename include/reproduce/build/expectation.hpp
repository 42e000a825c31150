#pragma once

/// The image that a lock expects: as a header before the build, as a judgement after it.

#include <filesystem>

#include "reproduce/build/assembler.hpp"
#include "reproduce/build/plan.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/manifest/lock.hpp"

namespace reproduce::build {

/// How the lock describes an image.
[[nodiscard]] manifest::ExpectedImage describe_image(const AssembledImage& image, const Plan& plan);

/// The header that the expected image has. Error{usage} when its sections are not those of
/// the plan or its sizes do not add up: then somebody has edited the lock, which is `file`.
[[nodiscard]] eif::Header predict_header(const manifest::ExpectedImage& expected, const Plan& plan,
                                         const std::filesystem::path& file);

/// Error{untrusted} unless `image` is the expected one in every respect.
void require_expected(const AssembledImage& image, const Plan& plan,
                      const manifest::ExpectedImage& expected, const std::filesystem::path& file);

}  // namespace reproduce::build
