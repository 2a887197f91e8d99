/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_stated DIRECTORY: profiles taken over. What is learned from each CASE.in and rendered comes back from its text, and by JSON, as the same
 * text; of any profile what can't be said is told with its place, and nothing else is left out.
 */
#include "armor/stated.h"

#include "armor/baseline.h"
#include "armor/floor.h"
#include "armor/generalise.h"
#include "armor/render.h"
#include "golden.h"
#include "learn_lines.h"
#include "read_text.h"
#include "rule_more.h"

#include <errno.h>

static const char *directory;

/* PROFILE as it would be enforced. */
static char *enforced(const struct armor_profile *profile)
{
    static const struct armor_generalise_options options = {0};
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    struct armor_profile *policy = NULL;
    char *string = NULL;
    ck_assert_int_eq(armor_generalise(profile, &options, &policy), 0);
    ck_assert_int_eq(armor_floor_lay(profile, policy), 0);
    ck_assert_int_eq(armor_render(policy, ARMOR_MODE_ENFORCED, NULL, &text), 0);
    ck_assert_int_eq(armor_text_take(&text, &string), 0);
    armor_profile_free(policy);
    return string;
}

/* Append "LINE why" of what can't be taken, "LINE+ why" of what is taken otherwise. */
static void note_left(const struct armor_clause *clause, bool taken, const char *why, void *userdata)
{
    armor_text_format(userdata, "%zu%s %s\n", clause->line, taken ? "+" : "", why);
}

/* A new container with the baseline, and TEXT taken over by it; *LEFT has what couldn't. */
static struct armor_profile *take_over(const char *text, struct armor_text *left,
                                       struct armor_taken *ret_taken)
{
    struct armor_profile *parts[3] = {NULL, NULL, NULL}; /* stated, stated as it arrives, the container */
    struct armor_reading *reading = read_text(text);
    struct armor_error err = {0};
    for (size_t i = 0; i < 3; i += 2) {
        ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 5, &parts[i]), 0);
    }
    ck_assert_int_eq(armor_stated_take(parts[0], armor_reading_section(reading, NULL), note_left, left), 0);
    json_t *json = armor_stated_to_json(parts[0]);
    ck_assert_ptr_nonnull(json);
    int code = armor_stated_from_json(json, ARMOR_SLICE("web"), 6, &parts[1], &err);
    ck_assert_msg(code == 0, "%s", err.text);
    ck_assert_int_eq(armor_baseline_add(parts[2]), 0);
    ck_assert_int_eq(armor_stated_apply(parts[2], parts[1], ARMOR_SLICE("root"), 77, ret_taken), 0);
    json_decref(json);
    armor_reading_free(reading);
    armor_profile_free(parts[0]);
    armor_profile_free(parts[1]);
    return parts[2];
}

static void add(struct armor_profile *profile, struct armor_access access, enum armor_origin origin,
                int64_t decided_usec)
{
    struct armor_rule *rule = NULL;
    ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 1);
    rule->origin = origin;
    more_of(profile, rule)->decided_usec = decided_usec;
}

static void check_round_trip(const char *path)
{
    size_t length = 0;
    char *log = golden_read(path, &length);
    struct armor_profile *profile = learn_profile((struct armor_slice){log, length}, false, 1);
    const uint32_t all = ARMOR_FILE_READ | ARMOR_FILE_WRITE | ARMOR_FILE_LINK | ARMOR_FILE_EXEC;
    add(profile,
        (struct armor_access){.kind = ARMOR_RULE_FILE,
                              .state = ARMOR_STATE_DENIED,
                              .mask = all,
                              .name = ARMOR_SLICE("/audited/**")},
        ARMOR_ORIGIN_SEEDED, 0);
    add(profile,
        (struct armor_access){.kind = ARMOR_RULE_FILE,
                              .state = ARMOR_STATE_DENIED,
                              .mask = ARMOR_FILE_WRITE,
                              .name = ARMOR_SLICE("/denied/{a,b}/\377 x")},
        ARMOR_ORIGIN_OBSERVED, 1);
    char *before = enforced(profile);
    struct armor_text left = ARMOR_TEXT_INIT(4096);
    struct armor_taken taken = {0};
    struct armor_profile *again = take_over(before, &left, &taken);
    char *after = enforced(again);
    ck_assert_str_eq(after, before);
    ck_assert_uint_eq(left.length, 0);
    ck_assert_uint_gt(taken.rules, 2);
    free(after);
    free(before);
    free(log);
    armor_profile_free(again);
    armor_profile_free(profile);
}

START_TEST(text_comes_back)
{
    golden_each(directory, "*.in", check_round_trip);
}
END_TEST

#define OTHERWISE(line)                                                                                      \
    line "+ the program goes on under the container's own profile, and does there what that allows\n"

/* Rules of a profile, the rules that the container then has beside the baseline, and what was left. */
static const struct {
    const char *text, *rules, *left;
    uint32_t guarded;
} cases[] = {
    {"/a r,\n/b rw,", "/a r,|/b rw,|", "", 0},
    {"audit /a r,", "/a r,|", "2+ what it allows isn't logged\n", 0},
    {"audit /bin/sh rix,", "/bin/sh rm,|/bin/sh px -> armord-web,|", "2+ what it allows isn't logged\n", 0},
    {"/bin/sh rix,", "/bin/sh rm,|/bin/sh px -> armord-web,|", "", 0},
    {"/bin/sh px -> p,", "/bin/sh px -> armord-web,|", "", 0},
    {"signal (send) peer=p,\nptrace (read) peer=other,",
     "signal (send) peer=armord-web,|ptrace (read) peer=other,|", "", 1},
    {"capability chown sys_admin,", "capability chown,|capability sys_admin,|", "", 1},
    {"/etc/shadow r,\n/etc/** r,", "/etc/** r,|/etc/shadow r,|", "", 1},
    {"deny /a rwx,\ndeny capability bpf,", "deny capability bpf,|deny /a rwx,|", "", 0},
    {"audit deny /proc/kcore rwklx,\naudit deny /x w,", "deny /proc/kcore rwklx,|deny /x w,|",
     "2+ what it refuses isn't logged, as of any denial of an operator's\n"
     "3+ what it refuses isn't logged, as of any denial of an operator's\n",
     0},
    {"audit /** px -> p,\n/b r,", "/b r,|", "", 0},
    {"owner /a r,\nowner /a w,\n/a k,\ndeny owner /b rwx,\nowner /c rix,",
     "/a k,|owner /a rw,|deny owner /b rwx,|owner /c rm,|owner /c px -> armord-web,|", "", 0},
    {"other /a r,\n/b r,", "/b r,|", "2 it is of other users' files alone\n", 0},
    {"/a Px,\n/b rcx -> c,\n/c ux,\n/d pix,\n/e px -> p,\n/f Px -> p,\n/g ix -> h,",
     "/b r,|/a px -> armord-web,|/b px -> armord-web,|/c px -> armord-web,|/d px -> armord-web,|"
     "/e px -> armord-web,|/f px -> armord-web,|/g px -> armord-web,|",
     OTHERWISE("2") OTHERWISE("3") OTHERWISE("4") OTHERWISE(
         "5") "7+ the program keeps its environment, for it goes on under the same profile\n" OTHERWISE("8"),
     0},
    {"unix peer=(label=p),\n/b r,", "unix (accept, connect, send, receive) peer=(label=armord-web),|/b r,|",
     "", 0},
    {"/a rl,\nowner /b l,\ndeny /c rl,",
     "/a r,|deny /c rl,|link subset /a -> /**,|owner link subset /b -> /**,|", "", 0},
    {"link /a -> /b,\nlink subset /a -> /b,\ndeny link /c -> /d,",
     "link /a -> /b,|link subset /a -> /b,|deny link /c -> /d,|", "", 0},
    {"network,\nnetwork inet stream,", "network,|network inet stream,|", "", 1},
    {"deny network raw,\nnetwork raw,", "deny network raw,|", "", 0},
    {"capability,\numount,\npivot_root,\nmount,", "capability,|mount,|umount,|pivot_root,|", "", 4},
    {"userns,\n/a r,\ndeny io_uring,", "/a r,|",
     "2 abi 3.0, by which profiles are compiled, doesn't mediate it: nothing is refused\n"
     "4 abi 3.0, by which profiles are compiled, doesn't mediate it: nothing is refused\n",
     0},
    {"\"{/a,/b}\" r,\n/b r,", "/b r,|", "2 its path begins with alternatives, and not with a slash\n", 0},
    {"priority=2 /a r,\n/b r,", "/b r,|", "2 it has a priority\n", 0},
    {"network inet stream ip=::1,\n/b r,", "/b r,|", "2 it has conditions that rules here have no word for\n",
     0},
    {"mount options in (ro, nosuid) /a -> /b,\n/c r,", "/c r,|", "2 mounts here have all of their options\n",
     0},
    {"set rlimit nofile <= 1024,", "set rlimit nofile <= 1024,|", "", 0},
    {"change_profile /a -> b,\n/c r,", "/c r,|",
     "2 a container stays in its profile: armor-loader takes no rule of this kind\n", 0},
    {"file,", "\"/{**,}\" rwkm,|link subset \"/{**,}\" -> /**,|\"/{**,}\" px -> armord-web,|", "", 0},
};

START_TEST(is_taken)
{
    struct armor_text text = ARMOR_TEXT_INIT(4096);
    struct armor_text left = ARMOR_TEXT_INIT(4096);
    struct armor_text found = ARMOR_TEXT_INIT(4096);
    struct armor_taken taken = {0};
    const struct armor_rule **sorted = NULL;
    armor_text_format(&text, "profile p {\n%s\n}\n", cases[_i].text);
    struct armor_profile *profile = take_over(text.bytes, &left, &taken);
    ck_assert_int_eq(armor_profile_sorted(profile, &sorted), 0);
    for (size_t i = 0; i < profile->rule_count; i++) {
        const struct armor_rule_more *more = armor_rule_more(sorted[i]);
        bool decided = more->decided_by && strcmp(more->decided_by, "root") == 0;
        ck_assert(!decided || (more->decided_usec == 77 && more->source));
        if (sorted[i]->origin != ARMOR_ORIGIN_BASELINE) {
            ck_assert(decided != (sorted[i]->origin == ARMOR_ORIGIN_SEEDED));
            armor_render_rule(profile, sorted[i], &found);
            armor_text_char(&found, '|');
        }
    }
    ck_assert_str_eq(found.bytes, cases[_i].rules);
    ck_assert_str_eq(left.length ? left.bytes : "", cases[_i].left);
    ck_assert_uint_eq(taken.guarded, cases[_i].guarded);
    ck_assert_int_eq(taken.guard != NULL, cases[_i].guarded > 0);
    free((void *)sorted);
    armor_text_done(&text);
    armor_text_done(&left);
    armor_text_done(&found);
    armor_profile_free(profile);
}
END_TEST

/* What nobody who means well sends. */
static const struct {
    const char *json, *says;
} refused[] = {
    {"{}", "an array"},
    {"[]", "an array"},
    {"[1]", "rule 1 isn't"},
    {"[{\"rule\": \"/a r,\"}]", "rule 1 isn't"},
    {"[{\"rule\": \"/a r,\", \"source\": \"x:1\", \"more\": 1}]", "rule 1 isn't"},
    {"[{\"rule\": \"/a r,\", \"source\": \"\"}]", "rule 1 isn't"},
    {"[{\"rule\": \"/a r,\", \"source\": \"a\\nb\"}]", "rule 1 isn't"},
    {"[{\"rule\": \"/a r,\", \"source\": \"x:1\"}, {\"rule\": \"/a\", \"source\": \"x:2\"}]",
     "rule 2 can't be read: 1:"},
    {"[{\"rule\": \"/a r, } profile x { /b r,\", \"source\": \"x:1\"}]", "rules of one profile"},
    {"[{\"rule\": \"include <abstractions/base>\", \"source\": \"x:1\"}]", "rule 1 can't be read"},
    {"[{\"rule\": \"/a ux,\", \"source\": \"x:1\"}]", "rule 1 can't be one here: the program"},
};

START_TEST(is_refused)
{
    struct armor_profile *stated = NULL;
    struct armor_error err = {0};
    json_t *json = json_loads(refused[_i].json, 0, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert_int_eq(armor_stated_from_json(json, ARMOR_SLICE("web"), 1, &stated, &err), -EINVAL);
    ck_assert_msg(strstr(err.text, refused[_i].says), "%s", err.text);
    ck_assert_ptr_null(stated);
    json_decref(json);
}
END_TEST

START_TEST(too_many_are_refused)
{
    struct armor_profile *stated = NULL;
    struct armor_error err = {0};
    json_t *json = json_array();
    for (int i = 0; i <= ARMOR_STATED_MAX; i++) {
        json_array_append_new(json, json_integer(i));
    }
    ck_assert_int_eq(armor_stated_from_json(json, ARMOR_SLICE("web"), 1, &stated, &err), -E2BIG);
    json_decref(json);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: test_stated DIRECTORY\n");
        return EXIT_FAILURE;
    }
    directory = argv[1];
    Suite *suite = suite_create("stated");
    TCase *tcase = check_case(suite, "stated");
    tcase_add_test(tcase, text_comes_back);
    tcase_add_loop_test(tcase, is_taken, 0, (int)LENGTH(cases));
    tcase_add_loop_test(tcase, is_refused, 0, (int)LENGTH(refused));
    tcase_add_test(tcase, too_many_are_refused);
    return check_main(suite);
}
