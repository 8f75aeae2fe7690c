// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <string>
#include <string_view>

namespace rtcmc::program {

enum class LogFormat { Text, Json };

/// What GLib's log is written as: one line for each message on standard error, with the level in front as
/// journald takes it (sd-daemon(3)) if that is what reads it.
struct LogStyle {
  GLogLevelFlags level = G_LOG_LEVEL_INFO;  // and what is worse
  LogFormat format = LogFormat::Text;
  bool for_journal = false;  // which notes the time by itself
};

/// `message`: a server::fact(), or any text. Without a line feed.
[[nodiscard]] std::string log_line(const LogStyle& style, GLogLevelFlags level, std::string_view message,
                                   std::string_view time);

/// Whether standard error is read by journald.
[[nodiscard]] bool journal_listens();

/// From now on, for the whole process. `style` must stay.
void log_to_standard_error(const LogStyle& style);

}  // namespace rtcmc::program
