// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "glib/ref.hpp"

namespace rtcmc::server {

/// What an answer's content is read from, piece by piece: however many are sent it, and however slowly they read, none
/// of them has a copy.
class Body {
 public:
  Body() = default;
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  virtual ~Body() = default;

  [[nodiscard]] virtual std::size_t size() const = 0;
  /// How many bytes from `offset` on, which is not beyond the end, are in `into` now: what it has room for or what is
  /// left. Fewer if the rest is lost.
  [[nodiscard]] virtual std::size_t read(std::size_t offset, std::span<char> into) const = 0;
};

/// What is in memory anyway.
class BytesBody final : public Body {
 public:
  explicit BytesBody(glib::Ref<GBytes> bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] std::size_t size() const override { return g_bytes_get_size(bytes_.get()); }
  [[nodiscard]] std::size_t read(std::size_t offset, std::span<char> into) const override {
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(bytes_.get(), &size));
    const auto rest = std::span(data, size).subspan(offset);
    const auto piece = rest.first(std::min(rest.size(), into.size()));
    std::ranges::copy(piece, into.begin());
    return piece.size();
  }

 private:
  glib::Ref<GBytes> bytes_;
};

}  // namespace rtcmc::server
