#include <node_api.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace {

// Levenshtein's edit distance, row by row. Each thread keeps its row for the next call.
size_t Distance(const std::u16string& from, const std::u16string& to) {
  thread_local std::vector<size_t> row;
  row.resize(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i < from.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < to.size(); ++j) {
      const size_t replaced = diagonal + (from[i] != to[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::u16string Text(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf16(env, value, nullptr, 0, &length);
  std::u16string text(length, u'\0');
  // The string's own terminator is the room that the call needs for its zero.
  napi_get_value_string_utf16(env, value, text.data(), length + 1, &length);
  return text;
}

napi_value Call(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_value result;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  const size_t distance = Distance(Text(env, arguments[0]), Text(env, arguments[1]));
  napi_create_uint32(env, static_cast<uint32_t>(distance), &result);
  return result;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "distance", NAPI_AUTO_LENGTH, Call, nullptr, &function);
  napi_set_named_property(env, exports, "distance", function);
  return exports;
}
