// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

/// How the DTLS of a webrtcbin ends.
namespace rtcmc::dtls {

/// The elements that do a webrtcbin's DTLS outlive it, to be let go on the thread of GStreamer's system clock.
/// The connection that they share has timers there, which hold it for up to a second after the last flight of the
/// handshake, longer if flights were lost. If such a timer is the last to let go of it while one of the elements goes
/// on another thread, both end the closures that the element has connected to it, which GLib does not protect: the
/// process crashes. On one thread they cannot meet. `webrtcbin` has no such element yet. Any thread.
void end_on_clock_thread(GstElement* webrtcbin);

}  // namespace rtcmc::dtls
