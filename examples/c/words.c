// This guest counts the words of the text that the host wrote into `text`.

static char text[4096];

__attribute__((export_name("text_at"))) char *text_at(void) { return text; }

__attribute__((export_name("text_size"))) int text_size(void) { return sizeof text; }

__attribute__((export_name("count_words"))) int count_words(int length) {
    int words = 0;
    char before = ' ';
    if (length < 0 || length > (int)sizeof text) return -1;
    for (int at = 0; at < length; at++) {
        if (before == ' ' && text[at] != ' ') words++;
        before = text[at];
    }
    return words;
}
