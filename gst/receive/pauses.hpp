// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtcmc::receive {

/// Sound of which nothing is sent in silence (Opus' DTX) is to have no holes behind the decoder: what leaves `pad`,
/// which leads there, says of each pause that the decoder has to make it up. That is said when the pause is over: what
/// plays at once has gone on without, what records gets it all.
///
/// Threads: before data flows.
void fill_pauses(GstPad* pad);

}  // namespace rtcmc::receive
