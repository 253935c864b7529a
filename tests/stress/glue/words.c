// Count words in a table that grows, tell JavaScript of each new word, and write a file.
#include <emscripten.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef CALLBACK
EM_JS(int, seen, (const char *word, int length), {
  var text = UTF8ToString(word);
  if (new TextEncoder().encode(text).length !== length) throw new Error("not the word: " + text);
  return HEAPU8[word];
});
#else
static int seen(const char *word, int length) { return (unsigned char)word[0] + 0 * length; }
#endif

typedef struct Word { struct Word *next; unsigned count; char text[4000]; } Word;
static Word *table[256];
static unsigned sum;

static unsigned hash(const char *text, size_t n) {
  unsigned value = 2166136261u;
  while (n--) value = (value ^ (unsigned char)*text++) * 16777619u;
  return value;
}

EMSCRIPTEN_KEEPALIVE unsigned add(const char *text) {
  for (size_t n; *text; text += n + (text[n] != 0)) {
    n = strcspn(text, " ");
    Word **list = &table[hash(text, n) & 255], *word = *list;
    while (word && (strncmp(word->text, text, n) || word->text[n])) word = word->next;
    if (!word) {
      word = calloc(1, sizeof *word);
      memcpy(word->text, text, n);
      word->next = *list;
      *list = word;
      sum += seen(word->text, (int)n);
    }
    sum += ++word->count;
  }
  return sum;
}

EMSCRIPTEN_KEEPALIVE unsigned digest(const char *bytes, int n) { return hash(bytes, n) + sum; }

EMSCRIPTEN_KEEPALIVE unsigned through_file(int lines) {
  FILE *file = fopen("/words.txt", "w");
  if (!file) return 0;
  for (int i = 0; i < lines; i++) fprintf(file, "line %d\n", i);
  fclose(file);
  file = fopen("/words.txt", "r");
  char line[64];
  unsigned value = 0;
  while (fgets(line, sizeof line, file)) value = value * 31 + hash(line, strlen(line));
  fclose(file);
  printf("file %u\n", value);
  fflush(stdout);
  return value;
}

EMSCRIPTEN_KEEPALIVE char *report(void) {
  char *out = malloc(64);
  sprintf(out, "%u", sum);
  return out;
}
