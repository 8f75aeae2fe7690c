// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bad_whip_server.hpp"

#include <algorithm>
#include <memory>

namespace rtcmc::test {

namespace {

struct UriListDeleter {
  void operator()(GSList* uris) const { g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref)); }
};

std::string text_of(const char* text) {
  return text ? text : "";
}

}  // namespace

BadWhipServer::BadWhipServer(Answer answer)
    : answer_(std::move(answer)),
      server_(glib::Ref<SoupServer>::adopt(SOUP_SERVER(g_object_new(SOUP_TYPE_SERVER, nullptr)))) {
  soup_server_add_handler(
      server_.get(), nullptr,
      [](SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer self) {
        static_cast<BadWhipServer*>(self)->handle(message, path);
      },
      this, nullptr);
  glib::Error error;
  soup_server_listen_local(server_.get(), 0, SOUP_SERVER_LISTEN_IPV4_ONLY, error.out());
  const std::unique_ptr<GSList, UriListDeleter> uris(soup_server_get_uris(server_.get()));
  port_ = uris ? static_cast<guint>(g_uri_get_port(static_cast<GUri*>(uris->data))) : 0;
}

BadWhipServer::~BadWhipServer() {
  soup_server_disconnect(server_.get());
}

std::string BadWhipServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

unsigned BadWhipServer::count(const std::string& method) const {
  return static_cast<unsigned>(std::ranges::count(requests_, method, &Request::method));
}

void BadWhipServer::handle(SoupServerMessage* message, const char* path) {
  SoupMessageHeaders* const asked = soup_server_message_get_request_headers(message);
  const SoupMessageBody* const body = soup_server_message_get_request_body(message);
  requests_.push_back({.method = soup_server_message_get_method(message),
                       .path = path,
                       .authorization = text_of(soup_message_headers_get_one(asked, "Authorization")),
                       .content_type = text_of(soup_message_headers_get_one(asked, "Content-Type")),
                       .body = std::string(body->data ? body->data : "", static_cast<std::size_t>(body->length))});
  const Reply reply = answer_(requests_.back());
  if (reply.never_comes) {
    unanswered_.push_back(glib::Ref<SoupServerMessage>::share(message));
    soup_server_message_pause(message);
    return;
  }
  soup_server_message_set_status(message, reply.status, nullptr);
  for (const auto& [name, value] : reply.headers) {
    soup_message_headers_append(soup_server_message_get_response_headers(message), name.c_str(), value.c_str());
  }
  soup_server_message_set_response(message, reply.content_type.empty() ? nullptr : reply.content_type.c_str(),
                                   SOUP_MEMORY_COPY, reply.body.data(), reply.body.size());
}

}  // namespace rtcmc::test
