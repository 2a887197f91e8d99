/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Extensions: the sets, and the table of families. See extension.h. */
#include "extension.h"

enum {
    EXTENSION_MAX = 10, /* characters */
    FAMILY_SIZE = 16,   /* extensions, at most */
    PAGES = 2,          /* the family whose members a browser runs */
};

/* What is looked at, listened to or handed on. One family a line, in any order. */
static const char *const families[][FAMILY_SIZE] = {
    {"avif", "bmp", "gif", "heic", "ico", "jpeg", "jpg", "png", "svg", "tif", "tiff", "webp"},
    {"aac", "avi", "flac", "m4a", "mkv", "mov", "mp3", "mp4", "oga", "ogg", "ogv", "opus", "wav", "webm"},
    {"css", "eot", "htm", "html", "js", "map", "mjs", "otf", "ttf", "woff", "woff2", "xhtml"},
    {"csv", "dat", "dmp", "dump", "json", "jsonl", "log", "md", "ndjson", "rst", "tsv", "txt", "xml"},
    {"doc", "docx", "epub", "odp", "ods", "odt", "pdf", "ppt", "pptx", "rtf", "txt", "xls", "xlsx"},
    {"7z", "bz2", "gz", "iso", "lz4", "rar", "tar", "tbz2", "tgz", "txz", "xz", "zip", "zst"},
};

enum { FAMILY_COUNT = sizeof families / sizeof families[0] };

static int compare(struct armor_slice a, struct armor_slice b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = memcmp(a.bytes, b.bytes, common);
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* Where EXTENSION is or belongs. */
static size_t place_of(const struct extensions *set, struct armor_slice extension)
{
    size_t place = 0;
    while (place < set->count && compare(set->items[place], extension) < 0) {
        place++;
    }
    return place;
}

bool extensions_have(const struct extensions *set, struct armor_slice extension)
{
    size_t place = place_of(set, extension);
    return place < set->count && armor_slice_equal(set->items[place], extension);
}

bool extensions_add(struct extensions *set, struct armor_slice extension)
{
    size_t place = place_of(set, extension);
    if (place < set->count && armor_slice_equal(set->items[place], extension)) {
        return true;
    }
    if (set->count == EXTENSIONS_MAX) {
        return false;
    }
    memmove(&set->items[place + 1], &set->items[place], (set->count - place) * sizeof set->items[0]);
    set->items[place] = extension;
    set->count++;
    return true;
}

uint32_t extension_families(struct armor_slice extension)
{
    uint32_t found = 0;
    for (size_t family = 0; family < FAMILY_COUNT; family++) {
        for (size_t i = 0; i < FAMILY_SIZE && families[family][i]; i++) {
            found |= armor_slice_is(extension, families[family][i]) ? 1U << family : 0;
        }
    }
    return found;
}

uint32_t extension_inert_families(void)
{
    return ((1U << FAMILY_COUNT) - 1) & ~(1U << PAGES);
}

bool extensions_add_families(struct extensions *set, uint32_t chosen)
{
    bool room = true;
    for (size_t family = 0; family < FAMILY_COUNT; family++) {
        for (size_t i = 0; i < FAMILY_SIZE && families[family][i] && (chosen & (1U << family)); i++) {
            room = extensions_add(set, armor_slice_of(families[family][i])) && room;
        }
    }
    return room;
}

void extensions_put(const struct extensions *set, struct armor_text *pattern)
{
    armor_text_string(pattern, set->count > 1 ? "{" : "");
    for (size_t i = 0; i < set->count; i++) {
        armor_text_string(pattern, i ? "," : "");
        armor_text_slice(pattern, set->items[i]);
    }
    armor_text_string(pattern, set->count > 1 ? "}" : "");
}

struct armor_slice extension_of(struct armor_slice name)
{
    size_t length = 0;
    size_t letters = 0;
    while (length < name.length && armor_is_alnum(name.bytes[name.length - 1 - length])) {
        letters += !armor_is_digit(name.bytes[name.length - 1 - length]);
        length++;
    }
    if (length == 0 || length > EXTENSION_MAX || letters == 0 || length + 1 >= name.length ||
        name.bytes[name.length - 1 - length] != '.') {
        return (struct armor_slice){0};
    }
    return (struct armor_slice){name.bytes + name.length - length, length};
}

static bool is_letter(char byte)
{
    return armor_is_alnum(byte) && !armor_is_digit(byte);
}

/* Whether TAIL, of a pattern, is a hyphen and letters, or a dot and numbers that vary. */
static bool is_tail(struct armor_slice tail)
{
    static const struct armor_slice number = {".[0-9]", 6};
    size_t letters = 0;
    if (armor_slice_starts(tail, number)) {
        return strspn(tail.bytes + 1, "[]0-9*_") == tail.length - 1;
    }
    while (letters + 1 < tail.length && is_letter(tail.bytes[letters + 1])) {
        letters++;
    }
    return tail.length > 1 && tail.bytes[0] == '-' && letters == tail.length - 1 && letters <= EXTENSION_MAX;
}

struct armor_slice extension_with_tail(struct armor_slice name)
{
    size_t dot = name.length;
    bool brackets = false;
    bool found = false;
    while (dot > 1 && !found) {
        char byte = name.bytes[--dot];
        brackets = byte == ']' || (brackets && byte != '[');
        found = byte == '.' && !brackets && dot + 1 < name.length && is_letter(name.bytes[dot + 1]);
    }
    size_t end = dot + 1;
    while (end < name.length && armor_is_alnum(name.bytes[end])) {
        end++;
    }
    bool object =
        end - dot == 3 && memcmp(name.bytes + dot + 1, "so", 2) == 0; /* versions of shared objects */
    bool has = found && end - dot - 1 <= EXTENSION_MAX && end < name.length && !object;
    return has && is_tail((struct armor_slice){name.bytes + end, name.length - end})
               ? (struct armor_slice){name.bytes + dot + 1, name.length - dot - 1}
               : (struct armor_slice){0};
}

struct armor_slice extension_shared_object(struct armor_slice name)
{
    static const struct armor_slice mark = {".so", 3};
    for (size_t at = 1; at + mark.length <= name.length; at++) {
        struct armor_slice rest = {name.bytes + at, name.length - at};
        if (!armor_slice_starts(rest, mark)) {
            continue;
        }
        bool version = rest.length > mark.length + 1 && rest.bytes[mark.length] == '.' &&
                       armor_is_digit(rest.bytes[mark.length + 1]);
        if (rest.length == mark.length || version) {
            return (struct armor_slice){name.bytes, at + mark.length};
        }
    }
    return (struct armor_slice){0};
}
