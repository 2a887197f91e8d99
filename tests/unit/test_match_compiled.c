/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patterns as apparmor_parser compiles them: made at random out of everything that a pattern gives a meaning, asked for names
 * made at random to be near, and refused where it refuses.
 */
#include "armor/match.h"

#include "check_main.h"
#include "compiled.h"

#include <stdio.h>

enum { SKIPPED = 77, PATTERNS = 20, NAMES = 400, ASKED = PATTERNS * NAMES, REFUSALS = 60, SIZE = 64 };

static uint32_t state = 2463534242;

static unsigned below(unsigned limit)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % limit;
}

/* A few parts in a row, all of which have a meaning; a letter more often than not. Braces and brackets are whole. */
static void make_pattern(struct armor_text *text, int depth)
{
    static const char *const parts[] = {
        "a",     "b",      "/",       "*",    "**",   "?",   "/*",    "/**",      "***",     "[ab]",  "[^a]",
        "[a-c]", "[-a]",   "[^^]",    "[a^]", "[b/]", "\\*", "\\?",   "\\[",      "\\{",     "\\,",   "\\\\",
        ".",     "+",      "^",       "$",    "|",    "(",   ")",     "[.+|()$]", "[a\\-c]", "[\\]]", "\\052",
        "\\x62", "\\d097", "[^/b-c]", "~",    "\\q",  "a.b", "[{},]", "[\\\\a]",  "/b",      "\\a",
    };
    for (unsigned count = 1 + below(5); count > 0; count--) {
        if (depth < 3 && below(6) == 0) {
            armor_text_char(text, '{');
            for (unsigned more = 2 + below(2); more > 0; more--) {
                if (below(5) > 0) {
                    make_pattern(text, depth + 1);
                }
                if (more > 1) {
                    armor_text_char(text, ',');
                }
            }
            armor_text_char(text, '}');
        } else {
            armor_text_string(text, below(3) ? parts[below(3)] : parts[below(LENGTH(parts))]);
        }
    }
}

/*
 * What the parser does to the path of a file rule before it is a pattern: one slash for several. And a backslash before the
 * closing quote would be taken with it.
 */
static void clean(struct armor_text *text)
{
    size_t kept = 0;
    for (size_t i = 0; i < text->length; i++) {
        if (text->bytes[i] != '/' || kept == 0 || text->bytes[kept - 1] != '/') {
            text->bytes[kept++] = text->bytes[i];
        }
    }
    text->length = kept;
    armor_text_string(text, text->bytes[kept - 1] == '\\' ? "z" : "");
    text->bytes[text->length] = '\0';
}

/* A name near PATTERN: most bytes without a meaning stay, most others go, or become a letter or two. */
static void make_name(struct armor_text *text, const char *pattern)
{
    static const char bytes[] = "aaaabbb///c.*?[]{},\\^$+|()-~q\a ";
    for (; *pattern; pattern++) {
        bool special = strchr("*?[]{},\\^-", *pattern) != NULL;
        if (below(special ? 4 : 20) != 0 && !special) {
            armor_text_char(text, *pattern);
        }
        if (below(special ? 3 : 20) == 0) {
            armor_text_char(text, bytes[below(below(2) ? 8 : sizeof bytes - 1)]);
        }
    }
}

/* Each pattern stands behind a prefix of its own, so that one profile holds them all. */
START_TEST(as_compiled)
{
    static struct armor_text patterns[PATTERNS];
    static struct armor_pattern *ours[PATTERNS];
    struct armor_text profile = ARMOR_TEXT_INIT(1 << 20);
    struct compiled compiled;
    unsigned found = 0;

    armor_text_string(&profile, "abi <abi/3.0>,\nprofile armord-test {\n");
    for (int i = 0; i < PATTERNS; i++) {
        patterns[i] = ARMOR_TEXT_INIT(4096);
        armor_text_format(&patterns[i], "/%d/%d", _i, i);
        armor_text_char(&patterns[i], below(2) ? '/' : '_');
        make_pattern(&patterns[i], 0);
        clean(&patterns[i]);
        ck_assert_int_eq(armor_pattern_new((struct armor_slice){patterns[i].bytes, patterns[i].length},
                                           &ours[i], NULL),
                         0);
        armor_text_format(&profile, "  \"%s\" r,\n", patterns[i].bytes);
    }
    armor_text_string(&profile, "}\n");
    ck_assert_int_eq(compiled_from_text(profile.bytes, &compiled), 0);
    for (int i = 0; i < PATTERNS; i++) {
        size_t prefix = strcspn(patterns[i].bytes + 1, "/") + 2;
        prefix += strcspn(patterns[i].bytes + prefix, "/_") + 1;
        for (int k = 0; k < NAMES; k++) {
            struct armor_text whole = ARMOR_TEXT_INIT(4096);
            armor_text_slice(&whole, (struct armor_slice){patterns[i].bytes, prefix});
            make_name(&whole, patterns[i].bytes + prefix);
            struct armor_slice slice = {whole.bytes, whole.length};
            int theirs = (compiled_file_permissions(&compiled, slice) & COMPILED_READ) != 0;
            int mine = armor_pattern_matches(ours[i], slice);
            found += (unsigned)theirs;
            ck_assert_msg(mine == theirs, "pattern %s, name %s: ours %d, theirs %d", patterns[i].bytes,
                          whole.bytes, mine, theirs);
            armor_text_done(&whole);
        }
        armor_pattern_free(ours[i]);
        armor_text_done(&patterns[i]);
    }
    ck_assert_uint_gt(found, ASKED / 100); /* names that are far off would prove nothing */
    ck_assert_uint_lt(found, 3U * ASKED / 4);
    compiled_done(&compiled);
    armor_text_done(&profile);
}
END_TEST

/* Any bytes: refused by both or by neither. Ours refuses `*` and `?` in brackets too. */
START_TEST(refuses_the_same)
{
    static const char bytes[] = "ab/*?[]{},\\^-[]{}";
    unsigned refused = 0;
    for (int i = 0; i < REFUSALS; i++) {
        struct armor_text text = ARMOR_TEXT_INIT(4096);
        struct armor_text profile = ARMOR_TEXT_INIT(4096);
        struct armor_pattern *pattern = NULL;
        struct armor_error err = {0};
        struct compiled compiled;
        armor_text_char(&text, '/');
        for (unsigned count = 1 + below(7); count > 0; count--) {
            armor_text_char(&text, bytes[below(sizeof bytes - 1)]);
        }
        clean(&text);
        armor_text_format(&profile, "abi <abi/3.0>,\nprofile armord-test {\n  \"%s\" r,\n}\n", text.bytes);
        int mine = armor_pattern_new((struct armor_slice){text.bytes, text.length}, &pattern, &err);
        if (!strstr(err.text, "* and ? in brackets")) {
            int theirs = compiled_from_text(profile.bytes, &compiled);
            ck_assert_msg((mine == 0) == (theirs == 0), "%s: ours %d (%s), theirs %d", text.bytes, mine,
                          err.text, theirs);
            refused += mine != 0;
            if (theirs == 0) {
                compiled_done(&compiled);
            }
        }
        armor_pattern_free(pattern);
        armor_text_done(&text);
        armor_text_done(&profile);
    }
    ck_assert_uint_gt(refused, REFUSALS / 10);
}
END_TEST

int main(void)
{
    struct compiled compiled;
    if (compiled_from_text("abi <abi/3.0>,\nprofile armord-test {\n  /a r,\n}\n", &compiled) == 1) {
        (void)printf("# SKIP there is no apparmor_parser\n");
        return SKIPPED;
    }
    compiled_done(&compiled);
    Suite *suite = suite_create("match_compiled");
    TCase *tcase = check_case(suite, "match_compiled");
    tcase_add_loop_test(tcase, as_compiled, 0, 20);
    tcase_add_test(tcase, refuses_the_same);
    return check_main(suite);
}
