// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/embedded_server.hpp"

#include <algorithm>
#include <future>
#include <utility>

extern "C" {
#include "rtcmc-web.h"
}

#include "server/port_owner.hpp"
#include "server/viewer_page.hpp"

namespace rtcmc {

namespace {

/// Whether it stands for all addresses of the machine.
bool is_any(const std::string& address) {
  const auto parsed = glib::Ref<GInetAddress>::adopt(g_inet_address_new_from_string(address.c_str()));
  return parsed && g_inet_address_get_is_any(parsed.get());
}

}  // namespace

glib::Ref<GTlsCertificate> load_certificate(const std::string& certificate_file, const std::string& key_file,
                                            glib::Error& error) {
  const std::string& key = key_file.empty() ? certificate_file : key_file;
  return glib::Ref<GTlsCertificate>::adopt(
      g_tls_certificate_new_from_files(certificate_file.c_str(), key.c_str(), error.out()));
}

EmbeddedServer::EmbeddedServer(EmbeddedServerSettings settings)
    : settings_(std::move(settings)), port_(settings_.port) {}

EmbeddedServer::~EmbeddedServer() {
  worker_.post([this] { server_.reset(); });
}

std::variant<EmbeddedServer::Outcome, server::StartError> EmbeddedServer::serve() {
  std::promise<std::optional<server::StartError>> started;
  worker_.post([this, &started] { started.set_value(is_serving_ ? std::nullopt : start()); });
  auto error = started.get_future().get();
  if (error && error->kind != server::StartError::Kind::AddressInUse) {
    return *std::move(error);
  }
  return error ? Outcome::SomebodyElseServes : Outcome::Serving;
}

std::optional<server::StartError> EmbeddedServer::start() {
  server::Options options;
  options.addresses = {settings_.address};
  options.port = settings_.port;
  options.tls_certificate = settings_.tls_certificate;
  const auto& origins = settings_.allowed_origins;
  options.own_pages_only = std::ranges::find(origins, EmbeddedServerSettings::kAllOrigins) == origins.end();
  options.allowed_origins = options.own_pages_only ? origins : std::vector<std::string>();
  server_ = std::make_unique<server::SignalingServer>(std::move(options),
                                                      std::make_unique<server::ViewerPage>(rtcmc_web_get_resource()));
  auto error = server_->start();
  if (!error) {
    port_ = server_->port();
    is_serving_ = true;
  }
  return error;
}

void EmbeddedServer::lead_here(room::RoomOptions& client) const {
  const std::string host = is_any(settings_.address) ? "127.0.0.1" : settings_.address;
  client.socket_url = url(host);
  if (settings_.tls_certificate) {
    client.tls_certificate = settings_.tls_certificate;
  } else {
    client.objection = [host, port = port_.load()] { return server::objection_to_listeners_at(host, port); };
  }
}

std::string EmbeddedServer::page_url(const std::string& room_id) const {
  return url(is_any(settings_.address) ? g_get_host_name() : settings_.address) +
         server::ViewerPage::address_of(room_id);
}

std::string EmbeddedServer::url(const std::string& host) const {
  return server::server_url(host, port_, static_cast<bool>(settings_.tls_certificate));
}

}  // namespace rtcmc
