// SPDX-License-Identifier: LGPL-2.1-or-later
#include "node_process.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <algorithm>
#include <csignal>

#include "wait_until.hpp"

namespace rtcmc::test {

NodeProcess::NodeProcess(const std::vector<std::string>& script_and_arguments, const std::string& program) {
  std::vector<const char*> command{program.c_str()};
  std::ranges::transform(script_and_arguments, std::back_inserter(command), &std::string::c_str);
  command.push_back(nullptr);
  glib::Error error;
  const auto launcher = glib::Ref<GSubprocessLauncher>::adopt(
      g_subprocess_launcher_new(GSubprocessFlags(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE)));
  // A test that is cut off leaves nothing behind.
  g_subprocess_launcher_set_child_setup(
      launcher.get(), [](gpointer) { prctl(PR_SET_PDEATHSIG, SIGKILL); }, nullptr, nullptr);
  process_ = glib::Ref<GSubprocess>::adopt(g_subprocess_launcher_spawnv(launcher.get(), command.data(), error.out()));
  if (!process_) {
    ADD_FAILURE() << program << ": " << error.message();
    return;
  }
  output_ = glib::Ref<GDataInputStream>::adopt(g_data_input_stream_new(g_subprocess_get_stdout_pipe(process_.get())));
  read_line();
}

NodeProcess::~NodeProcess() {
  kill();
}

void NodeProcess::kill() {
  if (process_) {
    g_subprocess_force_exit(process_.get());
    g_subprocess_wait(process_.get(), nullptr, nullptr);
  }
}

std::string NodeProcess::wait_for_line(const std::string& beginning) {
  std::string rest;
  const bool came = wait_until([&] {
    const auto found =
        std::ranges::find_if(lines_, [&](const std::string& line) { return line.starts_with(beginning); });
    rest = found == lines_.end() ? "" : found->substr(beginning.size());
    return found != lines_.end();
  });
  EXPECT_TRUE(came) << "the script does not say \"" << beginning << "\"";
  return rest;
}

unsigned NodeProcess::count(const std::string& beginning) const {
  return static_cast<unsigned>(
      std::ranges::count_if(lines_, [&](const std::string& line) { return line.starts_with(beginning); }));
}

void NodeProcess::read_line() {
  g_data_input_stream_read_line_async(output_.get(), G_PRIORITY_DEFAULT, async_.cancellable(), glib::AsyncScope::ready,
                                      async_.callback([this](GObject* source, GAsyncResult* result) {
                                        const glib::String line(g_data_input_stream_read_line_finish(
                                            G_DATA_INPUT_STREAM(source), result, nullptr, nullptr));
                                        if (line) {
                                          lines_.emplace_back(line.get());
                                          read_line();
                                        }
                                      }));
}

}  // namespace rtcmc::test
