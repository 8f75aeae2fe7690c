// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>
#include <json-glib/json-glib.h>

#include <cstddef>
#include <memory>
#include <utility>

namespace rtcmc::glib {

/// How a reference-counted C type is referenced and released. GObjects need no specialisation.
template <typename T>
struct RefTraits {
  static T* ref(T* object) { return static_cast<T*>(g_object_ref(object)); }
  static void unref(T* object) { g_object_unref(object); }
};

template <>
struct RefTraits<JsonNode> {
  static JsonNode* ref(JsonNode* node) { return json_node_ref(node); }
  static void unref(JsonNode* node) { json_node_unref(node); }
};

template <>
struct RefTraits<JsonObject> {
  static JsonObject* ref(JsonObject* object) { return json_object_ref(object); }
  static void unref(JsonObject* object) { json_object_unref(object); }
};

template <>
struct RefTraits<JsonArray> {
  static JsonArray* ref(JsonArray* array) { return json_array_ref(array); }
  static void unref(JsonArray* array) { json_array_unref(array); }
};

template <>
struct RefTraits<GBytes> {
  static GBytes* ref(GBytes* bytes) { return g_bytes_ref(bytes); }
  static void unref(GBytes* bytes) { g_bytes_unref(bytes); }
};

template <>
struct RefTraits<GArray> {
  static GArray* ref(GArray* array) { return g_array_ref(array); }
  static void unref(GArray* array) { g_array_unref(array); }
};

template <>
struct RefTraits<GMainContext> {
  static GMainContext* ref(GMainContext* context) { return g_main_context_ref(context); }
  static void unref(GMainContext* context) { g_main_context_unref(context); }
};

template <>
struct RefTraits<GMainLoop> {
  static GMainLoop* ref(GMainLoop* loop) { return g_main_loop_ref(loop); }
  static void unref(GMainLoop* loop) { g_main_loop_unref(loop); }
};

template <>
struct RefTraits<GUri> {
  static GUri* ref(GUri* uri) { return g_uri_ref(uri); }
  static void unref(GUri* uri) { g_uri_unref(uri); }
};

template <>
struct RefTraits<GDateTime> {
  static GDateTime* ref(GDateTime* time) { return g_date_time_ref(time); }
  static void unref(GDateTime* time) { g_date_time_unref(time); }
};

/// A counted reference to a C object. `adopt` takes over a reference that the caller owns ("transfer full"), `share`
/// adds one ("transfer none").
template <typename T>
class Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): reads like a null pointer
  Ref(const Ref& other) : object_(other.object_ ? RefTraits<T>::ref(other.object_) : nullptr) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ~Ref() { reset(); }

  Ref& operator=(const Ref& other) {
    if (this != &other) {
      *this = Ref(other);
    }
    return *this;
  }
  Ref& operator=(Ref&& other) noexcept {
    Ref taken(std::move(other));
    std::swap(object_, taken.object_);
    return *this;
  }

  [[nodiscard]] static Ref adopt(T* object) {
    Ref result;
    result.object_ = object;
    return result;
  }

  [[nodiscard]] static Ref share(T* object) { return adopt(object ? RefTraits<T>::ref(object) : nullptr); }

  [[nodiscard]] T* get() const { return object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

  /// Gives the reference away, for C functions that take it over.
  [[nodiscard]] T* release() { return std::exchange(object_, nullptr); }

  void reset() {
    if (T* old = std::exchange(object_, nullptr)) {
      RefTraits<T>::unref(old);
    }
  }

  /// For C functions that return through `T**`; what was held is released first.
  [[nodiscard]] T** out() {
    reset();
    return &object_;
  }

  friend bool operator==(const Ref& a, const Ref& b) { return a.object_ == b.object_; }

 private:
  T* object_ = nullptr;
};

/// Releases C objects that have one owner.
struct Deleter {
  void operator()(gchar* text) const { g_free(text); }
  void operator()(gchar** list) const { g_strfreev(list); }
  void operator()(GError* error) const { g_error_free(error); }
};

using String = std::unique_ptr<gchar, Deleter>;
using StringList = std::unique_ptr<gchar*, Deleter>;

/// A GError to be filled in: `json_parser_load_from_data(parser, text, -1, error.out())`.
class Error {
 public:
  [[nodiscard]] GError** out() {
    g_clear_error(&error_);
    return &error_;
  }
  explicit operator bool() const { return error_ != nullptr; }
  [[nodiscard]] const char* message() const { return error_ ? error_->message : ""; }
  [[nodiscard]] bool matches(GQuark domain, int code) const { return g_error_matches(error_, domain, code) != FALSE; }
  [[nodiscard]] GError* get() const { return error_; }

  Error() = default;
  Error(const Error&) = delete;
  Error& operator=(const Error&) = delete;
  ~Error() { g_clear_error(&error_); }

 private:
  GError* error_ = nullptr;
};

}  // namespace rtcmc::glib
