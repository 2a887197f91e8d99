/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/mask.h"

#include "check_main.h"

/* How a record writes a mask, its bits, how many of its parts aren't known, and how a rule writes the bits. */
static const struct {
    enum armor_rule_kind kind;
    const char *record;
    uint32_t mask, unknown;
    const char *rule;
} masks[] = {
    {ARMOR_RULE_FILE, "", 0, 0, ""},
    {ARMOR_RULE_FILE, "r", ARMOR_FILE_READ, 0, "r"},
    {ARMOR_RULE_FILE, "c", ARMOR_FILE_WRITE | ARMOR_FILE_CREATE, 0, "w"},
    {ARMOR_RULE_FILE, "d", ARMOR_FILE_WRITE | ARMOR_FILE_DELETE, 0, "w"},
    {ARMOR_RULE_FILE, "wrd", ARMOR_FILE_READ | ARMOR_FILE_WRITE | ARMOR_FILE_DELETE, 0, "rw"},
    {ARMOR_RULE_FILE, "a", ARMOR_FILE_APPEND, 0, "a"},
    {ARMOR_RULE_FILE, "ac", ARMOR_FILE_APPEND | ARMOR_FILE_WRITE | ARMOR_FILE_CREATE, 0,
     "w"}, /* `aw` is an error to the parser */
    {ARMOR_RULE_FILE, "rm", ARMOR_FILE_READ | ARMOR_FILE_MAP, 0, "rm"},
    {ARMOR_RULE_FILE, "wk", ARMOR_FILE_WRITE | ARMOR_FILE_LOCK, 0, "wk"},
    {ARMOR_RULE_FILE, "x", ARMOR_FILE_EXEC, 0, "x"},
    {ARMOR_RULE_FILE, "r::w", ARMOR_FILE_READ | ARMOR_FILE_WRITE, 0, "rw"},
    {ARMOR_RULE_FILE, "::r", ARMOR_FILE_READ, 0, "r"},
    {ARMOR_RULE_FILE, "rZ?", ARMOR_FILE_READ, 2, "r"},
    {ARMOR_RULE_SIGNAL, "send", ARMOR_SIGNAL_SEND, 0, "send"},
    {ARMOR_RULE_SIGNAL, "receive send", ARMOR_SIGNAL_SEND | ARMOR_SIGNAL_RECEIVE, 0, "send, receive"},
    {ARMOR_RULE_SIGNAL, "send,receive", ARMOR_SIGNAL_SEND | ARMOR_SIGNAL_RECEIVE, 0, "send, receive"},
    {ARMOR_RULE_SIGNAL, "sen", 0, 1, ""},
    {ARMOR_RULE_PTRACE, "tracedby readby", ARMOR_PTRACE_TRACED_BY | ARMOR_PTRACE_READ_BY, 0,
     "readby, tracedby"},
    {ARMOR_RULE_PTRACE, "read trace", ARMOR_PTRACE_TRACE | ARMOR_PTRACE_READ, 0, "read, trace"},
    {ARMOR_RULE_UNIX, "create bind getopt new", ARMOR_UNIX_CREATE | ARMOR_UNIX_BIND | ARMOR_UNIX_GETOPT, 1,
     "create, bind, getopt"},
    {ARMOR_RULE_DBUS, "send receive", ARMOR_DBUS_SEND | ARMOR_DBUS_RECEIVE, 0, "send, receive"},
    {ARMOR_RULE_DBUS, "acquire", ARMOR_DBUS_BIND, 0, "bind"},
    {ARMOR_RULE_MQUEUE, "read create", ARMOR_MQUEUE_READ | ARMOR_MQUEUE_CREATE, 0, "read, create"},
    {ARMOR_RULE_IO_URING, "sqpoll cmd", ARMOR_IO_URING_SQPOLL, 1, "sqpoll"},
    {ARMOR_RULE_USERNS, "userns_create", ARMOR_USERNS_CREATE, 0, "create"},
    {ARMOR_RULE_CAPABILITY, "r w", 0, 2, ""},
    {ARMOR_RULE_EXEC, "x", 0, 1, ""},
};

START_TEST(both_ways)
{
    uint32_t unknown = 99;
    uint32_t mask = armor_mask_parse(masks[_i].kind, armor_slice_of(masks[_i].record), &unknown);
    ck_assert_uint_eq(mask, masks[_i].mask);
    ck_assert_uint_eq(unknown, masks[_i].unknown);
    struct armor_text text = ARMOR_TEXT_INIT(100);
    armor_mask_render(masks[_i].kind, mask, &text);
    ck_assert_str_eq(text.bytes ? text.bytes : "", masks[_i].rule);
    armor_text_done(&text);
}
END_TEST

/* What a rule says is read back as the same mask, for every mask there is. */
START_TEST(rendering_is_read_back)
{
    static const enum armor_rule_kind kinds[] = {ARMOR_RULE_FILE,     ARMOR_RULE_SIGNAL, ARMOR_RULE_PTRACE,
                                                 ARMOR_RULE_UNIX,     ARMOR_RULE_DBUS,   ARMOR_RULE_MQUEUE,
                                                 ARMOR_RULE_IO_URING, ARMOR_RULE_USERNS};
    static const uint32_t most[] = {1U << 7, 1U << 2, 1U << 4, 1U << 12, 1U << 4, 1U << 7, 1U << 2, 1U << 1};
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        for (uint32_t mask = 0; mask < most[kind]; mask++) {
            struct armor_text text = ARMOR_TEXT_INIT(200);
            uint32_t unknown = 0;
            armor_mask_render(kinds[kind], mask, &text);
            uint32_t again =
                armor_mask_parse(kinds[kind], (struct armor_slice){text.bytes, text.length}, &unknown);
            bool append_hidden = kinds[kind] == ARMOR_RULE_FILE && (mask & ARMOR_FILE_WRITE);
            ck_assert_uint_eq(again, append_hidden ? mask & ~(uint32_t)ARMOR_FILE_APPEND : mask);
            ck_assert_uint_eq(unknown, 0);
            armor_text_done(&text);
        }
    }
}
END_TEST

START_TEST(absent_and_nul)
{
    uint32_t unknown = 0;
    ck_assert_uint_eq(armor_mask_parse(ARMOR_RULE_FILE, (struct armor_slice){0}, &unknown), 0);
    ck_assert_uint_eq(unknown, 0);
    (void)armor_mask_parse(ARMOR_RULE_FILE, ARMOR_SLICE("\0r"), &unknown);
    ck_assert_uint_eq(unknown, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mask");
    TCase *tcase = check_case(suite, "mask");
    tcase_add_loop_test(tcase, both_ways, 0, LENGTH(masks));
    tcase_add_test(tcase, rendering_is_read_back);
    tcase_add_test(tcase, absent_and_nul);
    return check_main(suite);
}
