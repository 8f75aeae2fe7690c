// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/file_messages.hpp"

#include <glib.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "glib/ref.hpp"
#include "protocol/messages.hpp"

namespace rtcmc::protocol {

namespace {

/// How a value begins: its type in a byte, for an array and an object how many elements in two, its size in four. All
/// numbers are big-endian.
enum class Type : std::uint8_t {
  Null = 0,
  Undefined = 1,
  String = 2,  // UTF-16
  Number = 3,  // a double
  Boolean = 4,
  Array = 5,
  Object = 6,
  ArrayBuffer = 15,
};
constexpr std::uint8_t kLastType = 17;

constexpr std::size_t kMaxMembers = 64;
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxMimeType = 127;
constexpr const char* kUnknownMimeType = "application/octet-stream";

struct Value {
  Type type = Type::Undefined;
  std::size_t count = 0;
  std::span<const std::uint8_t> body;
};

std::uint64_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t result = 0;
  for (const std::uint8_t byte : bytes) {
    result = result << 8 | byte;
  }
  return result;
}

/// Takes a value off `rest`. Absent if there is none.
std::optional<Value> take_value(std::span<const std::uint8_t>& rest) {
  constexpr std::size_t kSizeLength = 4;
  constexpr std::size_t kCountLength = 2;
  if (rest.empty() || rest.front() > kLastType) {
    return std::nullopt;
  }
  Value value;
  value.type = Type(rest.front());
  const std::size_t count_length = value.type == Type::Array || value.type == Type::Object ? kCountLength : 0;
  if (rest.size() < 1 + count_length + kSizeLength) {
    return std::nullopt;
  }
  value.count = big_endian(rest.subspan(1, count_length));
  const std::uint64_t size = big_endian(rest.subspan(1 + count_length, kSizeLength));
  rest = rest.subspan(1 + count_length + kSizeLength);
  if (size > rest.size()) {
    return std::nullopt;
  }
  value.body = rest.first(size);
  rest = rest.subspan(size);
  return value;
}

/// In UTF-8. U+FFFD for NUL and half a surrogate pair.
std::optional<std::string> string_of(const Value& value) {
  if (value.type != Type::String || value.body.size() % 2 != 0) {
    return std::nullopt;
  }
  constexpr std::uint32_t kReplacement = 0xFFFD;
  std::string text;
  for (std::size_t i = 0; i < value.body.size(); i += 2) {
    auto unit = static_cast<std::uint32_t>(big_endian(value.body.subspan(i, 2)));
    if (unit >= 0xD800 && unit < 0xE000) {
      const auto low =
          i + 2 < value.body.size() ? static_cast<std::uint32_t>(big_endian(value.body.subspan(i + 2, 2))) : 0;
      const bool is_pair = unit < 0xDC00 && low >= 0xDC00 && low < 0xE000;
      unit = is_pair ? 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00) : kReplacement;
      i += is_pair ? 2 : 0;
    }
    char utf8[6];
    const auto length = g_unichar_to_utf8(unit == 0 ? kReplacement : unit, utf8);
    text.append(utf8, static_cast<std::size_t>(length));
  }
  return text;
}

template <typename Integer>
std::optional<Integer> integer_of(const Value& value) {
  if (value.type != Type::Number || value.body.size() != sizeof(double)) {
    return std::nullopt;
  }
  constexpr double kMaxSafe = 9007199254740991;  // Number.MAX_SAFE_INTEGER
  const auto number = std::bit_cast<double>(big_endian(value.body));
  const double max = std::min(kMaxSafe, static_cast<double>(std::numeric_limits<Integer>::max()));
  if (!(number >= 0) || number > max || number != std::floor(number)) {
    return std::nullopt;
  }
  return static_cast<Integer>(number);
}

bool is_true(const Value& value) {
  return value.type == Type::Boolean && value.body.size() == 1 && value.body.front() == 1;
}

struct Member {
  std::string name;
  Value value;
};

class Members {
 public:
  explicit Members(std::vector<Member> members) : members_(std::move(members)) {}

  [[nodiscard]] Value get(std::string_view name) const {
    const auto found = std::ranges::find(members_, name, &Member::name);
    return found == members_.end() ? Value() : found->value;
  }

 private:
  std::vector<Member> members_;
};

std::optional<Members> members_of(std::span<const std::uint8_t> bytes) {
  const auto object = take_value(bytes);
  if (!object || object->type != Type::Object || !bytes.empty() || object->count > kMaxMembers) {
    return std::nullopt;
  }
  std::vector<Member> members;
  std::span<const std::uint8_t> rest = object->body;
  for (std::size_t i = 0; i < object->count; ++i) {
    const auto name = take_value(rest);
    const auto value = name ? take_value(rest) : std::nullopt;
    const auto text = value && name->body.size() <= kMaxName ? string_of(*name) : std::nullopt;
    if (!text) {
      return std::nullopt;
    }
    members.push_back({*text, *value});
  }
  return rest.empty() ? std::optional<Members>(std::move(members)) : std::nullopt;
}

class Writer {
 public:
  Writer& add(std::string_view name, std::string_view text) { return begin(name).write_string(text); }
  Writer& add(std::string_view name, double number) {
    header(begin(name), Type::Number, sizeof number);
    return write_number(std::bit_cast<std::uint64_t>(number), sizeof number);
  }
  Writer& add_true(std::string_view name) {
    header(begin(name), Type::Boolean, 1);
    return write_number(1, 1);
  }
  Writer& add(std::string_view name, const Writer& object) {
    begin(name).append(object.build());
    return *this;
  }
  Writer& add(std::string_view name, std::span<const std::uint8_t> bytes) {
    header(begin(name), Type::ArrayBuffer, bytes.size());
    append(bytes);
    return *this;
  }

  [[nodiscard]] std::vector<std::uint8_t> build() const {
    Writer object;
    object.write_number(std::uint8_t(Type::Object), 1).write_number(count_, 2).write_number(body_.size(), 4);
    object.append(body_);
    return std::move(object.body_);
  }

 private:
  static void header(Writer& writer, Type type, std::size_t size) {
    writer.write_number(std::uint8_t(type), 1).write_number(size, 4);
  }
  Writer& begin(std::string_view name) {
    ++count_;
    return write_string(name);
  }
  /// `text` must be UTF-8.
  Writer& write_string(std::string_view text) {
    glong length = 0;
    struct Free {
      void operator()(gunichar2* units) const { g_free(units); }
    };
    const std::unique_ptr<gunichar2, Free> units(
        g_utf8_to_utf16(text.data(), static_cast<glong>(text.size()), nullptr, &length, nullptr));
    header(*this, Type::String, static_cast<std::size_t>(length) * 2);
    for (const gunichar2 unit : std::span(units.get(), static_cast<std::size_t>(length))) {
      write_number(unit, 2);
    }
    return *this;
  }
  Writer& write_number(std::uint64_t number, std::size_t bytes) {
    for (std::size_t i = bytes; i-- > 0;) {
      body_.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
    }
    return *this;
  }
  void append(std::span<const std::uint8_t> bytes) { body_.insert(body_.end(), bytes.begin(), bytes.end()); }

  std::vector<std::uint8_t> body_;
  std::size_t count_ = 0;
};

std::string_view behind_last(std::string_view text, std::string_view separators) {
  const auto at = text.find_last_of(separators);
  return at == std::string_view::npos ? text : text.substr(at + 1);
}

}  // namespace

std::string plain_file_name(std::string_view name) {
  std::string plain(behind_last(name, "/\\"));
  std::erase_if(plain, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  while (plain.size() > kMaxName || !g_utf8_validate(plain.data(), static_cast<gssize>(plain.size()), nullptr)) {
    plain.pop_back();
  }
  return plain.empty() || plain == "." || plain == ".." ? "file" : plain;
}

std::string plain_mime_type(std::string_view type) {
  const bool is_one = type.size() <= kMaxMimeType && type.find('/') != std::string_view::npos &&
                      std::ranges::all_of(type, [](char c) { return c >= 0x20 && c < 0x7f; });
  return is_one ? std::string(type) : kUnknownMimeType;
}

std::optional<FileMessage> parse_file_message(std::span<const std::uint8_t> bytes) {
  const auto members = members_of(bytes);
  if (!members) {
    return std::nullopt;
  }
  const auto uuid = string_of(members->get("uuid"));
  const auto position = integer_of<std::uint32_t>(members->get("currentPosition"));
  if (!uuid || !is_id(*uuid) || !position) {
    return std::nullopt;
  }
  if (is_true(members->get("readyForNextChunk"))) {
    return NextChunkRequest{*uuid, *position};
  }
  if (is_true(members->get("chunkMissing"))) {
    return ChunkMissing{*uuid, *position};
  }
  const auto max_chunks = integer_of<std::uint32_t>(members->get("maxChunks"));
  const auto size = integer_of<std::uint64_t>(members->get("size"));
  const bool start = is_true(members->get("start"));
  const bool end = is_true(members->get("end"));
  const Value data = members->get("buffer");
  if (!max_chunks || !size || !(start || end || data.type == Type::ArrayBuffer)) {
    return std::nullopt;
  }
  return FileChunk{.uuid = *uuid,
                   .position = *position,
                   .max_chunks = *max_chunks,
                   .size = *size,
                   .name = plain_file_name(string_of(members->get("name")).value_or("")),
                   .type = plain_mime_type(string_of(members->get("type")).value_or("")),
                   .start = start,
                   .end = end,
                   .data = data.type == Type::ArrayBuffer ? data.body : std::span<const std::uint8_t>()};
}

std::vector<std::uint8_t> to_bytes(const FileChunk& chunk, std::string_view sender, std::string_view receiver) {
  Writer writer;
  writer.add("currentPosition", double(chunk.position))
      .add("uuid", chunk.uuid)
      .add("maxChunks", double(chunk.max_chunks))
      .add("size", double(chunk.size))
      .add("name", chunk.name)
      .add("type", chunk.type)
      .add("userid", sender)
      .add("extra", Writer().add("userid", sender))
      .add("remoteUserId", receiver);
  if (chunk.start) {
    writer.add_true("start");
  }
  if (chunk.end) {
    writer.add_true("end");
  }
  if (!chunk.start && !chunk.end) {
    writer.add("buffer", chunk.data);
  }
  return writer.build();
}

std::vector<std::uint8_t> to_bytes(const NextChunkRequest& request) {
  return Writer()
      .add_true("readyForNextChunk")
      .add("currentPosition", double(request.position))
      .add("uuid", request.uuid)
      .build();
}

std::vector<std::uint8_t> to_bytes(const ChunkMissing& message) {
  return Writer()
      .add_true("chunkMissing")
      .add("currentPosition", double(message.position))
      .add("uuid", message.uuid)
      .build();
}

}  // namespace rtcmc::protocol
