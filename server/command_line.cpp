// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command_line.hpp"

#include <glib.h>

#include <memory>
#include <string_view>

#include "glib/ref.hpp"

namespace rtcmc::program {

namespace {

struct ContextDeleter {
  void operator()(GOptionContext* context) const { g_option_context_free(context); }
};
using Context = std::unique_ptr<GOptionContext, ContextDeleter>;

constexpr const char* kSummary =
    "Serves the rooms of RTCMultiConnection: what connects browsers, and rtcmcroom, with one another. Without any flag "
    "it listens at http://127.0.0.1:9001/.";
constexpr const char* kDescription =
    "Each setting above can stand in the configuration file, below a line \"[server]\", as in \"port=9001\"; a flag "
    "wins over the file. Lists are separated by commas. SIGHUP reads the certificate anew, SIGTERM ends the server.\n\n"
    "All about it: rtcmc-server(8), and docs/rtcmc-server.md.";

gboolean take_flag(const gchar* flag, const gchar* value, gpointer data, GError**) {
  const Setting* const setting = find_setting(std::string_view(flag).substr(2));
  static_cast<CommandLine*>(data)->assignments.push_back({setting, value ? value : "true", flag});
  return TRUE;
}

GOptionEntry entry(const Setting& setting) {
  GOptionEntry entry{};
  entry.long_name = setting.name;
  entry.flags = setting.is_switch ? G_OPTION_FLAG_OPTIONAL_ARG : G_OPTION_FLAG_NONE;
  entry.arg = G_OPTION_ARG_CALLBACK;
  entry.arg_data = reinterpret_cast<gpointer>(take_flag);
  entry.description = setting.help;
  entry.arg_description = setting.value;
  return entry;
}

}  // namespace

std::variant<CommandLine, std::string> parse_command_line(int argc, char** argv) {
  CommandLine result;
  gchar* config = nullptr;
  gboolean check = FALSE;
  gboolean version = FALSE;
  std::vector<GOptionEntry> entries{
      {"config", 'c', 0, G_OPTION_ARG_FILENAME, &config, "Read settings from this file", "FILE"},
      {"check", 0, 0, G_OPTION_ARG_NONE, &check, "Say whether the settings are right, and end", nullptr},
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Say which version this is, and end", nullptr}};
  for (const Setting& setting : all_settings()) {
    entries.push_back(entry(setting));
  }
  entries.push_back({});
  const Context context(g_option_context_new(nullptr));
  g_option_context_set_summary(context.get(), kSummary);
  g_option_context_set_description(context.get(), kDescription);
  GOptionGroup* const group = g_option_group_new("server", "", "", &result, nullptr);
  g_option_group_add_entries(group, entries.data());
  g_option_context_set_main_group(context.get(), group);
  glib::Error error;
  const bool parsed = g_option_context_parse(context.get(), &argc, &argv, error.out()) != FALSE;
  const glib::String config_owner(config);
  if (!parsed) {
    return std::string(error.message()) + ". All flags are listed by \"rtcmc-server --help\".";
  }
  if (argc > 1) {
    return std::string("\"") + argv[1] +
           "\" is no flag: a setting is given like --port=9001. All flags are listed by " + "\"rtcmc-server --help\".";
  }
  result.config = config ? config : "";
  result.check = check != FALSE;
  result.version = version != FALSE;
  return result;
}

}  // namespace rtcmc::program
