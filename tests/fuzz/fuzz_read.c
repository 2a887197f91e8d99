/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a profile's text. Held: an error has its place; each clause has its line, and words that are patterns; and it can be asked
 * for any access.
 */
#include "armor/check.h"
#include "armor/match.h"

#include "fuzz.h"

#include <errno.h>

/* One file, which may include itself. */
static int load(void *userdata, const char *path, bool search, size_t number, struct armor_text *text,
                struct armor_text *name, struct armor_error *err)
{
    const struct armor_slice *whole = userdata;
    (void)err;
    if (number > 0 || strcmp(path, "none") == 0) {
        return number ? 0 : -ENOENT;
    }
    armor_text_slice(text, *whole);
    armor_text_string(name, search ? "searched" : "named");
    return 1;
}

static void check_section(const struct armor_reading *reading, const struct armor_section *section)
{
    static const struct armor_slice words[] = {{"/a/b", 4}, {"unix", 4}, {"", 0}, {NULL, 0}};
    struct armor_check *check = NULL;
    for (size_t i = 0; i < section->clause_count; i++) {
        const struct armor_clause *clause = &section->clauses[i];
        INVARIANT((unsigned)clause->kind < ARMOR_RULE_KIND_COUNT && clause->line >= 1 && clause->column >= 1);
        INVARIANT(clause->text && clause->source && (unsigned)clause->transition < ARMOR_GO_COUNT);
    }
    INVARIANT(armor_check_section(reading, section, &check) == 0);
    for (int kind = 0; kind < ARMOR_RULE_KIND_COUNT; kind++) {
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            bool path = kind == ARMOR_RULE_FILE || kind == ARMOR_RULE_EXEC || kind == ARMOR_RULE_LINK;
            struct armor_access access = {.kind = (enum armor_rule_kind)kind,
                                          .mask = 1,
                                          .name = path ? words[0] : words[i],
                                          .peer = words[i]};
            struct armor_ruling ruling;
            INVARIANT(armor_check_access(check, &access, ARMOR_OWNER_SELF, &ruling) == 0);
            INVARIANT((unsigned)ruling.answer < ARMOR_ANSWER_COUNT);
            INVARIANT(ruling.answer != ARMOR_ANSWER_DENIED || ruling.clause);
        }
    }
    armor_check_free(check);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct armor_slice text = {(const char *)data, size};
    const struct armor_includes includes = {.load = load, .userdata = &text};
    struct armor_reading *reading = NULL;
    struct armor_error err = {0};
    int code = armor_read(text, "text", &includes, 1, &reading, &err);
    INVARIANT((code == 0) == (reading != NULL));
    INVARIANT(code == 0 || code == -EBADMSG || code == -E2BIG || code == -ENOENT);
    INVARIANT(code == 0 || (err.code == code && err.text[0]));
    for (size_t i = 0; reading && i < reading->section_count; i++) {
        check_section(reading, &reading->sections[i]);
    }
    armor_reading_free(reading);
    return 0;
}
