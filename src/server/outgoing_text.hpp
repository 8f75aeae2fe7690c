// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rtcmc::server {

/// Text that several receivers' queues hold without copies.
using SharedText = std::shared_ptr<const std::string>;

/// A text on its way to one receiver: what it alone is told, and behind it what others are told as well.
class OutgoingText {
 public:
  OutgoingText(SharedText text) : parts_{std::move(text), nullptr} {}  // NOLINT(*-explicit-*): all of it is shared
  OutgoingText(std::string own, SharedText shared)
      : parts_{std::make_shared<const std::string>(std::move(own)), std::move(shared)} {}

  [[nodiscard]] std::size_t size() const { return part(0).size() + part(1).size(); }
  [[nodiscard]] std::array<std::string_view, 2> parts() const { return {part(0), part(1)}; }
  [[nodiscard]] std::string joined() const { return std::string(part(0)).append(part(1)); }

 private:
  [[nodiscard]] std::string_view part(std::size_t index) const {
    return parts_[index] ? std::string_view(*parts_[index]) : std::string_view();
  }

  std::array<SharedText, 2> parts_;
};

}  // namespace rtcmc::server
