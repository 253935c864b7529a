// A class for JavaScript, with embind.
#include <emscripten/bind.h>
#include <string>
#include <vector>
using namespace emscripten;

struct Store {
  std::vector<std::string> lines;
  int add(const std::string &line) {
    lines.push_back(line + std::string(500, '.'));
    return (int)lines.size();
  }
  std::string line(int i) const { return lines[i]; }
  std::wstring wide(int i) const { return std::wstring(lines[i].begin(), lines[i].end()); }
  val each(val callback) const {
    val results = val::array();
    for (auto &line : lines) results.call<void>("push", callback(line));
    return results;
  }
  std::vector<std::string> copy() const { return lines; }
};

EMSCRIPTEN_BINDINGS(store) {
  register_vector<std::string>("Strings");
  class_<Store>("Store")
      .constructor<>()
      .function("add", &Store::add)
      .function("line", &Store::line)
      .function("wide", &Store::wide)
      .function("each", &Store::each)
      .function("copy", &Store::copy);
}
