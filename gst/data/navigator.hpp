// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gst_ref.hpp"
#include "limit/token_bucket.hpp"
#include "log/log_limiter.hpp"
#include "protocol/navigation.hpp"

namespace rtcmc {

/// Makes GstNavigation events of what participants do over our pictures, and pushes them upstream from the sink pads
/// that the pictures come in at. What somebody holds is let go of when it leaves, or the pad takes no more: a machine
/// that is steered so does not run on.
///
/// An upstream event takes no stream lock: any thread may push it, while buffers flow. But then it runs the handlers of
/// all elements upstream, and probes, which are not ours and may take their time or lead back to us. So a thread of
/// GStreamer's pool pushes them (gst_element_call_async), one after another, without a lock of ours. Meanwhile, motions
/// make way for newer ones; what is too much then is lost.
///
/// Threads: any, none of which waits for upstream. `mutex_` protects what is below it.
class Navigator {
 public:
  /// `element` outlives it.
  explicit Navigator(GstElement* element);

  /// `pad`: where the stream comes in that is named; null: it is none of ours, or takes no navigation.
  void navigate(const std::string& user_id, const glib::Ref<GstPad>& pad, const protocol::Navigation& navigation);
  /// The pad takes no navigation any more.
  void release(GstPad* pad);
  void rename(const std::string& old_id, const std::string& new_id);
  /// The participant has gone.
  void forget(const std::string& user_id);
  /// All have.
  void forget_all();

 private:
  class Upstream;
  using Action = protocol::Navigation::Action;

  /// A key, button or touch that is down.
  struct Hold {
    glib::Ref<GstPad> pad;
    Action press;                  // as upstream knows it
    std::uint32_t identifier = 0;  // of a touch, as the participant knows it
  };
  struct Hand {
    TokenBucket budget;
    std::vector<Hold> holds;
  };

  /// Keeps account of what is held. False if the action makes no sense, or is too much. A touch gets the number by
  /// which upstream knows it.
  [[nodiscard]] bool accept(Hand& hand, const glib::Ref<GstPad>& pad, Action& action);
  [[nodiscard]] bool accept_touch(Hand& hand, const glib::Ref<GstPad>& pad, protocol::Touch& touch);
  /// Upstream's touches have no owners: they are all void.
  void drop_touches(const glib::Ref<GstPad>& pad);
  void let_go(const std::string& user_id, Hand& hand, const std::function<bool(const Hold&)>& condition);
  void drop(LogLimiter& limiter, const std::string& user_id, const char* why);

  GstElement* const element_;
  const std::shared_ptr<Upstream> upstream_;

  std::mutex mutex_;
  std::map<std::string, Hand> hands_;  // by userid
  LogLimiter unwanted_log_limiter_{0};
  LogLimiter flood_log_limiter_{0};
};

}  // namespace rtcmc
