// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

/// Chance from the kernel, which nobody can compute from what was drawn before: unlike that of g_random_int() and
/// g_uuid_string_random(). Any thread.
namespace rtcmc::glib {

/// 128 random bits as 32 hexadecimal digits: nobody has it already, and nobody guesses it.
[[nodiscard]] std::string random_id();
[[nodiscard]] std::uint32_t random_number();

}  // namespace rtcmc::glib
