// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program.hpp"

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "file_text.hpp"
#include "pages.hpp"
#include "server/fact.hpp"
#include "service_manager.hpp"
#include "tls.hpp"

namespace rtcmc::program {

using server::fact;
using server::StartError;

namespace {

constexpr std::size_t kLeastToken = 16;
constexpr std::size_t kLeastPassword = 8;
/// Descriptors that are not clients'.
constexpr rlim_t kOwnDescriptors = 64;

std::string advice(StartError::Kind kind) {
  switch (kind) {
    case StartError::Kind::AddressInUse:
      return " \"ss -ltnp\" tells which one. End it, or choose another port with --port.";
    case StartError::Kind::NotPermitted:
      return " Ports below 1024 need root, or the capability CAP_NET_BIND_SERVICE (docs/rtcmc-server.md, \"Port "
             "443\").";
    case StartError::Kind::Other:
      return " Is it an address of this machine? \"ip address\" lists them.";
    default:
      return "";
  }
}

/// As many descriptors as the system grants; how many that are.
rlim_t raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

bool is_loopback(const std::string& address) {
  const auto parsed = glib::Ref<GInetAddress>::adopt(g_inet_address_new_from_string(address.c_str()));
  return g_inet_address_get_is_loopback(parsed.get()) != FALSE;
}

}  // namespace

Program::~Program() {
  std::ranges::for_each(signals_, [](guint source) { g_source_remove(source); });
}

std::optional<std::string> Program::prepare() {
  if (const std::string& root = settings_.web_root;
      !root.empty() && (!g_file_test(root.c_str(), G_FILE_TEST_IS_DIR) || g_access(root.c_str(), R_OK | X_OK) != 0)) {
    return "The web root " + root + " is no folder that the user whom the server runs as can read.";
  }
  if (auto fault = load_secrets()) {
    return fault;
  }
  return load_certificate();
}

std::optional<std::string> Program::load_certificate() {
  if (settings_.tls_certificate.empty()) {
    return std::nullopt;
  }
  auto loaded = program::load_certificate(settings_.tls_certificate, settings_.tls_key);
  if (auto* fault = std::get_if<std::string>(&loaded)) {
    return std::move(*fault);
  }
  settings_.options.tls_certificate = std::move(std::get<glib::Ref<GTlsCertificate>>(loaded));
  GTlsCertificate* const certificate = settings_.options.tls_certificate.get();
  const std::string until = valid_until(certificate);
  g_info("%s", fact("tls-certificate", {{"file", settings_.tls_certificate}, {"valid_until", until}}).c_str());
  if (has_expired(certificate)) {
    g_warning("The TLS certificate %s has expired: browsers will refuse it. Renew it, then send SIGHUP.",
              settings_.tls_certificate.c_str());
  }
  return std::nullopt;
}

std::optional<std::string> Program::load_secrets() {
  if (!settings_.admin_token_file.empty()) {
    auto token = read_secret("The admin token", settings_.admin_token_file, kLeastToken);
    if (auto* fault = std::get_if<std::string>(&token)) {
      return std::move(*fault);
    }
    token_ = std::move(std::get<FileText>(token).text);
  }
  if (!settings_.admin_user.empty()) {
    auto password = read_secret("The admin password", settings_.admin_password_file, kLeastPassword);
    if (auto* fault = std::get_if<std::string>(&password)) {
      return std::move(*fault);
    }
    settings_.options.admin = {settings_.admin_user, std::move(std::get<FileText>(password).text)};
  }
  return std::nullopt;
}

std::optional<std::string> Program::start() {
  // Before anybody is told that there is a server to send signals to.
  watch_signals();
  note_what_may_surprise();
  server_ = std::make_unique<server::SignalingServer>(settings_.options, make_pages(settings_));
  api_.emplace(*server_, AdminApi::Access{token_, settings_.metrics_public});
  server_->set_request_handler([this](const server::HttpRequest& request, const std::string& address) {
    return api_->handle(request, address);
  });
  if (const auto error = server_->start()) {
    return error->text + advice(error->kind);
  }
  g_info("%s", fact("listening", {{"url", server_->url()}, {"version", RTCMC_VERSION}}).c_str());
  return std::nullopt;
}

void Program::note_what_may_surprise() const {
  const rlim_t descriptors = raise_descriptor_limit();
  const rlim_t sockets = settings_.options.limits.sockets;
  // Each may be sent a file.
  const rlim_t wanted = (settings_.web_root.empty() ? 1 : 2) * sockets + kOwnDescriptors;
  if (sockets == 0 || descriptors < wanted) {
    g_message(
        "Only %llu files can be open at a time, which limits the connections, whatever \"max-sockets\" says. "
        "Raise LimitNOFILE= in the unit, or \"ulimit -Hn\".",
        static_cast<unsigned long long>(descriptors));
  }
  if (!settings_.options.tls_certificate && !std::ranges::all_of(settings_.options.addresses, is_loopback)) {
    g_message(
        "There is no TLS: browsers give camera and microphone only to pages from this machine, or over TLS. Set "
        "\"tls-certificate\" and \"tls-key\", or let a reverse proxy do it.");
  }
}

void Program::watch_signals() {
  const GSourceFunc quit = [](gpointer data) -> gboolean {
    g_main_loop_quit(static_cast<Program*>(data)->loop_.get());
    return G_SOURCE_CONTINUE;
  };
  const GSourceFunc reload = [](gpointer data) -> gboolean {
    static_cast<Program*>(data)->reload();
    return G_SOURCE_CONTINUE;
  };
  signals_ = {g_unix_signal_add(SIGTERM, quit, this), g_unix_signal_add(SIGINT, quit, this),
              g_unix_signal_add(SIGHUP, reload, this)};
}

void Program::run() {
  tell_service_manager("READY=1");
  g_main_loop_run(loop_.get());
  tell_service_manager("STOPPING=1");
  const std::string users = std::to_string(server_->stats().users);
  g_info("%s", fact("stopping", {{"users", users}}).c_str());
  server_->stop();
}

void Program::reload() {
  if (settings_.tls_certificate.empty()) {
    g_message("SIGHUP: there is nothing to read anew, as there is no TLS. Other settings need a restart.");
    return;
  }
  if (const auto fault = load_certificate()) {
    g_warning("%s The certificate stays as it was.", fault->c_str());
    return;
  }
  server_->set_tls_certificate(settings_.options.tls_certificate);
}

}  // namespace rtcmc::program
