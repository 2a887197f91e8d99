/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles asked for accesses: by a table for each kind, and for files as apparmor_parser compiles random profiles. */
#include "armor/check.h"

#include "compiled.h"
#include "read_text.h"

#include <stdio.h>

enum { FILES = 30, NAMES = 300 };

#define WORD(text) ((struct armor_slice){(text), sizeof(text) - 1})

/* Rules, an access, and what is said of it; the text of the clause that decides or comes nearest, "" for none. */
static const struct {
    const char *rules;
    struct armor_access access;
    uint32_t owners;
    enum armor_answer answer;
    uint32_t missing;
    const char *clause;
} cases[] = {
    {"/a r,",
     {.kind = ARMOR_RULE_FILE, .mask = ARMOR_FILE_READ, .name = WORD("/a")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     "/a r,"},
    {"/a r,",
     {.kind = ARMOR_RULE_FILE, .mask = 3, .name = WORD("/a")},
     0,
     ARMOR_ANSWER_MISSING,
     ARMOR_FILE_WRITE,
     "/a r,"},
    {"/a r, /{a,b} w,",
     {.kind = ARMOR_RULE_FILE, .mask = 3, .name = WORD("/a")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"/a w,",
     {.kind = ARMOR_RULE_FILE, .mask = ARMOR_FILE_APPEND, .name = WORD("/a")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"/etc/passwd r,",
     {.kind = ARMOR_RULE_FILE, .mask = 1, .name = WORD("/etc/shadow")},
     0,
     ARMOR_ANSWER_MISSING,
     1,
     "/etc/passwd r,"},
    {"/** r, deny /a/** r,",
     {.kind = ARMOR_RULE_FILE, .mask = 1, .name = WORD("/a/b")},
     0,
     ARMOR_ANSWER_DENIED,
     1,
     "deny /a/** r,"},
    {"priority=1 /a/b r, deny /a/** r,",
     {.kind = ARMOR_RULE_FILE, .mask = 1, .name = WORD("/a/b")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"owner /a r,",
     {.kind = ARMOR_RULE_FILE, .mask = 1, .name = WORD("/a")},
     ARMOR_OWNER_SELF,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"owner /a r,",
     {.kind = ARMOR_RULE_FILE, .mask = 1, .name = WORD("/a")},
     ARMOR_OWNER_OTHER,
     ARMOR_ANSWER_MISSING,
     1,
     NULL},
    {"/a ix,",
     {.kind = ARMOR_RULE_FILE, .mask = ARMOR_FILE_MAP, .name = WORD("/a")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"/a px,",
     {.kind = ARMOR_RULE_FILE, .mask = ARMOR_FILE_MAP, .name = WORD("/a")},
     0,
     ARMOR_ANSWER_MISSING,
     ARMOR_FILE_MAP,
     NULL},
    {"/bin/* px,", {.kind = ARMOR_RULE_EXEC, .name = WORD("/bin/sh")}, 0, ARMOR_ANSWER_ALLOWED, 0, NULL},
    {"/bin/* r,",
     {.kind = ARMOR_RULE_EXEC, .name = WORD("/bin/sh")},
     0,
     ARMOR_ANSWER_MISSING,
     0,
     "/bin/* r,"},
    {"link /a -> /b,",
     {.kind = ARMOR_RULE_LINK, .name = WORD("/a"), .peer = WORD("/b")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"link /a -> /b,",
     {.kind = ARMOR_RULE_LINK, .name = WORD("/a"), .peer = WORD("/c")},
     0,
     ARMOR_ANSWER_MISSING,
     0,
     NULL},
    {"/a rl, /b r,",
     {.kind = ARMOR_RULE_LINK, .name = WORD("/a"), .peer = WORD("/b")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"/a rwl, /b r,",
     {.kind = ARMOR_RULE_LINK, .name = WORD("/a"), .peer = WORD("/b")},
     0,
     ARMOR_ANSWER_MISSING,
     0,
     NULL},
    {"capability chown,",
     {.kind = ARMOR_RULE_CAPABILITY, .name = WORD("chown")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"capability, deny capability chown,",
     {.kind = ARMOR_RULE_CAPABILITY, .name = WORD("chown")},
     0,
     ARMOR_ANSWER_DENIED,
     0,
     "deny capability chown,"},
    {"capability kill,",
     {.kind = ARMOR_RULE_CAPABILITY, .name = WORD("chown")},
     0,
     ARMOR_ANSWER_MISSING,
     0,
     ""},
    {"", {.kind = ARMOR_RULE_RLIMIT, .name = WORD("nofile"), .value = 5}, 0, ARMOR_ANSWER_ALLOWED, 0, NULL},
    {"set rlimit nofile <= 4,",
     {.kind = ARMOR_RULE_RLIMIT, .name = WORD("nofile"), .value = 5},
     0,
     ARMOR_ANSWER_MISSING,
     0,
     NULL},
    {"network inet,",
     {.kind = ARMOR_RULE_NETWORK, .name = WORD("inet"), .detail = WORD("dgram")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"network inet stream,",
     {.kind = ARMOR_RULE_NETWORK, .name = WORD("inet"), .detail = WORD("dgram")},
     0,
     ARMOR_ANSWER_MISSING,
     0,
     NULL},
    {"network inet port=80,",
     {.kind = ARMOR_RULE_NETWORK, .name = WORD("inet"), .detail = WORD("stream")},
     0,
     ARMOR_ANSWER_CONDITIONS,
     0,
     "network inet port=80,"},
    {"unix,",
     {.kind = ARMOR_RULE_NETWORK, .name = WORD("unix"), .detail = WORD("stream")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"network unix,",
     {.kind = ARMOR_RULE_UNIX, .mask = 0xf, .detail = WORD("stream")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"unix (send) peer=(label=a),",
     {.kind = ARMOR_RULE_UNIX, .mask = ARMOR_UNIX_SEND, .peer = WORD("b")},
     0,
     ARMOR_ANSWER_MISSING,
     ARMOR_UNIX_SEND,
     ""},
    {"signal (receive) set=term peer=a*,",
     {.kind = ARMOR_RULE_SIGNAL, .mask = 2, .name = WORD("term"), .peer = WORD("ab")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"signal (receive) set=term,",
     {.kind = ARMOR_RULE_SIGNAL, .mask = 2, .name = WORD("kill"), .peer = WORD("a")},
     0,
     ARMOR_ANSWER_MISSING,
     2,
     NULL},
    {"signal send, signal receive,",
     {.kind = ARMOR_RULE_SIGNAL, .mask = 3, .name = WORD("kill"), .peer = WORD("a")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"ptrace read peer=a,",
     {.kind = ARMOR_RULE_PTRACE, .mask = ARMOR_PTRACE_TRACE, .peer = WORD("a")},
     0,
     ARMOR_ANSWER_MISSING,
     ARMOR_PTRACE_TRACE,
     NULL},
    {"dbus send bus=system interface=a.* member=b,",
     {.kind = ARMOR_RULE_DBUS,
      .mask = 1,
      .detail = WORD("system"),
      .options = WORD("a.c"),
      .member = WORD("b")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"dbus send bus=system peer=(name=x),",
     {.kind = ARMOR_RULE_DBUS, .mask = 1, .detail = WORD("system")},
     0,
     ARMOR_ANSWER_CONDITIONS,
     1,
     NULL},
    {"mount options=(rw, bind) /a -> /b/,",
     {.kind = ARMOR_RULE_MOUNT, .name = WORD("/b/"), .peer = WORD("/a"), .options = WORD("rw, bind")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"mount options=(bind) /a -> /b/,",
     {.kind = ARMOR_RULE_MOUNT, .name = WORD("/b/"), .peer = WORD("/a"), .options = WORD("ro, bind")},
     0,
     ARMOR_ANSWER_MISSING,
     0,
     NULL},
    {"mount options in (ro, nosuid, bind) -> /b/,",
     {.kind = ARMOR_RULE_MOUNT, .name = WORD("/b/"), .peer = WORD("/a"), .options = WORD("ro, bind")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"mount fstype=(proc, tmpfs) -> /m/,",
     {.kind = ARMOR_RULE_MOUNT, .name = WORD("/m/"), .detail = WORD("tmpfs"), .options = WORD("rw")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"remount /m/,",
     {.kind = ARMOR_RULE_MOUNT, .name = WORD("/m/"), .options = WORD("rw, bind")},
     0,
     ARMOR_ANSWER_MISSING,
     0,
     NULL},
    {"umount /m/*,", {.kind = ARMOR_RULE_UMOUNT, .name = WORD("/m/a")}, 0, ARMOR_ANSWER_ALLOWED, 0, NULL},
    {"pivot_root oldroot=/a /b,",
     {.kind = ARMOR_RULE_PIVOT_ROOT, .name = WORD("/b"), .peer = WORD("/a")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"change_profile -> a*,",
     {.kind = ARMOR_RULE_CHANGE_PROFILE, .name = WORD("ab")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
    {"^h {}", {.kind = ARMOR_RULE_HAT, .name = WORD("h")}, 0, ARMOR_ANSWER_ALLOWED, 0, NULL},
    {"^h {}", {.kind = ARMOR_RULE_HAT, .name = WORD("g")}, 0, ARMOR_ANSWER_MISSING, 0, ""},
    {"all,",
     {.kind = ARMOR_RULE_MQUEUE, .mask = 1, .name = WORD("/q"), .detail = WORD("posix")},
     0,
     ARMOR_ANSWER_ALLOWED,
     0,
     NULL},
};

START_TEST(answers)
{
    struct armor_text text = ARMOR_TEXT_INIT(4096);
    struct armor_check *check = NULL;
    struct armor_ruling ruling = {0};
    armor_text_format(&text, "profile p {\n%s\n}\n", cases[_i].rules);
    struct armor_reading *reading = read_text(text.bytes);
    ck_assert_int_eq(armor_check_section(reading, armor_reading_section(reading, "p"), &check), 0);
    ck_assert_int_eq(armor_check_access(check, &cases[_i].access, cases[_i].owners, &ruling), 0);
    ck_assert_msg(ruling.answer == cases[_i].answer, "%s: %s", cases[_i].rules,
                  armor_answer_name(ruling.answer));
    ck_assert_uint_eq(ruling.missing, cases[_i].missing);
    if (cases[_i].clause) {
        ck_assert_str_eq(ruling.clause ? ruling.clause->text : "", cases[_i].clause);
    }
    armor_check_free(check);
    armor_reading_free(reading);
    armor_text_done(&text);
}
END_TEST

static uint32_t state = 2463534242;

static unsigned below(unsigned limit)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % limit;
}

/* Paths of few letters, so that rules meet each other and the names. */
static void put_path(struct armor_text *text, bool glob)
{
    static const char *const names[] = {"a", "b", "ab", "c"};
    static const char *const globs[] = {"*", "**", "a*", "{a,b}", "[ab]", "?", "{a,}b"};
    for (unsigned depth = 1 + below(3); depth > 0; depth--) {
        armor_text_char(text, '/');
        armor_text_string(text,
                          glob && below(3) == 0 ? globs[below(LENGTH(globs))] : names[below(LENGTH(names))]);
    }
}

/* The same rules, read by us and compiled by the parser, allow the same of the same names. */
START_TEST(as_compiled)
{
    static const char *const masks[] = {"r", "w", "rw", "a", "k", "rwk", "m", "rm"};
    static const struct {
        uint32_t mine;
        unsigned theirs;
    } bits[] = {{ARMOR_FILE_WRITE, 2},
                {ARMOR_FILE_READ, 4},
                {ARMOR_FILE_APPEND, 8},
                {ARMOR_FILE_LOCK, 0x20},
                {ARMOR_FILE_MAP, 0x40}};
    struct armor_text text = ARMOR_TEXT_INIT(1 << 16);
    struct armor_check *check = NULL;
    struct compiled compiled;
    unsigned allowed = 0;
    armor_text_string(&text, "abi <abi/3.0>,\nprofile armord-test {\n");
    for (int i = 0; i < FILES; i++) {
        static const char *const prefixes[] = {"", "", "", "", "deny ", "owner "};
        armor_text_format(&text, "  %s", prefixes[below(LENGTH(prefixes))]);
        put_path(&text, true);
        armor_text_format(&text, " %s,\n", masks[below(LENGTH(masks))]);
    }
    armor_text_string(&text, "}\n");
    int code = compiled_from_text(text.bytes, &compiled);
    if (code == 1) {
        (void)printf("# SKIP there is no apparmor_parser\n");
        armor_text_done(&text);
        return;
    }
    ck_assert_int_eq(code, 0);
    struct armor_reading *reading = read_text(text.bytes);
    ck_assert_int_eq(armor_check_section(reading, armor_reading_section(reading, NULL), &check), 0);
    for (int i = 0; i < NAMES; i++) {
        struct armor_text name = ARMOR_TEXT_INIT(256);
        put_path(&name, false);
        struct armor_slice slice = {name.bytes, name.length};
        unsigned permissions = compiled_file_permissions(&compiled, slice);
        for (int bit = 0; bit < LENGTH(bits); bit++) {
            struct armor_access access = {.kind = ARMOR_RULE_FILE, .mask = bits[bit].mine, .name = slice};
            struct armor_ruling ruling;
            ck_assert_int_eq(armor_check_access(check, &access, ARMOR_OWNER_OTHER, &ruling), 0);
            bool mine = ruling.answer == ARMOR_ANSWER_ALLOWED;
            bool theirs = (permissions & bits[bit].theirs) != 0;
            allowed += theirs;
            ck_assert_msg(mine == theirs, "%s, bit %x: ours %d, theirs %d\n%s", name.bytes, bits[bit].theirs,
                          mine, theirs, text.bytes);
        }
        armor_text_done(&name);
    }
    ck_assert_uint_gt(allowed, NAMES / 10);
    armor_check_free(check);
    armor_reading_free(reading);
    compiled_done(&compiled);
    armor_text_done(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("check");
    TCase *tcase = check_case(suite, "check");
    tcase_add_loop_test(tcase, answers, 0, LENGTH(cases));
    tcase_add_loop_test(tcase, as_compiled, 0, 20);
    return check_main(suite);
}
