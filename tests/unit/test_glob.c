/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What escaping writes. That apparmor_parser reads it as meant is test_escape's part. */
#include "armor/glob.h"

#include "check_main.h"

/* A literal, its pattern, and the token for that; pattern NULL: the literal is its own. */
static const struct {
    const char *literal, *pattern, *token;
} names[] = {
    {"/etc/passwd", NULL, "/etc/passwd"},
    {"/usr/lib/libstdc++.so.6", NULL, "/usr/lib/libstdc++.so.6"},
    {"/a=b", NULL, "/a=b"},
    {"/a@b", NULL, "/a@b"},
    {"/a b", NULL, "\"/a b\""},
    {"/ a", NULL, "\"/ a\""},
    {"/a\"b", NULL, "\"/a\\042b\""},
    {"/a\\b", "/a\\\\b", "\"/a\\134b\""},
    {"/a\\", "/a\\\\", "\"/a\\134\""},
    {"/a\\\"", "/a\\\\\"", "\"/a\\134\\042\""},
    {"/a\\*", "/a\\\\\\*", "\"/a\\134\\*\""},
    {"/a*", "/a\\*", "\"/a\\*\""},
    {"/a?", "/a\\?", "\"/a\\?\""},
    {"/a[b]", "/a\\[b\\]", "\"/a\\[b\\]\""},
    {"/a{b,c}", "/a\\{b\\,c\\}", "\"/a\\{b\\,c\\}\""},
    {"/a^", "/a\\^", "\"/a\\^\""},
    {"/@{HOME}", "/@\\{HOME\\}", "\"/@\\{HOME\\}\""},
    {"/a\nb", NULL, "\"/a\\012b\""},
    {"/a\t\x01\x7f", NULL, "\"/a\\011\\001\\177\""},
    {"/a\n1", NULL, "\"/a\\0121\""},
    {"/a\xff\xfe", NULL, "\"/a\xff\xfe\""},
    {"/\xc3\xa4", NULL, "\"/\xc3\xa4\""},
    {"/a#b", NULL, "\"/a#b\""},
    {"/$HOME", NULL, "\"/$HOME\""},
    {"/a,", "/a\\,", "\"/a\\,\""},
    {"/a!", NULL, "\"/a!\""},
    {"/(a)", NULL, "\"/(a)\""},
    {"", NULL, "\"\""},
    {"none", NULL, "none"},
    {"overlay-fs.1", NULL, "overlay-fs.1"},
    {"fstype=ext4", NULL, "\"fstype=ext4\""}, /* a mount's source: without quotes a condition */
    {"->", NULL, "\"->\""},
    {"@abstract", NULL, "\"@abstract\""},
    {":ns:p", NULL, "\":ns:p\""},
    {"a//&b", NULL, "\"a//&b\""},
};

START_TEST(escapes)
{
    const char *expected = names[_i].pattern ? names[_i].pattern : names[_i].literal;
    struct armor_text pattern = ARMOR_TEXT_INIT(100);
    struct armor_text token = ARMOR_TEXT_INIT(100);
    armor_glob_escape(&pattern, armor_slice_of(names[_i].literal));
    ck_assert_str_eq(pattern.bytes ? pattern.bytes : "", expected);
    ck_assert_int_eq(armor_glob_plain(armor_slice_of(names[_i].literal)), names[_i].pattern == NULL);
    armor_glob_token(&token, expected);
    ck_assert_str_eq(token.bytes, names[_i].token);
    armor_text_done(&pattern);
    armor_text_done(&token);
}
END_TEST

/* Patterns that aren't literals: their wildcards stay what they are, and a bent one can't end its quotes. */
static const struct {
    const char *pattern, *token;
} patterns[] = {
    {"/proc/[0-9]*/status", "/proc/[0-9]*/status"},
    {"/proc/[0-9]*/a b", "\"/proc/[0-9]*/a b\""},
    {"/a/**", "/a/**"},
    {"/a?b", "/a?b"},
    {"/{a,b}", "\"/{a,b}\""},
    {"/a b\\", "\"/a b\\134\""},
    {"/a\\b", "\"/a\\134b\""},
    {"/a\\\"", "\"/a\\134\\042\""},
};

START_TEST(tokens)
{
    struct armor_text token = ARMOR_TEXT_INIT(100);
    armor_glob_token(&token, patterns[_i].pattern);
    ck_assert_str_eq(token.bytes, patterns[_i].token);
    armor_text_done(&token);
}
END_TEST

/* Every byte after every byte: a token has no raw control byte, and its only quotes are the first and the last. */
START_TEST(one_token_whatever_the_bytes)
{
    for (int first = 1; first < 256; first++) {
        for (int second = 1; second < 256; second++) {
            char literal[] = {'/', (char)first, (char)second};
            struct armor_text pattern = ARMOR_TEXT_INIT(100);
            struct armor_text token = ARMOR_TEXT_INIT(100);
            armor_glob_escape(&pattern, (struct armor_slice){literal, sizeof literal});
            armor_glob_token(&token, pattern.bytes);
            bool quoted = token.bytes[0] == '"';
            for (size_t i = 0; i < token.length; i++) {
                char byte = token.bytes[i];
                ck_assert((unsigned char)byte >= 0x20 && byte != 0x7f);
                ck_assert(byte != '"' || (quoted && (i == 0 || i + 1 == token.length)));
                ck_assert(quoted || !strchr(" ,\\!#\"", byte));
            }
            ck_assert(!quoted || (token.length >= 2 && token.bytes[token.length - 1] == '"'));
            armor_text_done(&pattern);
            armor_text_done(&token);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("glob");
    TCase *tcase = check_case(suite, "glob");
    tcase_add_loop_test(tcase, escapes, 0, LENGTH(names));
    tcase_add_loop_test(tcase, tokens, 0, LENGTH(patterns));
    tcase_add_test(tcase, one_token_whatever_the_bytes);
    return check_main(suite);
}
