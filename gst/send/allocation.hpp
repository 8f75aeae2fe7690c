// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtcmc::send {

/// What may wait for a branch that is too slow: raw pictures get old at once.
inline constexpr unsigned kMaxRawPictures = 2;
/// Of what upstream gives, so many pictures are kept at a time: those that wait for a slow encoder, the one that it
/// works on, and one that another encoder has come to meanwhile.
inline constexpr unsigned kMaxKeptPictures = kMaxRawPictures + 2;

/// Answers an ALLOCATION query for raw video: upstream's own pool will do, if it has that many; rows that are padded
/// need not be copied.
void propose_allocation(GstQuery* query);

}  // namespace rtcmc::send
