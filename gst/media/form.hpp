// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace rtcmc {

/// How media passes a pad of the element.
enum class Form { Raw, Encoded, Rtp };

}  // namespace rtcmc
