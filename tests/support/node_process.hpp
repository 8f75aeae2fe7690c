// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <string>
#include <vector>

#include "glib/async.hpp"

namespace rtcmc::test {

/// A script that Node.js, or another program, runs in a process of its own, which ends with this object. Its standard
/// input is a pipe that closes then, too.
class NodeProcess {
 public:
  explicit NodeProcess(const std::vector<std::string>& script_and_arguments, const std::string& program = "node");
  NodeProcess(const NodeProcess&) = delete;
  NodeProcess& operator=(const NodeProcess&) = delete;
  ~NodeProcess();

  /// What follows `beginning` in the first line that begins so; waits for it. Empty, and a test failure, if it does not
  /// come.
  [[nodiscard]] std::string wait_for_line(const std::string& beginning);

  /// Whether it has said a line that begins so, and how often.
  [[nodiscard]] bool said(const std::string& beginning) const { return count(beginning) > 0; }
  [[nodiscard]] unsigned count(const std::string& beginning) const;
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

  /// Ends it at once, and waits for that.
  void kill();

 private:
  void read_line();

  glib::Ref<GSubprocess> process_;
  glib::Ref<GDataInputStream> output_;
  std::vector<std::string> lines_;
  glib::AsyncScope async_;
};

}  // namespace rtcmc::test
