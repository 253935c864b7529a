// Throw and catch exceptions between allocations, and let some leave to JavaScript.
#include <emscripten.h>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

static std::map<std::string, std::vector<std::string>> words;

static void put(const std::string &word) {
  if (word.size() % 5 == 3) throw std::invalid_argument(word + std::string(3000, 'x'));
  words[word].push_back(std::string(900, 'a'));
}

extern "C" {
EMSCRIPTEN_KEEPALIVE unsigned add(const char *text) {
  unsigned caught = 0;
  std::string all(text);
  for (size_t at = 0, end; at < all.size(); at = end + 1) {
    end = std::min(all.find(' ', at), all.size());
    try {
      put(all.substr(at, end - at));
    } catch (const std::exception &error) {
      caught += std::string(error.what()).size();
    }
  }
  return caught;
}

EMSCRIPTEN_KEEPALIVE unsigned digest(const unsigned char *bytes, int n) {
  unsigned value = 1;
  while (n--) value = value * 31 + *bytes++;
  return value;
}

EMSCRIPTEN_KEEPALIVE unsigned through_file(int lines) {
  static std::vector<std::string> kept;
  for (int i = 0; i < lines; i++) kept.push_back(std::string(20000, 'z'));
  throw std::runtime_error("leaves to JavaScript");
}

EMSCRIPTEN_KEEPALIVE const char *report() {
  static std::string out;
  size_t count = 0;
  for (auto &[word, copies] : words) count += copies.size();
  out = std::to_string(words.size()) + " " + std::to_string(count);
  return out.c_str();
}
}
