/* SPDX-License-Identifier: GPL-2.0-or-later */
/* statement.c, rule.c and word.c: what is let through, and where and why the rest is refused. */
#include "check_main.h"
#include "statement.h"

#include "loader_world.h"

#include "armor/text.h"

#include "compile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Each as one line of a profile's body. */
static const char *const accepted[] = {
    "/etc/passwd r,",
    "  /etc/passwd\tr,   ",
    "/etc/passwd r, # observed twice",
    "\"/etc/a b, c\" rw,",
    "\"/etc/a\\\"b\" r,",
    "\"/etc/a\\\\\\\"b\" r,",
    "\"/etc/(x)#\\{y\\}!\" r,",
    "\"@{data}/x y\" r,",
    "@{data}/** rw,",
    "owner @{data}/** rwk,",
    "/usr/lib/{x86_64-linux-gnu,aarch64-linux-gnu}/** mr,",
    "/{usr/,}lib/*.so rm,",
    "/tmp/#[0-9]* rw,",
    "/tmp/a\\*b\\[c r,",
    "/caf\xc3\xa9 r,",
    "/bin/busybox ix,",
    "/bin/busybox mrix,",
    "audit /** px -> armord-web,",
    "/usr/bin/* rpx -> armord-web,",
    "deny /etc/shadow rwklx,",
    "audit deny owner /etc/shadow r,",
    "allow /x a,",
    "link /a -> /b,",
    "link subset \"/a b\" -> /c,",
    "capability,",
    "capability sys_chroot,",
    "audit deny capability sys_admin sys_module,",
    "audit deny network alg,",
    "audit deny mount,",
    "audit deny \"/proc/[^0-9s]*/**\" w,",
    "audit deny /sys/firmware/** rwklx,",
    "network inet stream,",
    "network unix dgram,",
    "signal (send, receive) set=(term,kill) peer=unconfined,",
    "signal (receive) peer=\"armord-web\",",
    "ptrace (read, trace) peer=armord-web,",
    "unix (connect) type=stream peer=(label=armord-web, addr=\"@a b\"),",
    "unix (connect) addr=\"@\\134(#\" peer=(label=\"x\\*(#)\",addr=none),",
    "mount options=(rw, bind) /a/ -> /b/,",
    "mount fstype=tmpfs options=(rw, nosuid) none -> \"/c d/\",",
    "remount options=(ro, bind) /x/,",
    "umount @{data}/x/,",
    "pivot_root oldroot=/a/old/ /a/,",
    "pivot_root oldroot=/a/old/ /a/ -> armord-web,",
    "set rlimit nofile <= 1024,",
    "dbus send bus=system path=/a interface=org.x member=\"{A,B}\" peer=(name=org.y, label=z),",
    "mqueue (read, write) type=posix /q,",
    "userns,",
    "userns create,",
    "io_uring sqpoll,",
    "# a comment",
    "",
};

/* Each as one line of a profile's body; the line is the sixth of the text. */
static const struct {
    const char *line;
    int code;
    size_t column;
    const char *reason; /* a part of the sentence */
} refused[] = {
    {"/etc/passwd r", -EBADMSG, 14, "doesn't end with a comma"},
    {"/etc/passwd,", -EBADMSG, 1, "no permissions"},
    {"/etc/passwd r, /etc/shadow w,", -EBADMSG, 16, "only a comment"},
    {"/etc/passwd r,/etc/shadow w,", -EPERM, 13, "permissions are of"},
    {"/foo,,bar r,", -EBADMSG, 5, "comma inside a word"},
    {"/etc/passwd r w,", -EBADMSG, 15, "nothing may follow"},
    {"/etc/passwd rz,", -EPERM, 13, "permissions are of"},
    {"/a b c r,", -EPERM, 4, "permissions are of"},
    {"etc/passwd r,", -EBADMSG, 1, "no statement begins"},
    {"\"etc/passwd\" r,", -EBADMSG, 1, "begins with '/'"},
    {"\"/etc/passwd r,", -EBADMSG, 1, "doesn't end on this line"},
    {"\"/etc/a\\\\\" rw,", -EBADMSG, 10, "could take this quote"},
    {"\"/etc/passwd\"r,", -EBADMSG, 14, "must follow the closing quote"},
    {"/etc/a\"b r,", -EBADMSG, 7, "must be quoted"},
    {"/etc/a\\ b r,", -EBADMSG, 7, "must be quoted, not escaped"},
    {"/etc/a\\,b r,", -EBADMSG, 7, "must be quoted, not escaped"},
    {"/etc/a\\\\ r,", -EBADMSG, 8, "must be quoted, not escaped"},
    {"/etc/a\\", -EBADMSG, 7, "must be quoted, not escaped"},
    {"/etc/a!b r,", -EBADMSG, 7, "must be quoted"},
    {"/etc/a(b) r,", -EBADMSG, 7, "must be quoted"},
    {"/etc/a\x01 r,", -EBADMSG, 7, "must be quoted"},
    {"/etc/a\x7f r,", -EBADMSG, 7, "must be quoted"},
    {"\"/etc/a\x01\" r,", -EBADMSG, 8, "control byte"},
    {"/etc/a r,\r", -EBADMSG, 10, "must be quoted"},
    {"/etc/a (r),", -EBADMSG, 8, "no list"},
    {"/etc/a #r,", -EBADMSG, 8, "begins with '#'"},
    {"file,", -EPERM, 1, "with their path"},
    {"file /x r,", -EPERM, 1, "with their path"},
    {"all,", -EPERM, 1, "allows everything"},
    {"audit file,", -EPERM, 7, "with their path"},
    {"change_profile -> unconfined,", -EPERM, 1, "change_profile"},
    {"audit change_profile,", -EPERM, 7, "change_profile"},
    {"include <abstractions/base>", -EPERM, 1, "includes are refused"},
    {"include if exists <local/x>", -EPERM, 1, "includes are refused"},
    {"#include <abstractions/base>", -EPERM, 1, "not a comment"},
    {"# include <abstractions/base>", -EPERM, 1, "not a comment"},
    {"##  include x", -EPERM, 1, "not a comment"},
    {"/a r, #include <tunables/global>", -EPERM, 7, "not a comment"},
    {"# a \x1b[31m comment", -EBADMSG, 5, "control byte"},
    {"profile child {", -EPERM, 1, "profiles within"},
    {"^hat {", -EPERM, 1, "hats"},
    {"hat h {", -EPERM, 1, "hats"},
    {"audit {", -EBADMSG, 7, "brace"},
    {"{", -EBADMSG, 1, "brace"},
    {"if $x {", -EPERM, 1, "conditions"},
    {"$x = true", -EBADMSG, 10, "doesn't end with a comma"},
    {"/bin/x ux,", -EPERM, 8, "permissions are of"},
    {"/bin/x Ux,", -EPERM, 8, "permissions are of"},
    {"/bin/x pux -> armord-web,", -EPERM, 8, "permissions are of"},
    {"/bin/x pix -> armord-web,", -EPERM, 8, "permissions are of"},
    {"/bin/x cx -> child,", -EPERM, 8, "permissions are of"},
    {"/bin/x Px -> armord-web,", -EPERM, 8, "permissions are of"},
    {"/bin/x px,", -EPERM, 8, "px must be followed"},
    {"/bin/x px -> unconfined,", -EPERM, 8, "px must be followed"},
    {"/bin/x px -> armord-webx,", -EPERM, 8, "px must be followed"},
    {"/bin/x px -> armord-we,", -EPERM, 8, "px must be followed"},
    {"/bin/x px -> \"armord-web\",", -EPERM, 8, "px must be followed"},
    {"/bin/x px -> armord-web//x,", -EPERM, 8, "px must be followed"},
    {"/bin/x px -> :ns:armord-web,", -EPERM, 8, "px must be followed"},
    {"/bin/x px -> armord-web armord-web,", -EPERM, 8, "px must be followed"},
    {"/bin/x ix -> armord-web,", -EBADMSG, 11, "nothing may follow"},
    {"/bin/x r -> /y,", -EBADMSG, 10, "nothing may follow"},
    {"/bin/x x,", -EPERM, 8, "only a deny rule"},
    {"/bin/x ixr,", -EPERM, 8, "permissions are of"},
    {"link /a -> b,", -EBADMSG, 12, "a path that begins"},
    {"link /a ->,", -EBADMSG, 9, "-> can't stand"},
    {"capability -> /x,", -EBADMSG, 12, "-> can't stand"},
    {"pivot_root /a/ -> other,", -EPERM, 19, "only the profile itself"},
    {"mount /a -> /b -> /c,", -EBADMSG, 10, "-> can't stand"},
    {"network inet,change_profile,", -EBADMSG, 13, "comma inside a word"},
    {"network (change_profile),", -EPERM, 9, "change_profile"},
    {"network inet file,", -EPERM, 14, "with their path"},
    {"signal (send, change_profile) peer=x,", -EPERM, 8, "change_profile"},
    {"signal (send, /etc/x) peer=x,", -EBADMSG, 8, "isn't a word"},
    {"signal (send, (x)) peer=x,", -EBADMSG, 15, "can't stand in a list"},
    {"signal (send, \"x\") peer=x,", -EBADMSG, 8, "quoted item"},
    {"signal (send) x(y),", -EBADMSG, 16, "must be quoted"},
    {"signal (send, peer=x,", -EBADMSG, 8, "the list doesn't end"},
    {"unix peer=(addr=a\"b\"),", -EBADMSG, 11, "quote inside"},
    {"unix peer=(addr=\"a\\\"\"),", -EBADMSG, 19, "can't stand in a list"},
    {"unix peer=(addr=a\\,b),", -EBADMSG, 18, "can't stand in a list"},
    {"unix peer=(=x),", -EBADMSG, 11, "without a name"},
    {"dbus member={A,B},", -EBADMSG, 13, "brace"},
    {"mount \"/a\\\"b\" -> /c,", -EBADMSG, 11, "could take this quote"},
    {"mount /a#b -> /c,", -EBADMSG, 9, "must be quoted"},
    {"set nofile <= 1,", -EBADMSG, 1, "rlimit"},
    {"set,", -EBADMSG, 1, "rlimit"},
    {"audit deny,", -EBADMSG, 11, "says nothing"},
    {",", -EBADMSG, 1, "says nothing"},
    {"(x),", -EBADMSG, 1, "can't begin"},
    {"priority=5 /x r,", -EBADMSG, 1, "no statement begins"},
    {"alias /a -> /b,", -EPERM, 1, "aliases"},
    {"abi <abi/3.0>,", -EPERM, 1, "before the profile"},
};

/* Whole texts: what is wrong stands outside of the body. */
static const struct {
    const char *text;
    enum loader_mode mode;
    int code;
    size_t line;
    size_t column;
    const char *reason;
} texts[] = {
#define HEAD "# armord: x\n"
#define BODY "profile armord-web flags=(complain) {\n}\n"
    {HEAD BODY, LOADER_MODE_COMPLAIN, 0, 0, 0, ""},
    {HEAD "profile armord-web flags=(attach_disconnected) {\n}", LOADER_MODE_ENFORCE, 0, 0, 0, ""},
    {HEAD "\n  # c\nabi <abi/4.0>, # c\n@{a}=/x @{b} \"/y z\"\n" BODY "# after\n\n", LOADER_MODE_COMPLAIN, 0,
     0, 0, ""},
    {"", LOADER_MODE_COMPLAIN, -EBADMSG, 1, 1, "first line"},
    {BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 1, 1, "first line"},
    {"# armord x\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 1, 1, "first line"},
    {HEAD, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 1, "no profile"},
    {HEAD "profile armord-web flags=(complain) {\n", LOADER_MODE_COMPLAIN, -EBADMSG, 3, 1, "closing brace"},
    {HEAD BODY, LOADER_MODE_ENFORCE, -EPERM, 2, 27, "request says enforce"},
    {HEAD "profile armord-web flags=(mediate_deleted) {\n}\n", LOADER_MODE_COMPLAIN, -EPERM, 2, 27,
     "flags don't"},
    {HEAD "profile armord-web flags=(complain, complain) {\n}\n", LOADER_MODE_COMPLAIN, -EPERM, 2, 37,
     "at most once"},
    {HEAD "profile armord-web flags=(unconfined) {\n}\n", LOADER_MODE_ENFORCE, -EPERM, 2, 27, "flags are"},
    {HEAD "profile armord-web flags=(kill) {\n}\n", LOADER_MODE_ENFORCE, -EPERM, 2, 27, "flags are"},
    {HEAD "profile armord-web flags=() {\n}\n", LOADER_MODE_ENFORCE, -EPERM, 2, 27, "flags are"},
    {HEAD "profile armord-web flags=(attach_disconnected.path=/x) {\n}\n", LOADER_MODE_ENFORCE, -EBADMSG, 2,
     46, "must follow a flag"},
    {HEAD "profile armord-web flags=(complain) xattrs=(a=b) {\n}\n", LOADER_MODE_COMPLAIN, -EBADMSG, 2, 37,
     "brace"},
    {HEAD "profile armord-web /bin/x flags=(complain) {\n}\n", LOADER_MODE_COMPLAIN, -EBADMSG, 2, 20,
     "flags="},
    {HEAD "profile armord-web {\n}\n", LOADER_MODE_ENFORCE, -EBADMSG, 2, 20, "flags="},
    {HEAD "profile armord-web flags=(complain) { /x r,\n}\n", LOADER_MODE_COMPLAIN, -EBADMSG, 2, 39,
     "comment"},
    {HEAD "profile armord-db flags=(complain) {\n}\n", LOADER_MODE_COMPLAIN, -EPERM, 2, 9, "isn't the one"},
    {HEAD "profile armord-webx flags=(complain) {\n}\n", LOADER_MODE_COMPLAIN, -EPERM, 2, 9, "isn't the one"},
    {HEAD "profile armord-web//x flags=(complain) {\n}\n", LOADER_MODE_COMPLAIN, -EPERM, 2, 9,
     "isn't the one"},
    {HEAD "profile :ns:armord-web flags=(complain) {\n}\n", LOADER_MODE_COMPLAIN, -EPERM, 2, 9,
     "isn't the one"},
    {HEAD "profilearmord-web flags=(complain) {\n}\n", LOADER_MODE_COMPLAIN, -EPERM, 2, 8, "isn't the one"},
    {HEAD "/bin/x {\n}\n", LOADER_MODE_COMPLAIN, -EBADMSG, 2, 1, "may stand here"},
    {HEAD ":ns:x {\n}\n", LOADER_MODE_COMPLAIN, -EBADMSG, 2, 1, "may stand here"},
    {HEAD "hat x {\n}\n", LOADER_MODE_COMPLAIN, -EBADMSG, 2, 1, "may stand here"},
    {HEAD "alias /a -> /b,\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 1, "may stand here"},
    {HEAD BODY BODY, LOADER_MODE_COMPLAIN, -EPERM, 4, 1, "nothing may follow"},
    {HEAD BODY "}", LOADER_MODE_COMPLAIN, -EPERM, 4, 1, "nothing may follow"},
    {HEAD BODY "include <x>", LOADER_MODE_COMPLAIN, -EPERM, 4, 1, "nothing may follow"},
    {HEAD "include <tunables/global>\n" BODY, LOADER_MODE_COMPLAIN, -EPERM, 2, 1, "includes"},
    {HEAD "#include <tunables/global>\n" BODY, LOADER_MODE_COMPLAIN, -EPERM, 2, 1, "not a comment"},
    {HEAD "abi <abi/3.0>,\nabi <abi/3.0>,\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 3, 1, "twice"},
    {HEAD "abi <../../etc/shadow>,\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 5, "<abi/N.N>"},
    {HEAD "abi <abi/../x>,\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 10, "<abi/N.N>"},
    {HEAD "abi \"abi/3.0\",\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 5, "<abi/N.N>"},
    {HEAD "@{a}\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 5, "variable is defined"},
    {HEAD "@{a-b}=/x\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 4, "variable is defined"},
    {HEAD "@{}=/x\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 3, "variable is defined"},
    {HEAD "@{a}+=/x\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 5, "variable is defined"},
    {HEAD "@{a}=\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 6, "no value"},
    {HEAD "@{a}=/x,\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 8, "can't stand"},
    {HEAD "@{a}=/x #c\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 9, "a value begins"},
    {HEAD "@{a}=\"/x\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 6, "doesn't end"},
    {HEAD "@{a}=\"/x\"/y\n" BODY, LOADER_MODE_COMPLAIN, -EBADMSG, 2, 10, "a blank must follow"},
};

static void expect(struct armor_slice text, enum loader_mode mode, int code, size_t line, size_t column,
                   const char *reason)
{
    struct armor_error err = {0};
    int r = loader_statement_check(text, "armord-web", mode, &err);
    ck_assert_msg(r == code && err.line == line && err.column == column && strstr(err.text, reason),
                  "%d at %zu:%zu (%s) instead of %d at %zu:%zu (%s) for\n%.*s", r, err.line, err.column,
                  err.text, code, line, column, reason, (int)text.length, text.bytes);
}

static char *with_line(const char *line)
{
    char *rules = NULL;
    ck_assert_int_gt(asprintf(&rules, "  /first r,\n%s\n", line), 0);
    char *text = world_profile("armord-web", true, rules);
    free(rules);
    return text;
}

START_TEST(accepted_lines)
{
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        char *text = with_line(accepted[i]);
        expect(armor_slice_of(text), LOADER_MODE_COMPLAIN, 0, 0, 0, "");
        free(text);
    }
}
END_TEST

START_TEST(refused_lines)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char *text = with_line(refused[i].line);
        expect(armor_slice_of(text), LOADER_MODE_COMPLAIN, refused[i].code, 6, refused[i].column,
               refused[i].reason);
        free(text);
    }
}
END_TEST

START_TEST(whole_texts)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        expect(armor_slice_of(texts[i].text), texts[i].mode, texts[i].code, texts[i].line, texts[i].column,
               texts[i].reason);
    }
    expect(ARMOR_SLICE(HEAD "@{a}=/x \0\n" BODY), LOADER_MODE_COMPLAIN, -EBADMSG, 2, 9, "NUL");
}
END_TEST

START_TEST(too_many_words)
{
    struct armor_text rule = ARMOR_TEXT_INIT(1000);
    armor_text_string(&rule, "capability");
    for (size_t i = 0; i < 31; i++) {
        armor_text_string(&rule, " chown");
    }
    for (size_t more = 0; more < 2; more++) {
        char *line = NULL;
        ck_assert_int_gt(asprintf(&line, "%s%s,", rule.bytes, more ? " x" : ""), 0);
        char *text = with_line(line);
        expect(armor_slice_of(text), LOADER_MODE_COMPLAIN, more ? -E2BIG : 0, more ? 6 : 0, more ? 198 : 0,
               more ? "more than 32 words" : "");
        free(text);
        free(line);
    }
    armor_text_done(&rule);
}
END_TEST

/* No prefix of a good text, and no single changed byte, may read outside of it: for the sanitizer to see. */
START_TEST(damaged_texts)
{
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        char *text = with_line(accepted[i]);
        size_t length = strlen(text);
        for (size_t cut = 0; cut <= length; cut++) {
            char *copy = malloc(cut ? cut : 1);
            ck_assert_ptr_nonnull(copy);
            memcpy(copy, text, cut);
            int r = loader_statement_check((struct armor_slice){copy, cut}, "armord-web",
                                           LOADER_MODE_COMPLAIN, NULL);
            ck_assert_int_eq(r == 0, cut >= length - 1); /* the last newline isn't needed */
            for (size_t at = 130; at < cut; at++) {
                copy[at] = (char)(copy[at] ^ (1 << (cut % 8)));
                struct armor_error err = {0};
                r = loader_statement_check((struct armor_slice){copy, cut}, "armord-web",
                                           LOADER_MODE_COMPLAIN, &err);
                ck_assert_int_eq(r, err.code);
                copy[at] = text[at];
            }
            free(copy);
        }
        free(text);
    }
}
END_TEST

/* What is let through is what apparmor_parser understands too, as far as its version knows the class of rule. */
START_TEST(the_compiler_agrees)
{
    static const char *const newer[] = {"mqueue", "userns", "io_uring"};
    struct world world;
    world_make(&world);
    if (world_use_real_parser(&world)) {
        for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
            char *text = with_line(accepted[i]);
            struct armor_text policy = {0};
            struct armor_error err = {0};
            int r = loader_compile(&world.roots, armor_slice_of(text), &policy, &err);
            bool optional = false;
            for (size_t j = 0; j < sizeof newer / sizeof newer[0]; j++) {
                optional = optional || strncmp(accepted[i], newer[j], strlen(newer[j])) == 0;
            }
            ck_assert_msg(r == 0 || optional, "%s: %s", accepted[i], err.text);
            armor_text_done(&policy);
            free(text);
        }
    }
    world_remove(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader statement");
    TCase *tests = check_case(suite, "statement");
    tcase_add_test(tests, accepted_lines);
    tcase_add_test(tests, refused_lines);
    tcase_add_test(tests, whole_texts);
    tcase_add_test(tests, too_many_words);
    tcase_add_test(tests, damaged_texts);
    tcase_add_test(tests, the_compiler_agrees);
    return check_main(suite);
}
