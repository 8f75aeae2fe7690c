// SPDX-License-Identifier: LGPL-2.1-or-later
#include "field_names.hpp"

#include <glib.h>

#include <cstddef>
#include <string_view>

namespace rtcmc {

namespace {

constexpr std::size_t kMaxNameSize = 256;

}  // namespace

bool FieldNames::admit(const char* name) {
  if (g_quark_try_string(name) != 0) {
    return true;
  }
  if (std::string_view(name).size() > kMaxNameSize) {
    return false;
  }
  unsigned left = left_;
  while (left > 0 && !left_.compare_exchange_weak(left, left - 1)) {
  }
  if (left == 0) {
    return false;
  }
  // GStreamer does this up to 1.24. From 1.26 on it does not, and the same name would take another place each time.
  (void)g_quark_from_string(name);
  return true;
}

}  // namespace rtcmc
