/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles read back: what each form of a rule means, where errors are, and that what armord renders is read as what it was
 * rendered from. That the right texts are accepted is test_read_corpus's part.
 */
#include "armor/baseline.h"
#include "armor/check.h"
#include "armor/learn.h"
#include "armor/render.h"

#include "golden.h"
#include "learn_lines.h"
#include "policy/reader.h"
#include "read_text.h"

#include <errno.h>
#include <stdio.h>

static void put_word(struct armor_text *text, const char *key, const char *word)
{
    if (word) {
        armor_text_format(text, " %s=%s", key, word);
    }
}

/* CLAUSE in one line: kind, mask as bits, words, what else there is. */
static void put_clause(struct armor_text *text, const struct armor_clause *clause)
{
    armor_text_format(text, "%s", armor_rule_kind_name(clause->kind));
    if (clause->mask) {
        armor_text_format(text, " %x", clause->mask);
    }
    put_word(text, "name", clause->name);
    put_word(text, "detail", clause->detail);
    put_word(text, "peer", clause->peer);
    put_word(text, "options", clause->options);
    if (clause->value) {
        armor_text_format(text, " %lld", (long long)clause->value);
    }
    if (clause->transition) {
        armor_text_format(text, " %s%s", armor_transition_name(clause->transition),
                          clause->secure ? "!" : "");
    }
    put_word(text, "target", clause->target);
    if (clause->flags) {
        armor_text_format(text, " flags=%x", clause->flags);
    }
    if (clause->priority) {
        armor_text_format(text, " priority=%d", clause->priority);
    }
    put_word(text, "noted", clause->noted);
}

/* What stands before the profile, a rule of it, and its clauses. */
static const struct {
    const char *before, *rule, *clauses;
} rules[] = {
    {"", "/a r,", "file 1 name=/a"},
    {"", "/a rwmk,", "file 2b name=/a"},
    {"", "rw /a,", "file 3 name=/a"},
    {"", "\"/a b\" r,", "file 1 name=/a b"},
    {"", "/a\\ b r,", "file 1 name=/a\\ b"},
    {"", "/a\\052\\x2a r,", "file 1 name=/a\\*\\*"},
    {"", "/a,b r,", "file 1 name=/a,b"},
    {"", "//a///b r,", "file 1 name=//a/b"},
    {"", "/a/{b,c}/** r,", "file 1 name=/a/{b,c}/**"},
    {"", "owner /a w,", "file 2 name=/a flags=8"},
    {"", "audit deny owner /a w,", "file 2 name=/a flags=b"},
    {"", "priority=-5 allow /a r,", "file 1 name=/a priority=-5"},
    {"", "deny { /a r, owner /b w, }", "file 1 name=/a flags=2|file 2 name=/b flags=a"},
    {"", "file,", "file 2b name=/{**,}|link name=/{**,} flags=20|exec name=/{**,} ix"},
    {"", "file /a r,", "file 1 name=/a"},
    {"", "/a rix,", "file 1 name=/a|exec name=/a ix"},
    {"", "/a Px -> b,", "exec name=/a px! target=b"},
    {"", "/a x -> b,", "exec name=/a px target=b"},
    {"", "/a cix,", "exec name=/a cix"},
    {"", "safe /a pux,", "exec name=/a pux!"},
    {"", "deny /a x,", "exec name=/a flags=2"},
    {"", "/a rl -> /b,", "file 1 name=/a|link name=/a peer=/b"},
    {"", "/a l,", "link name=/a flags=20"},
    {"", "link subset /a -> /b,", "link name=/a peer=/b flags=20"},
    {"", "capability,", "capability"},
    {"", "capability chown net_raw,", "capability name=chown|capability name=net_raw"},
    {"", "network,", "network"},
    {"", "network inet stream,", "network name=inet detail=stream"},
    {"", "network tcp,", "network name=inet detail=stream|network name=inet6 detail=stream"},
    {"", "network stream,", "network detail=stream"},
    {"", "network inet port=80,", "network name=inet noted=port=80"},
    {"", "unix (send, receive) type=stream peer=(label=x, addr=@y),",
     "unix c0 detail=stream peer=x options=@y"},
    {"", "unix r,", "unix 80"},
    {"", "signal,", "signal 3"},
    {"", "signal (send) set=(term, kill) peer=/x,", "signal 1 name=term peer=/x|signal 1 name=kill peer=/x"},
    {"", "signal receive set=hup set=int,", "signal 2 name=hup|signal 2 name=int"},
    {"", "ptrace (read, readby) peer=a,", "ptrace a peer=a"},
    {"", "dbus send bus=system path=/a interface=b.c member=d peer=(label=e, name=f),",
     "dbus 1 name=/a detail=system peer=e options=b.c.d noted=peer=(name=f)"},
    {"", "dbus bind bus=session name=a.b,", "dbus 4 name=a.b detail=session"},
    {"", "mqueue (read) type=posix /q,", "mqueue 1 name=/q detail=posix"},
    {"", "mqueue 12,", "mqueue 7f name=12 detail=sysv"},
    {"", "io_uring (sqpoll) label=a,", "io_uring 2 peer=a"},
    {"", "userns,", "userns 1"},
    {"", "mount,", "mount"},
    {"", "mount fstype=(ext3, ext4) options=(bind rw) /a -> /b,",
     "mount name=/b detail={ext3,ext4} peer=/a options=rw, bind"},
    {"", "mount options in (ro, nosuid) -> /b,", "mount name=/b options=ro, nosuid flags=40"},
    {"", "remount /a,", "mount name=/a flags=80"},
    {"", "umount /a,", "umount name=/a"},
    {"", "pivot_root oldroot=/a /b,", "pivot_root name=/b peer=/a"},
    {"", "change_profile -> a,", "change_profile name=a"},
    {"", "change_profile /a -> b,", "change_profile name=b target=/a"},
    {"", "set rlimit nofile <= 1024,", "rlimit name=nofile 1024"},
    {"", "set rlimit as <= 2MB,", "rlimit name=as 2097152"},
    {"", "set rlimit cpu <= 2 min,", "rlimit name=cpu 120"},
    {"@{A} = /a /b\n", "@{A}/c r,", "file 1 name=/{a,b}/c"},
    {"@{A} = /b/ /a/\n", "/x/@{A}/c r,", "file 1 name=/x/{a,b}/c"},
    {"@{A} = a\n@{A} += @{B}\n@{B} = b c\n", "/@{A} r,", "file 1 name=/{a,b,c}"},
    {"@{A} = x\n", "/@{A}@{A} r,", "file 1 name=/xx"},
    {"", "/\\@{A,B} r,", "file 1 name=/\\@{A,B}"},
    {"", "signal peer=@{profile_name},", "signal 3 peer=p"},
    {"alias /a -> /z,\n", "/a/b r,", "file 1 name=/a/b|file 1 name=/z/b"},
    {"$A = true\n", "if $A { /a r, } else { /b r, }", "file 1 name=/a"},
    {"$A = false\n", "if $A { /@{NONE} r, } else if not $A and defined $A { /b r, }", "file 1 name=/b"},
    {"@{A} = 1 2\n", "if 1 in @{A} { /a r, }", "file 1 name=/a"},
    {"", "/a r, # comment\n# another\n/b r,", "file 1 name=/a|file 1 name=/b"},
};

START_TEST(reads_rule)
{
    struct armor_text text = ARMOR_TEXT_INIT(4096);
    struct armor_text found = ARMOR_TEXT_INIT(4096);
    armor_text_format(&text, "%sprofile p {\n  %s\n}\n", rules[_i].before, rules[_i].rule);
    struct armor_reading *reading = read_text(text.bytes);
    ck_assert_uint_eq(reading->section_count, 1);
    for (size_t i = 0; i < reading->sections[0].clause_count; i++) {
        armor_text_string(&found, i ? "|" : "");
        put_clause(&found, &reading->sections[0].clauses[i]);
    }
    ck_assert_str_eq(found.bytes, rules[_i].clauses);
    armor_reading_free(reading);
    armor_text_done(&text);
    armor_text_done(&found);
}
END_TEST

/* Texts with one thing wrong, and where. */
static const struct {
    const char *text;
    size_t line, column;
    const char *says;
} errors[] = {
    {"profile p {\n  /a r\n}\n", 3, 1, "','"},
    {"profile p {\n  /a/{b r,\n}\n", 2, 3, "pattern"},
    {"profile p {\n  /a r,\n", 1, 1, "no }"},
    {"profile p {\n  capability foo,\n}\n", 2, 14, "no capability 'foo'"},
    {"profile p {\n  @{NONE}/a r,\n}\n", 2, 3, "no variable @{NONE}"},
    {"@{A} = @{B}\n@{B} = @{A}\nprofile p {\n  /@{A} r,\n}\n", 4, 3, "its own value"},
    {"profile p {\n  \"/a r,\n}\n", 2, 3, "quote"},
    {"profile p {\n  include <x>\n}\n", 2, 11, "include x"},
    {"p {\n}\n", 1, 1, "profile"},
    {"profile p flags=(complain, enforce) {\n}\n", 1, 28, "complain"},
    {"profile p {\n  nonsense /a,\n}\n", 2, 3, "no rule"},
    {"profile p {\n  /a pxix,\n}\n", 2, 6, "one way"},
    {"profile p {\n  signal set=(foo),\n}\n", 2, 10, "'foo'"},
    {"profile p {\n}\nprofile p {\n}\n", 3, 1, "already"},
    {"profile p {\n  /a px,\n  /a ix,\n}\n", 3, 3, "line 2"},
    {"profile p {\n}\n}\n", 3, 1, "}"},
};

START_TEST(points_at_errors)
{
    struct armor_reading *reading = NULL;
    struct armor_error err = {0};
    int code = armor_read(armor_slice_of(errors[_i].text), "test", NULL, 1, &reading, &err);
    ck_assert_msg(code < 0 && code == err.code, "%s: accepted", errors[_i].text);
    ck_assert_ptr_null(reading);
    ck_assert_msg(err.line == errors[_i].line && err.column == errors[_i].column, "%s%zu:%zu: %s",
                  errors[_i].text, err.line, err.column, err.text);
    ck_assert_msg(strstr(err.text, errors[_i].says), "%s%s", errors[_i].text, err.text);
    ck_assert_str_eq(err.source, "test");
}
END_TEST

START_TEST(knows_sections)
{
    struct armor_reading *reading = read_text(
        "abi <abi/3.0>,\n"
        "profile a /usr/bin/a{,b} xattrs=(user.x=y) flags=(complain, audit) {\n"
        "  ^hat { /@{profile_name} r, }\n"
        "  profile child { /c r, }\n"
        "  /d r,\n}\n"
        ":ns:/b {}\n");
    struct armor_text name = ARMOR_TEXT_INIT(100);
    ck_assert_str_eq(reading->abi, "abi/3.0");
    ck_assert_uint_eq(reading->section_count, 4);
    ck_assert_ptr_null(armor_reading_section(reading, NULL));
    const struct armor_section *a = armor_reading_section(reading, "a");
    const struct armor_section *hat = armor_reading_section(reading, "a//hat");
    ck_assert(a && hat && hat->hat && !hat->complain && a->complain && !a->hat);
    ck_assert_str_eq(a->attachment, "/usr/bin/a{,b}");
    ck_assert_str_eq(a->flags, "complain, audit");
    ck_assert_str_eq(a->conditions, "xattrs=(user.x=y)");
    ck_assert_str_eq(hat->clauses[0].name, "/a/hat");
    ck_assert_uint_eq(a->clause_count, 1);
    ck_assert_uint_eq(a->clauses[0].line, 5);
    ck_assert_uint_eq(a->clauses[0].column, 3);
    ck_assert_str_eq(a->clauses[0].text, "/d r,");
    armor_section_name(reading, armor_reading_section(reading, "a//child"), &name);
    ck_assert_str_eq(name.bytes, "a//child");
    ck_assert_str_eq(armor_reading_section(reading, "/b")->namespace, "ns");
    armor_text_done(&name);
    armor_reading_free(reading);
}
END_TEST

/* An include that is itself, and one for each number. */
static int load(void *userdata, const char *path, bool search, size_t number, struct armor_text *text,
                struct armor_text *name, struct armor_error *err)
{
    (void)userdata;
    (void)search;
    (void)err;
    if (strcmp(path, "loop") == 0) { /* a file that includes a new one, for ever */
        static int next;
        armor_text_string(text, "include <loop>\n");
        armor_text_format(name, "loop%d", next++);
        return number == 0;
    }
    if (number >= 2) {
        return 0;
    }
    armor_text_format(text, "include <itself>\n/%s%zu r,\n", path, number);
    armor_text_format(name, "%s%zu", path, number);
    return 1;
}

START_TEST(follows_includes)
{
    static const char text[] = "profile p {\n  include <itself>\n  include <itself>\n}\n";
    const struct armor_includes includes = {.load = load};
    struct armor_reading *reading = NULL;
    struct armor_error err = {0};
    ck_assert_int_eq(armor_read(armor_slice_of(text), "test", &includes, 1, &reading, &err), 0);
    ck_assert_uint_eq(reading->includes, 2); /* each once, although they include each other */
    ck_assert_uint_eq(reading->sections[0].clause_count, 2);
    ck_assert_str_eq(reading->sections[0].clauses[0].source, "itself1");
    ck_assert_uint_eq(reading->sections[0].clauses[0].line, 2);
    armor_reading_free(reading);
    ck_assert_int_eq(armor_read(ARMOR_SLICE("include <loop>\n"), "test", &includes, 1, &reading, &err),
                     -E2BIG);
}
END_TEST

static void expect_too_big(const struct armor_text *text)
{
    struct armor_reading *reading = NULL;
    struct armor_error err = {0};
    int code = armor_read((struct armor_slice){text->bytes, text->length}, "test", NULL, 1, &reading, &err);
    ck_assert_msg(code == -E2BIG, "%zu:%zu: %s", err.line, err.column, err.text);
}

/* Variables that would take for ever, or more room than there is. */
START_TEST(caps_variables)
{
    struct armor_text text = ARMOR_TEXT_INIT(1 << 20);
    armor_text_string(&text, "@{A} = \"\" a\n");
    for (int i = 0; i < 400; i++) {
        armor_text_string(&text, i ? "@{A}" : "@{B} = /");
    }
    armor_text_string(&text, "\nprofile p { @{B} r, }\n");
    expect_too_big(&text);
    armor_text_done(&text);
    for (int i = 0; i < 100; i++) {
        armor_text_format(&text, "@{A%d} = @{A%d}\n", i, i + 1);
    }
    armor_text_string(&text, "@{A100} = /a\nprofile p { @{A0} r, }\n");
    expect_too_big(&text);
    armor_text_done(&text);
}
END_TEST

static bool same_word(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static bool same_options(const struct armor_clause *a, const struct armor_clause *b)
{
    uint32_t on[2] = {0};
    uint32_t off[2] = {0};
    if (a->kind != ARMOR_RULE_MOUNT || !a->options || !b->options) {
        return same_word(a->options, b->options);
    }
    return read_mount_options(armor_slice_of(a->options), &on[0], &off[0]) == 0 &&
           read_mount_options(armor_slice_of(b->options), &on[1], &off[1]) == 0 && on[0] == on[1] &&
           off[0] == off[1];
}

static bool same_clause(const struct armor_clause *a, const struct armor_clause *b)
{
    uint32_t append =
        a->kind == ARMOR_RULE_FILE && (a->mask & ARMOR_FILE_WRITE) ? (uint32_t)ARMOR_FILE_APPEND : 0;
    return a->kind == b->kind && (a->mask | append) == (b->mask | append) && same_word(a->name, b->name) &&
           same_word(a->detail, b->detail) && same_word(a->peer, b->peer) && same_options(a, b) &&
           a->value == b->value && a->flags == b->flags && a->transition == b->transition &&
           same_word(a->target, b->target);
}

static const char *directory;

/* What armord renders of each golden log is read as the very rules it was rendered from. */
static void check_rendered(const char *path)
{
    size_t length = 0;
    char *log = golden_read(path, &length);
    struct armor_profile *profile = learn_profile((struct armor_slice){log, length}, false, 1);
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    ck_assert_int_eq(armor_render(profile, ARMOR_MODE_ENFORCED, NULL, &text), 0);
    struct armor_reading *reading = read_text(text.bytes);
    const struct armor_section *section = armor_reading_section(reading, "armord-web");
    ck_assert_ptr_nonnull(section);
    size_t rendered = 0;
    for (size_t i = 0; i < profile->rule_count; i++) {
        const struct armor_rule *rule = profile->rules[i];
        if (armor_render_left_out(rule)) {
            continue;
        }
        struct armor_clause clause = armor_clause_of_rule(profile, rule);
        size_t at = 0;
        while (at < section->clause_count && !same_clause(&clause, &section->clauses[at])) {
            at++;
        }
        rendered++;
        ck_assert_msg(at < section->clause_count, "%s: %s %s isn't read", path,
                      armor_rule_kind_name(rule->kind), rule->name ? rule->name : "");
    }
    ck_assert_uint_eq(section->clause_count, rendered);
    armor_reading_free(reading);
    armor_profile_free(profile);
    armor_text_done(&text);
    free(log);
}

START_TEST(reads_what_is_rendered)
{
    golden_each(directory, "*.in", check_rendered);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: test_read DIRECTORY\n");
        return EXIT_FAILURE;
    }
    directory = argv[1];
    Suite *suite = suite_create("read");
    TCase *tcase = check_case(suite, "read");
    tcase_add_loop_test(tcase, reads_rule, 0, LENGTH(rules));
    tcase_add_loop_test(tcase, points_at_errors, 0, LENGTH(errors));
    tcase_add_test(tcase, knows_sections);
    tcase_add_test(tcase, follows_includes);
    tcase_add_test(tcase, caps_variables);
    tcase_add_test(tcase, reads_what_is_rendered);
    return check_main(suite);
}
