// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <string>
#include <variant>

#include "glib/ref.hpp"

namespace rtcmc::program {

/// A certificate chain with its key, from PEM files; or a sentence about what is wrong.
[[nodiscard]] std::variant<glib::Ref<GTlsCertificate>, std::string> load_certificate(const std::string& certificate,
                                                                                     const std::string& key);

/// Until when it is valid, as in ISO 8601; empty if it does not say.
[[nodiscard]] std::string valid_until(GTlsCertificate* certificate);
[[nodiscard]] bool has_expired(GTlsCertificate* certificate);

}  // namespace rtcmc::program
