/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile names, learned and rendered, compiled by apparmor_parser, and then asked for as the kernel asks: the rule of a
 * name allows that name and no other, and no text in a name becomes a rule of its own.
 */
#include "armor/learn.h"
#include "armor/limits.h"
#include "armor/render.h"

#include "check_main.h"
#include "compiled.h"

#include <stdio.h>

enum { SKIPPED = 77, NAME_SIZE = 64, RANDOM_NAMES = 300 };

static const char *const hostile[] = {
    "/plain",
    "/a b",
    "/ leading",
    "/trailing ",
    "/  ",
    "/a\tb",
    "/a\nb",
    "/a\rb",
    "/a\n",
    "/a\x01\x02\x1f\x7f",
    "/a\n1", /* a digit behind an octal escape */
    "/a\"",
    "/\"",
    "/\"quoted\"",
    "/a\\",
    "/a b\\",
    "/a\\\\",
    "/a b\\\\",
    "/a\\\"",
    "/a\\ ",
    "/a\\n",
    "/a\\040",
    "/a\\x41",
    "/a\\d65",
    "/a*",
    "/a**",
    "/**",
    "/*",
    "/a?",
    "/?",
    "/a[bc]",
    "/a[",
    "/a]",
    "/a[^b]",
    "/a{b,c}",
    "/a{",
    "/a}",
    "/a{b",
    "/a,b",
    "/a,",
    "/,",
    "/a^b",
    "/^",
    "/a$",
    "/$HOME",
    "/${x}",
    "/a@b",
    "/@{HOME}",
    "/@{PROC}/x",
    "/@{",
    "/a@",
    "/#",
    "/a#b",
    "/#include <x>",
    "/a\n#include <abstractions/base>\n",
    "/a\n  capability,\n",
    "/a r,\n  /** rwlkm,\n",
    "/a\" r,\n  \"/** rw",
    "/a\" rw,\n}\nprofile evil {\n  \"/x",
    "/a\\\" rw,\n \"/etc/shadow",
    "/include <x>",
    "/a -> b",
    "/a px -> unconfined",
    "/a=b",
    "/a(b)",
    "/a|b",
    "/a+",
    "/a.b",
    "/a!b",
    "/a~b",
    "/a%00b",
    "/a'b'",
    "/a`id`",
    "/a;b",
    "/a<b>",
    "/a&b",
    "/a:b",
    "/-",
    "/a--b",
    "/\xc3\xa4\xe2\x82\xac",
    "/\xff\xfe\x80",
    "/a\xc3",
    "/a\x80\n\"\\",
};

enum { HOSTILE = (int)(sizeof hostile / sizeof hostile[0]), NAMES = HOSTILE + RANDOM_NAMES };

static char random_names[RANDOM_NAMES][NAME_SIZE];

static const char *name_at(int i)
{
    return i < HOSTILE ? hostile[i] : random_names[i - HOSTILE];
}

/* Names out of the bytes that mean something to anybody: the parser, its lexer, the log. */
static void make_random_names(void)
{
    static const char bytes[] = "abn01 \t\n\"\\\\*?[]{}^,@#$!-+=|().~&<>:;'\x01\x7f\x80\xff\xc3\xa4";
    uint32_t random = 2463534242;
    for (int i = 0; i < RANDOM_NAMES; i++) {
        char *name = random_names[i];
        *name++ = '/';
        *name++ = 'R'; /* apart from the hostile ones */
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        uint32_t length = 1 + random % 12;
        for (uint32_t at = 0; at < length; at++) {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            *name++ = bytes[random % (sizeof bytes - 1)];
        }
    }
}

static bool is_name(struct armor_slice slice)
{
    for (int i = 0; i < NAMES; i++) {
        if (armor_slice_is(slice, name_at(i))) {
            return true;
        }
    }
    return false;
}

/* Learn BODY, and have what a guard rail holds of it accepted, so that it stands in the text. */
static void learn_body(struct armor_profile *profile, const char *body)
{
    static struct armor_event event;
    struct armor_error err = {0};
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {0};
    size_t count = 0;
    struct armor_record record = {.type = 1400, .trusted = true, .body = armor_slice_of(body)};
    ck_assert_msg(armor_event_parse(&record, &event, &err) == 1, "%s", err.text);
    ck_assert_int_ge(armor_learn(profile, &event, &options, rules, &count), 0);
    for (size_t i = 0; i < count; i++) {
        if (rules[i]->state == ARMOR_STATE_QUARANTINED) {
            (void)armor_profile_move(profile, rules[i], ARMOR_STATE_ACTIVE);
        }
    }
}

/* NAME as the kernel logs such a one. */
static const char *hex(const char *name, char buffer[static 2 * NAME_SIZE + 1])
{
    size_t used = 0;
    buffer[0] = '\0';
    for (const char *byte = name; *byte; byte++) {
        used +=
            (size_t)snprintf(buffer + used, 2 * NAME_SIZE + 1 - used, "%02X", (unsigned)(unsigned char)*byte);
    }
    return buffer;
}

static char *render(const struct armor_profile *profile, enum armor_mode mode)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    char *string = NULL;
    ck_assert_int_eq(armor_render(profile, mode, NULL, &text), 0);
    ck_assert_int_eq(armor_text_take(&text, &string), 0);
    return string;
}

static struct armor_profile *new_profile(void)
{
    struct armor_profile *profile = NULL;
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &profile), 0);
    return profile;
}

/* Learn FORMAT, a body with one %s for the hex of a name, for every name; and compile. */
static void compile_for_names(const char *operation, const char *rest, struct compiled *ret_compiled)
{
    struct armor_profile *profile = new_profile();
    for (int i = 0; i < NAMES; i++) {
        char buffer[2 * NAME_SIZE + 1];
        char body[600];
        (void)snprintf(body, sizeof body, "apparmor=\"ALLOWED\" operation=\"%s\" name=%s %s%s", operation,
                       hex(name_at(i), buffer), rest, rest[strlen(rest) - 1] == '=' ? buffer : "");
        learn_body(profile, body);
    }
    ck_assert_uint_eq(profile->skipped[ARMOR_SKIP_NAMELESS], 0);
    char *text = render(profile, ARMOR_MODE_ENFORCED);
    ck_assert_msg(compiled_from_text(text, ret_compiled) == 0, "the parser refuses rules for %s", operation);
    free(text);
    armor_profile_free(profile);
}

/* NAME with each of its bytes changed, left out or followed by another: none of them is allowed but names of the list. */
static void check_neighbours(const struct compiled *compiled, const char *name, unsigned bit)
{
    static const char others[] = "aZ/\\\"* ,\n{[\x01\xff";
    size_t length = strlen(name);
    char near[NAME_SIZE + 2];
    for (size_t at = 0; at <= length; at++) {
        for (size_t other = 0; other < sizeof others;
             other++) { /* the terminator stands for leaving it out */
            for (int insert = 0; insert < 2; insert++) {
                size_t used = at;
                memcpy(near, name, at);
                if (other + 1 < sizeof others) {
                    near[used++] = others[other];
                }
                size_t skip = insert || at == length ? 0 : 1;
                memcpy(near + used, name + at + skip, length - at - skip);
                used += length - at - skip;
                struct armor_slice slice = {near, used};
                bool allowed = compiled_file_permissions(compiled, slice) & bit;
                ck_assert_msg(allowed == is_name(slice), "\"%.*s\" near \"%s\"", (int)used, near, name);
            }
        }
    }
}

START_TEST(file_rules_are_exact)
{
    struct compiled compiled;
    compile_for_names("open", "requested_mask=\"r\"", &compiled);
    for (int i = 0; i < NAMES; i++) {
        unsigned allowed = compiled_file_permissions(&compiled, armor_slice_of(name_at(i)));
        ck_assert_msg(allowed & COMPILED_READ, "\"%s\" isn't allowed", name_at(i));
        ck_assert_msg(!(allowed & (COMPILED_WRITE | COMPILED_EXEC | COMPILED_LINK)), "%x for \"%s\"", allowed,
                      name_at(i));
        check_neighbours(&compiled, name_at(i), COMPILED_READ);
    }
    static const char *const never[] = {"/etc/shadow", "/x", "/anything", "/a", "/etc/passwd", "", "/"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        ck_assert_msg(compiled_file_permissions(&compiled, armor_slice_of(never[i])) == 0, "%s", never[i]);
    }
    compiled_done(&compiled);
}
END_TEST

START_TEST(exec_rules_are_exact)
{
    struct compiled compiled;
    compile_for_names("exec", "requested_mask=\"x\"", &compiled);
    for (int i = 0; i < NAMES; i++) {
        unsigned allowed = compiled_file_permissions(&compiled, armor_slice_of(name_at(i)));
        ck_assert_msg(allowed & COMPILED_EXEC, "\"%s\" isn't allowed", name_at(i));
        ck_assert_msg(!(allowed & (COMPILED_WRITE | COMPILED_READ)), "%x for \"%s\"", allowed, name_at(i));
        check_neighbours(&compiled, name_at(i), COMPILED_EXEC);
    }
    compiled_done(&compiled);
}
END_TEST

START_TEST(link_rules_are_exact)
{
    struct compiled compiled;
    compile_for_names("link", "requested_mask=\"l\" target=", &compiled);
    for (int i = 0; i < NAMES; i++) {
        struct armor_slice name = armor_slice_of(name_at(i));
        struct armor_slice other = armor_slice_of(name_at((i + 1) % NAMES));
        bool same = armor_slice_equal(name, other);
        ck_assert_msg(compiled_link_permissions(&compiled, name, name) & COMPILED_LINK, "%s", name.bytes);
        ck_assert_msg(!(compiled_link_permissions(&compiled, name, other) & COMPILED_LINK) || same, "%s",
                      name.bytes);
        ck_assert(
            !(compiled_file_permissions(&compiled, name) & (COMPILED_READ | COMPILED_WRITE | COMPILED_EXEC)));
    }
    compiled_done(&compiled);
}
END_TEST

/* The other rules that hold names: the whole of it must compile, in both modes. */
START_TEST(all_kinds_compile)
{
    static const char *const forms[] = {
        "apparmor=\"ALLOWED\" operation=\"mount\" name=% srcname=% fstype=\"tmpfs\" flags=\"rw, bind\"",
        "apparmor=\"ALLOWED\" operation=\"mount\" name=% fstype=%",
        "apparmor=\"ALLOWED\" operation=\"umount\" name=%",
        "apparmor=\"ALLOWED\" operation=\"pivotroot\" name=% srcname=%",
        "apparmor=\"ALLOWED\" operation=\"signal\" requested_mask=\"send\" denied_mask=\"send\" signal=term "
        "peer=%",
        "apparmor=\"ALLOWED\" operation=\"ptrace\" requested_mask=\"read\" denied_mask=\"read\" peer=%",
        "apparmor=\"ALLOWED\" operation=\"connect\" family=\"unix\" sock_type=\"stream\" "
        "requested_mask=\"connect send\" peer_addr=\"@x\" peer=%",
        "apparmor=\"ALLOWED\" operation=\"bind\" family=\"unix\" sock_type=\"stream\" requested_mask=\"bind "
        "create\" addr=40%",
        "apparmor=\"ALLOWED\" operation=\"connect\" family=\"unix\" sock_type=\"stream\" "
        "requested_mask=\"create connect\" peer=%",
    };
    struct armor_profile *profile = new_profile();
    struct armor_text body = ARMOR_TEXT_INIT(1000);
    for (int i = 0; i < NAMES; i++) {
        for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
            char buffer[2 * NAME_SIZE + 1];
            learn_body(profile, check_fill(&body, forms[form], hex(name_at(i), buffer)));
        }
    }
    armor_text_done(&body);
    for (int mode = 0; mode < ARMOR_MODE_COUNT; mode++) {
        struct compiled compiled;
        char *text = render(profile, (enum armor_mode)mode);
        ck_assert_msg(compiled_from_text(text, &compiled) == 0, "the parser refuses the text");
        ck_assert(!(compiled_file_permissions(&compiled, ARMOR_SLICE("/etc/shadow")) &
                    (COMPILED_READ | COMPILED_WRITE)));
        compiled_done(&compiled);
        free(text);
    }
    armor_profile_free(profile);
}
END_TEST

/* Every word of the tables that make rules is one that the parser takes. */
START_TEST(all_words_compile)
{
    static const char *const families[] = {
        "unix",   "inet", "ax25",      "ipx",      "appletalk", "netrom",  "bridge", "atmpvc",     "x25",
        "inet6",  "rose", "netbeui",   "security", "key",       "netlink", "packet", "ash",        "econet",
        "atmsvc", "rds",  "sna",       "irda",     "pppox",     "wanpipe", "llc",    "ib",         "mpls",
        "can",    "tipc", "bluetooth", "iucv",     "rxrpc",     "isdn",    "phonet", "ieee802154", "caif",
        "alg",    "nfc",  "vsock",     "kcm",      "qipcrtr",   "smc",     "xdp",    "mctp",
    };
    static const char *const types[] = {"stream", "dgram", "seqpacket", "rdm", "raw", "packet", "unknown(9)"};
    static const char *const flags[] = {
        "ro",      "rw",          "nosuid",      "nodev",       "noexec",   "sync",     "remount", "mand",
        "dirsync", "nosymfollow", "noatime",     "nodiratime",  "bind",     "rbind",    "move",    "silent",
        "acl",     "unbindable",  "runbindable", "private",     "rprivate", "slave",    "rslave",  "shared",
        "rshared", "relatime",    "iversion",    "strictatime", "nouser",   "lazytime",
    };
    struct armor_profile *profile = new_profile();
    char body[300];
    for (int i = 0; i < LENGTH(families); i++) {
        for (int type = 0; type < LENGTH(types); type++) {
            (void)snprintf(body, sizeof body,
                           "apparmor=\"ALLOWED\" operation=\"create\" family=\"%s\" sock_type=\"%s\"",
                           families[i], types[type]);
            learn_body(profile, body);
        }
    }
    for (int i = 0; i < LENGTH(flags); i++) {
        (void)snprintf(body, sizeof body,
                       "apparmor=\"ALLOWED\" operation=\"mount\" name=\"/m\" srcname=\"x\" flags=\"rw, %s\"",
                       flags[i]);
        learn_body(profile, body);
    }
    for (int i = 0; i < 40; i++) {
        (void)snprintf(
            body, sizeof body,
            "apparmor=\"ALLOWED\" operation=\"signal\" requested_mask=\"send\" signal=rtmin+%d peer=\"p\"",
            i);
        learn_body(profile, body);
    }
    ck_assert_uint_gt(profile->rule_count, 200);
    struct compiled compiled;
    char *text = render(profile, ARMOR_MODE_LEARNING);
    ck_assert_msg(compiled_from_text(text, &compiled) == 0, "the parser refuses the text");
    compiled_done(&compiled);
    free(text);
    armor_profile_free(profile);
}
END_TEST

int main(void)
{
    struct compiled compiled;
    int there = compiled_from_text("abi <abi/3.0>,\nprofile x { /x r, }\n", &compiled);
    if (there != 0) {
        (void)printf("SKIP: %s\n", there == 1 ? "no apparmor_parser here, or no /etc/apparmor.d/abi/3.0"
                                              : "apparmor_parser doesn't compile the simplest profile here");
        return there == 1 ? SKIPPED : EXIT_FAILURE;
    }
    compiled_done(&compiled);
    make_random_names();
    Suite *suite = suite_create("escape");
    TCase *tcase = check_case(suite, "escape");
    tcase_add_test(tcase, file_rules_are_exact);
    tcase_add_test(tcase, exec_rules_are_exact);
    tcase_add_test(tcase, link_rules_are_exact);
    tcase_add_test(tcase, all_kinds_compile);
    tcase_add_test(tcase, all_words_compile);
    return check_main(suite);
}
