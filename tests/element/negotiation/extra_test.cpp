// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/extra.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rtcmc {
namespace {

std::string there_and_back(const char* text) {
  const auto node = glib::Ref<JsonNode>::adopt(json_from_string(text, nullptr));
  const StructurePtr structure = structure_from_json("extra", json_node_get_object(node.get()));
  const auto object = json_from_structure(structure.get());
  const auto result = glib::Ref<JsonNode>::adopt(json_node_alloc());
  json_node_init_object(result.get(), object.get());
  return glib::String(json_to_string(result.get(), FALSE)).get();
}

TEST(Extra, SurvivesTheWayThereAndBack) {
  for (const char* text : {R"({})", R"({"name":"Ann","age":7,"rate":0.5,"muted":true})",
                           R"({"nested":{"list":["one","two"],"numbers":[[1],[2,3]]}})"}) {
    EXPECT_EQ(there_and_back(text), text);
  }
}

TEST(Extra, NullIsLeftOut) {
  EXPECT_EQ(there_and_back(R"({"a":null,"b":1})"), R"({"b":1})");
}

TEST(Extra, MixedArraysBecomeTexts) {
  EXPECT_EQ(there_and_back(R"({"list":[1,"two",null,[3]]})"), R"({"list":["1","\"two\"","null","[3]"]})");
}

TEST(Extra, NoObjectIsAnEmptyStructure) {
  const StructurePtr structure = structure_from_json("extra", nullptr);
  EXPECT_STREQ(gst_structure_get_name(structure.get()), "extra");
  EXPECT_EQ(gst_structure_n_fields(structure.get()), 0);
}

TEST(Extra, FieldsWithoutAJsonTypeBecomeText) {
  const StructurePtr structure(gst_structure_from_string("extra, rate=(fraction)30/1", nullptr));
  const auto object = json_from_structure(structure.get());
  EXPECT_STREQ(json_object_get_string_member(object.get(), "rate"), "30/1");
}

}  // namespace
}  // namespace rtcmc
