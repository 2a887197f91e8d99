/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patterns asked for names, and for other patterns. What apparmor_parser makes of the same is test_match_compiled's part. */
#include "armor/match.h"

#include "armor/limits.h"

#include "check_main.h"

#include <errno.h>
#include <stdlib.h>

static struct armor_pattern *pattern_of(const char *text)
{
    struct armor_error err = {0};
    struct armor_pattern *pattern = NULL;
    ck_assert_msg(armor_pattern_new(armor_slice_of(text), &pattern, &err) == 0, "%s: %s", text, err.text);
    return pattern;
}

/* A pattern, names of it, names that aren't; each list ends with NULL. */
static const struct {
    const char *pattern;
    const char *of[8], *not_of[8];
} matches[] = {
    {"/etc/passwd", {"/etc/passwd"}, {"/etc/passwd2", "/etc/passw", "", "/etc/passwd/"}},
    {"/a/*", {"/a/b", "/a/bc", "/a/.b"}, {"/a/", "/a/b/", "/a/b/c", "/a"}},
    {"/a/*/c", {"/a/b/c"}, {"/a//c", "/a/b/b/c"}},
    {"/a/*b", {"/a/b", "/a/cb"}, {"/a/bc", "/a/c/b"}},
    {"/a/b*", {"/a/b", "/a/bc"}, {"/a/b/", "/a/"}},
    {"/a/**", {"/a/b", "/a/b/c", "/a/b/"}, {"/a/", "/a//", "/a"}},
    {"/**/c", {"/a/c", "/a/b/c"}, {"/c", "//c", "/a/b"}},
    {"/a**", {"/a", "/ab", "/a/", "/a/b"}, {"/b"}},
    {"/a/***", {"/a/b", "/a/b/c"}, {"/a/"}},
    {"/{a/*,b}", {"/a/", "/a/c", "/b"}, {"/a", "/a/c/"}}, /* a comma behind: no segment of its own */
    {"**", {"", "/a", "b"}, {NULL}},
    {"/a?", {"/ab", "/a."}, {"/a", "/a/", "/abc"}},
    {"/[ab]c", {"/ac", "/bc"}, {"/cc", "/abc"}},
    {"/[^ab]", {"/c", "//"}, {"/a", "/b", "/", "/cc"}},
    {"/[a-c0-9]", {"/a", "/b", "/c", "/5"}, {"/d", "/-"}},
    {"/[c-a]", {"/a", "/b", "/c"}, {"/d"}},
    {"/[-a]", {"/-", "/a"}, {"/b"}},
    {"/[^^]", {"/a"}, {"/^"}},
    {"/[a^]", {"/a", "/^"}, {"/b"}},
    {"/[a\\-c]", {"/b"}, {"/-"}}, /* the parser drops that backslash */
    {"/[\\]]", {"/]"}, {"/a", "/\\"}},
    {"/[.+{}]", {"/.", "/+", "/{", "/}"}, {"/a", "/\\"}},
    {"/{a,b}c", {"/ac", "/bc"}, {"/c", "/abc", "/{a,b}c"}},
    {"/a{,b}", {"/a", "/ab"}, {"/abb"}},
    {"/{a,{b,c}d,}e", {"/ae", "/bde", "/cde", "/e"}, {"/be", "/ade"}},
    {"/{a,b{c,d}}{e,f}", {"/ae", "/bcf", "/bde"}, {"/be", "/ac"}},
    {"/a,b", {"/a,b"}, {"/a"}},
    {"/a\\*\\?\\[\\{\\}\\]\\,\\\\", {"/a*?[{}],\\"}, {"/a\\*?[{}],\\"}},
    {"/a\\052\\x2a\\d042\\n", {"/a***\n"}, {"/ab*"}},
    {"/a\\q", {"/aq"}, {"/a\\q"}},
    {"/a.+|()^$b", {"/a.+|()^$b"}, {"/ab"}},
    {"/\xc3\xa4*\xff", {"/\xc3\xa4\xff", "/\xc3\xa4-\xff"}, {"/\xc3\xff"}},
    {"/[\x80-\xff]", {"/\x80", "/\xff"}, {"/a"}},
    {"\\057*", {"/a"}, {"/"}},
    {"", {""}, {"a"}},
};

START_TEST(finds)
{
    struct armor_pattern *pattern = pattern_of(matches[_i].pattern);
    for (const char *const *name = matches[_i].of; *name; name++) {
        ck_assert_msg(armor_pattern_matches(pattern, armor_slice_of(*name)) == 1, "%s: not %s",
                      matches[_i].pattern, *name);
    }
    for (const char *const *name = matches[_i].not_of; *name; name++) {
        ck_assert_msg(armor_pattern_matches(pattern, armor_slice_of(*name)) == 0, "%s: %s",
                      matches[_i].pattern, *name);
    }
    armor_pattern_free(pattern);
}
END_TEST

static const struct {
    const char *pattern;
    size_t column;
} refusals[] = {
    {"/a]", 3},      {"/[a", 4},   {"/[]", 3},     {"/[^]", 4},  {"/[a-]", 4}, {"/[a-b-c]", 6},
    {"/[*]", 3},     {"/[a?]", 4}, {"/{a}", 4},    {"/{a,b", 6}, {"/a}", 3},   {"/a\\", 3},
    {"/{a,{b}}", 7}, {"/[a\\", 4}, {"/[^^-a]", 5}, {"/[--]", 4}, {"/{}", 3},
};

START_TEST(refuses)
{
    struct armor_error err = {0};
    struct armor_pattern *pattern = NULL;
    ck_assert_int_eq(armor_pattern_new(armor_slice_of(refusals[_i].pattern), &pattern, &err), -EBADMSG);
    ck_assert_ptr_null(pattern);
    ck_assert_msg(err.column == refusals[_i].column, "%s: column %zu: %s", refusals[_i].pattern, err.column,
                  err.text);
}
END_TEST

/* 49 open braces are the most; and the cap of bytes. */
START_TEST(bounds)
{
    static char text[ARMOR_PATTERN_MAX + 1];
    char nested[50 + 2 * 50];
    struct armor_pattern *pattern = NULL;
    for (size_t depth = 49; depth <= 50; depth++) {
        size_t length = depth;
        memset(nested, '{', depth);
        for (size_t i = 0; i < depth; i++, length += 2) {
            nested[length] = ',';
            nested[length + 1] = '}';
        }
        int code = armor_pattern_new((struct armor_slice){nested, length}, &pattern, NULL);
        ck_assert_int_eq(code, depth == 49 ? 0 : -EBADMSG);
        if (code == 0) {
            ck_assert_int_eq(armor_pattern_matches(pattern, armor_slice_of("")), 1);
            armor_pattern_free(pattern);
        }
    }
    memset(text, 'a', sizeof text);
    ck_assert_int_eq(armor_pattern_new((struct armor_slice){text, sizeof text}, &pattern, NULL), -E2BIG);
    ck_assert_int_eq(armor_pattern_new((struct armor_slice){text, sizeof text - 1}, &pattern, NULL), 0);
    ck_assert(armor_pattern_literal(pattern));
    ck_assert_int_eq(armor_pattern_matches(pattern, (struct armor_slice){text, sizeof text - 1}), 1);
    armor_pattern_free(pattern);
}
END_TEST

/* What makes a matcher that goes back take for ever: many of one part. The test's time limit is the check. */
static const char *const parts[] = {"*a", "**a", "{a,aa,}", "{*,**}", "[a-b]*", "***", "?*"};

START_TEST(hostile)
{
    static char text[ARMOR_PATTERN_MAX];
    static char name[ARMOR_PATH_MAX];
    size_t size = strlen(parts[_i]);
    size_t length = 0;
    for (; length + size + 2 <= 1000; length += size) {
        memcpy(text + length, parts[_i], size);
    }
    text[length++] = 'Z';
    struct armor_pattern *pattern = NULL;
    ck_assert_int_eq(armor_pattern_new((struct armor_slice){text, length}, &pattern, NULL), 0);
    memset(name, 'a', sizeof name);
    ck_assert_int_eq(armor_pattern_matches(pattern, (struct armor_slice){name, sizeof name}), 0);
    name[sizeof name - 1] = 'Z';
    ck_assert_int_eq(armor_pattern_matches(pattern, (struct armor_slice){name, sizeof name}),
                     strchr(parts[_i], '*') != NULL); /* the others end before the name does */
    int covers = armor_pattern_covers(pattern, pattern);
    ck_assert(covers == 1 || covers == -E2BIG);
    armor_pattern_free(pattern);
}
END_TEST

/* What one pattern covers, and what it doesn't. */
static const struct {
    const char *wide;
    const char *of[6], *not_of[6];
} covers[] = {
    {"/a/**", {"/a/*", "/a/*/b", "/a/b", "/a/**", "/a/{b,c/**}"}, {"/a/", "/**", "/a/{,b}"}},
    {"/a/*", {"/a/?", "/a/[b-d]*", "/a/*b", "/a/b"}, {"/a/**", "/a/b/c", "/a/[^b]"}},
    {"/**", {"/a/**", "/?"}, {"/", "**", "/{,a}"}},
    {"/{,a}", {"/", "/a"}, {"/b", "/?", "/{,a,b}"}},
    {"/{a,b}{c,d}", {"/{ac,ad,bc,bd}", "/a{d,c}", "/[ab][cd]"}, {"/{a,b}{c,e}", "/[a-c]d"}},
    {"/ab", {"/{ab,ab}", "/a[b]", "/[a][b]"}, {"/a{b,c}", "/a*", "/b*", "/a[b]c"}},
    {"/[0-9]*", {"/[1-3]", "/[0-9][0-9]*", "/5*"}, {"/*", "/[a-z]*", "/[0-:]"}},
    {"/lib{,32,64}/**", {"/lib64/*.so", "/lib/**"}, {"/lib*/**", "/lib{x32,64}/**"}},
    {"/[^/]", {"/?"}, {"/[^a]"}},
    {"/*a*", {"/*a", "/a*", "/*a*a*"}, {"/*", "/?"}},
};

START_TEST(finds_covered)
{
    struct armor_pattern *wide = pattern_of(covers[_i].wide);
    for (int expected = 0; expected <= 1; expected++) {
        const char *const *list = expected ? covers[_i].of : covers[_i].not_of;
        for (; *list; list++) {
            struct armor_pattern *narrow = pattern_of(*list);
            ck_assert_msg(armor_pattern_covers(wide, narrow) == expected, "%s, %s: not %d", covers[_i].wide,
                          *list, expected);
            armor_pattern_free(narrow);
        }
    }
    ck_assert_int_eq(armor_pattern_covers(wide, wide), 1);
    armor_pattern_free(wide);
}
END_TEST

/* Patterns with a name in common, and without. */
static const struct {
    const char *pattern;
    const char *with[8], *without[8];
} meetings[] = {
    {"/proc/*",
     {"/proc/x", "/proc/[a-z]*", "/**", "/{proc,sys}/kcore", "/p*/x"},
     {"/proc/", "/proc/a/b", "/proc/*/b", "/sys/*"}},
    {"/proc/[^0-9s]*/**",
     {"/proc/irq/1/x", "/proc/*/x", "/proc/**"},
     {"/proc/[0-9]*/x", "/proc/s*/**", "/proc/[0-9]*/task/[0-9]*/x", "/proc/irq"}},
    {"/sys/f[^s]*/**", {"/sys/firmware/x", "/sys/*/x"}, {"/sys/fs/x", "/sys/[^f]*/**", "/sys/f"}},
    {"/a/*b", {"/a/b*", "/a/bb", "/a/*c*"}, {"/a/*c", "/a/c"}},
    {"/{ab,cd}x", {"/[a-c]?x", "/abx", "/cd*"}, {"/a[c-z]x", "/abx/", "/{ad,cb}x"}},
    {"/a", {"/a", "/[a]", "/?", "/{a,b}"}, {"/b", "/a?", "/a/**"}},
};

START_TEST(finds_what_meets)
{
    struct armor_pattern *pattern = pattern_of(meetings[_i].pattern);
    for (int expected = 0; expected <= 1; expected++) {
        const char *const *list = expected ? meetings[_i].with : meetings[_i].without;
        for (; *list; list++) {
            struct armor_pattern *other = pattern_of(*list);
            ck_assert_msg(armor_pattern_meets(pattern, other) == expected &&
                              armor_pattern_meets(other, pattern) == expected,
                          "%s, %s: not %d", meetings[_i].pattern, *list, expected);
            armor_pattern_free(other);
        }
    }
    ck_assert_int_eq(armor_pattern_meets(pattern, pattern), 1);
    armor_pattern_free(pattern);
}
END_TEST

START_TEST(meeting_gives_up)
{
    static char text[2000];
    memset(text, '?', sizeof text - 1);
    text[0] = '/';
    struct armor_pattern *one = pattern_of(text);
    struct armor_pattern *other = pattern_of(text + 1);
    ck_assert_int_eq(armor_pattern_meets(one, other), -E2BIG);
    armor_pattern_free(one);
    armor_pattern_free(other);
}
END_TEST

/* A pattern that needs as many states as there are sets of its last places: it gives up, soon. */
START_TEST(cover_gives_up)
{
    struct armor_pattern *wide = pattern_of("/**a????????????????????????????????????????");
    struct armor_pattern *narrow = pattern_of("/**{a,b}**");
    ck_assert_int_eq(armor_pattern_covers(wide, narrow), 0); /* a short name is enough */
    armor_pattern_free(narrow);
    narrow = pattern_of("/**a????????????????????????????????????????");
    ck_assert_int_eq(armor_pattern_covers(wide, narrow), -E2BIG);
    armor_pattern_free(narrow);
    armor_pattern_free(wide);
}
END_TEST

START_TEST(knows_prefixes)
{
    struct armor_pattern *pattern = pattern_of("/a\\*/b*c");
    ck_assert(armor_slice_is(armor_pattern_prefix(pattern), "/a*/b"));
    ck_assert(!armor_pattern_literal(pattern));
    armor_pattern_free(pattern);
    armor_pattern_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("match");
    TCase *tcase = check_case(suite, "match");
    tcase_add_loop_test(tcase, finds, 0, LENGTH(matches));
    tcase_add_loop_test(tcase, refuses, 0, LENGTH(refusals));
    tcase_add_test(tcase, bounds);
    tcase_add_loop_test(tcase, hostile, 0, LENGTH(parts));
    tcase_add_loop_test(tcase, finds_covered, 0, LENGTH(covers));
    tcase_add_test(tcase, cover_gives_up);
    tcase_add_loop_test(tcase, finds_what_meets, 0, LENGTH(meetings));
    tcase_add_test(tcase, meeting_gives_up);
    tcase_add_test(tcase, knows_prefixes);
    return check_main(suite);
}
