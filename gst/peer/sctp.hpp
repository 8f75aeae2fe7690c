// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>

/// How a webrtcbin's data channels end in spite of sctpenc and sctpdec, which can wait for minutes or for ever. In this
/// order: close_data_channels(), the webrtcbin's way to NULL, stop_what_started_late().
///
/// Threads: any but webrtcbin's own, which these wait for.
namespace rtcmc::sctp {

/// A number that no other association of ours has as long as it lives. webrtcbin draws one by lot, and two that draw
/// the same share an association, which the first of them to go frees under the hands of the other. That happens in one
/// of fifty rooms with fifty participants. Any thread.
class Association {
 public:
  Association();
  Association(const Association&) = delete;
  Association& operator=(const Association&) = delete;
  ~Association();

  /// For every element that comes into a webrtcbin, before it runs.
  void give_to(GstElement* added) const;

 private:
  const std::uint16_t id_;
};

/// - On its way down, sctpenc waits for what is being sent, minutes if nobody is there any more to receive it.
/// - On its way down, sctpdec stops the tasks of its pads before it stops taking packets. One that comes in between can
///   open a pad whose task nobody stops: releasing that would wait for ever.
/// - For each of its pads webrtcbin's own thread then closes the channel in sctpenc, which must still be there: 1.26
///   takes no lock.
/// - sctpdec frees the socket under the hands of a sctpenc that sends: no lock protects it.
void close_data_channels(GstElement* webrtcbin);

/// webrtcbin's own thread sets these going when DTLS is up, which may be while it goes down. Now that thread has ended.
void stop_what_started_late(GstElement* webrtcbin);

}  // namespace rtcmc::sctp
