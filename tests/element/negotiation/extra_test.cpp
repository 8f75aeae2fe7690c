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

StructurePtr structure_of(const std::string& text, FieldNames& names) {
  const auto node = glib::Ref<JsonNode>::adopt(json_from_string(text.c_str(), nullptr));
  return structure_from_json("extra", json_node_get_object(node.get()), names);
}

std::string json_in(const StructurePtr& structure) {
  const char* text = gst_structure_get_string(structure.get(), "json");
  return text ? text : "";
}

TEST(Extra, NamesBeyondTheBoundStandInOneText) {
  FieldNames names(2);
  const auto structure =
      structure_of(R"({"bound-a":1,"bound-b":null,"bound-c":2,"bound-d":[3],"bound-e":"four"})", names);
  EXPECT_EQ(gst_structure_n_fields(structure.get()), 3);
  EXPECT_TRUE(gst_structure_has_field(structure.get(), "bound-c"));
  EXPECT_EQ(json_in(structure), R"({"bound-d":[3],"bound-e":"four"})");
  EXPECT_EQ(g_quark_try_string("bound-b"), 0U) << "null takes no name";
  EXPECT_EQ(g_quark_try_string("bound-d"), 0U);
}

TEST(Extra, NamesThatAreKnownAreFieldsBeyondTheBound) {
  FieldNames names(0);
  g_quark_from_static_string("known-to-all");
  const auto structure = structure_of(R"({"known-to-all":1})", names);
  EXPECT_TRUE(gst_structure_has_field_typed(structure.get(), "known-to-all", G_TYPE_INT64));
  EXPECT_EQ(json_in(structure), "");
}

TEST(Extra, ANameTakesOnePlaceHoweverOftenItComes) {
  FieldNames names(1);
  for (unsigned round = 0; round < 3; ++round) {
    EXPECT_TRUE(gst_structure_has_field(structure_of(R"({"comes-often":1})", names).get(), "comes-often"));
  }
}

TEST(Extra, AMemberOfTheTextsNameIsNotLost) {
  FieldNames names(0);
  g_quark_from_static_string("json");
  EXPECT_EQ(json_in(structure_of(R"({"json":"mine"})", names)), "mine");
  EXPECT_EQ(json_in(structure_of(R"({"json":"mine","beyond":1})", names)), R"({"beyond":1,"json":"mine"})");
}

TEST(Extra, LongNamesAreNoFields) {
  FieldNames names(1);
  const std::string member = '"' + std::string(257, 'x') + R"(":1)";
  EXPECT_EQ(json_in(structure_of('{' + member + '}', names)), '{' + member + '}');
}

TEST(Extra, NestedNamesCountToo) {
  FieldNames names(64);
  for (unsigned round = 0; round < 1000; ++round) {
    const std::string name = "nested-" + std::to_string(round);
    const auto structure = structure_of(R"({"nested":[{")" + name + R"(":{"inner-)" + name + R"(":1}}]})", names);
    ASSERT_EQ(gst_structure_n_fields(structure.get()), 1);
  }
  unsigned taken = 0;
  for (unsigned round = 0; round < 1000; ++round) {
    const std::string name = "nested-" + std::to_string(round);
    taken +=
        (g_quark_try_string(name.c_str()) != 0 ? 1 : 0) + (g_quark_try_string(("inner-" + name).c_str()) != 0 ? 1 : 0);
  }
  EXPECT_LE(taken, 64U);
  EXPECT_GE(taken, 63U) << "one may be that of \"nested\" itself";
}

}  // namespace
}  // namespace rtcmc
