// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "glib/signal_connection.hpp"
#include "peer/ice_sender.hpp"
#include "peer/srtp.hpp"
#include "send/wire.hpp"

namespace rtcmc {

/// Out of a DTLS transport of a webrtcbin: protects packets with the key that DTLS has agreed on, and has ICE send
/// them.
///
/// A key has one Encryptor, for whatever is sent with it: no two can agree on which numbers are used up (RFC
/// 3711, 9.1). So webrtcbin's `srtpenc` protects nothing: what its RTP session sends, RTCP above all, is taken from in
/// front of it.
///
/// Threads: any. `mutex_` protects the encryptor, and is held until the kernel has what it protected, which does not
/// block; not while libnice is called.
class Transport {
 public:
  /// That of a `nicesink` in a webrtcbin, before it runs. Null if there is none. `owner`: for the log.
  [[nodiscard]] static std::shared_ptr<Transport> of(GstElement* nicesink, const std::string& owner);
  Transport(std::shared_ptr<IceSender> sender, std::string owner);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// What is sent from now on is protected with it. The one that it has already changes nothing.
  void set_key(const srtp::Key& key);
  [[nodiscard]] bool has_key() const;
  /// Nothing is sent any more.
  void close();
  /// Takes whatever comes into the element, which protects nothing from now on.
  static void replace(GstElement* srtpenc, const std::shared_ptr<Transport>& transport);

  /// Nothing is ever sent unprotected. FLUSHING: there is no key, or it was closed; ERROR: something was not protected.
  GstFlowReturn send(std::span<const send::Wire::Packet> packets);
  /// The same for one RTCP compound.
  GstFlowReturn send_control(std::span<const std::uint8_t> compound);

  /// Whether packets go straight to the kernel, not through libnice.
  [[nodiscard]] bool is_straight() const { return sender_->is_straight(); }

 private:
  class Batch;
  using Protect = decltype(&srtp::Encryptor::protect);

  GstFlowReturn send(std::span<const send::Wire::Packet> packets, Protect protect);
  void take(GstPad* pad, const GstPadProbeInfo& info);
  void take_key_of(GstElement* dtlsenc);
  /// Once.
  void warn(int code);

  const std::shared_ptr<IceSender> sender_;
  const std::string owner_;
  mutable std::mutex mutex_;
  std::optional<srtp::Encryptor> encryptor_;  // mutex_; absent: no key yet, or closed
  bool is_closed_ = false;                    // mutex_
  std::atomic<bool> has_warned_ = false;
  std::vector<glib::SignalConnection> connections_;  // of whoever makes and closes it
};

}  // namespace rtcmc
