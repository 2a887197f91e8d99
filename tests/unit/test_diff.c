/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles compared by meaning. */
#include "armor/diff.h"

#include "read_text.h"

/* Rules of the old profile, of the new one, and the differences. */
static const struct {
    const char *from, *to, *differences;
} cases[] = {
    {"/a r,", "/a r,", ""},
    {"/a r, /b w,", "/b w, /a r,", ""},
    {"/a r,", "/a r, /b r,", "added:/b r,|"},
    {"/a r, /b r,", "/a r,", "removed:/b r,|"},
    {"/a/** r,", "/a/** r, /a/b r,", ""},
    {"/a/b r,", "/a/* r,", "widened:/a/b r,>/a/* r,|"},
    {"/a/* r,", "/a/b r,", "narrowed:/a/* r,>/a/b r,|"},
    {"/a r,", "/a rw,", "widened:/a r,>/a rw,|"},
    {"/a w,", "/a a,", "narrowed:/a w,>/a a,|"},
    {"/a/{b,c} r,", "/a/[bc] r,", ""},
    {"owner /a r,", "/a r,", "widened:owner /a r,>/a r,|"},
    {"/a r,", "deny /a r,", "removed:/a r,|added:deny /a r,|"},
    {"/a px -> p,", "/a px -> q,", ""}, /* each to its own profile */
    {"/a px,", "/a ix,", "removed:/a px,|added:/a ix,|"},
    {"network inet,", "network inet stream,", "narrowed:network inet,>network inet stream,|"},
    {"capability,", "capability chown,", "narrowed:capability,>capability chown,|"},
    {"set rlimit nofile <= 4,", "set rlimit nofile <= 8,",
     "widened:set rlimit nofile <= 4,>set rlimit nofile <= 8,|"},
    {"signal peer=a*,", "signal peer=ab,", "narrowed:signal peer=a*,>signal peer=ab,|"},
};

START_TEST(differs)
{
    struct armor_text text = ARMOR_TEXT_INIT(4096);
    struct armor_text found = ARMOR_TEXT_INIT(4096);
    struct armor_difference *list = NULL;
    size_t count = 0;
    armor_text_format(&text, "profile p {\n%s\n}\n", cases[_i].from);
    struct armor_reading *from = read_text(text.bytes);
    text.length = 0;
    armor_text_format(&text, "profile q {\n%s\n}\n", cases[_i].to);
    struct armor_reading *to = read_text(text.bytes);
    ck_assert_int_eq(armor_diff(&from->sections[0], &to->sections[0], &list, &count), 0);
    for (size_t i = 0; i < count; i++) {
        bool both = list[i].from && list[i].to;
        armor_text_format(&found, "%s:%s%s%s|", armor_change_name(list[i].change),
                          list[i].from ? list[i].from->text : "", both ? ">" : "",
                          list[i].to ? list[i].to->text : "");
    }
    const char *expected = cases[_i].differences;
    ck_assert_str_eq(found.bytes ? found.bytes : "", expected);
    free(list);
    armor_reading_free(from);
    armor_reading_free(to);
    armor_text_done(&text);
    armor_text_done(&found);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diff");
    tcase_add_loop_test(check_case(suite, "diff"), differs, 0, LENGTH(cases));
    return check_main(suite);
}
