// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/display_name.hpp"

#include <gtest/gtest.h>

#include <string>

#include "glib/ref.hpp"

namespace rtcmc {
namespace {

struct NamingCase {
  const char* extra;  // JSON; null: none
  const char* named;
};

TEST(DisplayName, IsGivenToWhoHasNone) {
  for (const NamingCase& each : {
           NamingCase{nullptr, R"({"fullName":"shed"})"},
           NamingCase{R"({})", R"({"fullName":"shed"})"},
           NamingCase{R"({"floor":2})", R"({"floor":2,"fullName":"shed"})"},
           NamingCase{R"({"fullName":"Ann"})", R"({"fullName":"Ann"})"},
           NamingCase{R"({"name":"Ann"})", R"({"name":"Ann"})"},
           NamingCase{R"({"userFullName":"Ann"})", R"({"userFullName":"Ann"})"},
           NamingCase{R"({"username":"ann"})", R"({"username":"ann"})"},
           NamingCase{R"({"fullName":""})", R"({"fullName":""})"},
       }) {
    const auto given = glib::Ref<JsonNode>::adopt(json_from_string(each.extra ? each.extra : "{}", nullptr));
    const auto object = with_display_name(each.extra ? json_node_get_object(given.get()) : nullptr, "shed");
    const auto result = glib::Ref<JsonNode>::adopt(json_node_alloc());
    json_node_init_object(result.get(), object.get());
    EXPECT_EQ(std::string(glib::String(json_to_string(result.get(), FALSE)).get()), each.named);
    if (each.extra) {
      EXPECT_EQ(std::string(glib::String(json_to_string(given.get(), FALSE)).get()), each.extra)
          << "changed what it got";
    }
  }
}

}  // namespace
}  // namespace rtcmc
