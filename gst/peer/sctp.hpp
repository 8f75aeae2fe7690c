// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

/// How a webrtcbin's data channels end in spite of sctpenc and sctpdec, which can wait for minutes or for ever. In this
/// order: give_up_sending(), close_data_channels(), the webrtcbin's way to NULL, stop_what_started_late().
///
/// Threads: any but webrtcbin's own, which they wait for.
namespace rtcmc::sctp {

/// On its way down, sctpenc waits for what is being sent, minutes if nobody is there any more to receive it.
void give_up_sending(GstElement* webrtcbin);

/// On its way down, sctpdec stops the tasks of its pads before it stops taking packets. One that comes in between can
/// open a pad whose task nobody stops: releasing that would wait for ever. And for each of its pads webrtcbin's own
/// thread then closes the channel in sctpenc, which must still be there: 1.26 takes no lock.
void close_data_channels(GstElement* webrtcbin);

/// webrtcbin's own thread sets these going when DTLS is up, which may be while it goes down. Now that thread has ended.
void stop_what_started_late(GstElement* webrtcbin);

}  // namespace rtcmc::sctp
