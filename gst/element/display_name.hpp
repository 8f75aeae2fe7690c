// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <json-glib/json-glib.h>

#include <string_view>

#include "glib/ref.hpp"

namespace rtcmc {

/// `extra` (may be null) with `name` as its fullName, RTCMultiConnection's documentation's word for that, unless it has
/// a name already under one of the words that pages use for one, be it empty. What was given is not changed. Pure.
[[nodiscard]] glib::Ref<JsonObject> with_display_name(JsonObject* extra, std::string_view name);

}  // namespace rtcmc
