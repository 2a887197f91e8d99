/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_known DIRECTORY: what armor_repeat_take counts is what a second parse would have counted: the same logs, in several
 * orders, with and without it, give the same state to the last count and time. And no body is taken for another.
 */
#include "armor/learn.h"
#include "armor/repeat.h"

#include "check_main.h"
#include "state_text.h"

#include <glob.h>
#include <stdio.h>

static const char *directory;

enum { LINES_MAX = 4000, LINE_MAX = 700 };

struct log {
    char lines[LINES_MAX][LINE_MAX];
    size_t count;
};

/* One state, and how many records it took as known. */
struct learner {
    struct armor_profile *profile;
    struct armor_repeat *repeat; /* NULL: each record is parsed */
    size_t known;
};

static struct learner learner_new(bool repeat)
{
    struct learner learner = {0};
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &learner.profile), 0);
    ck_assert(!repeat || armor_repeat_new(&learner.repeat) == 0);
    return learner;
}

static void learner_done(struct learner *learner)
{
    armor_repeat_free(learner->repeat);
    armor_profile_free(learner->profile);
}

static void take(struct learner *learner, const char *line)
{
    static struct armor_event event;
    static const struct armor_learn_options options = {0};
    struct armor_record record;
    struct armor_profile *profile = NULL;
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    size_t count = 0;
    if (armor_record_from_line(armor_slice_of(line), &record, NULL) != 1) {
        return;
    }
    if (learner->repeat && armor_repeat_take(learner->repeat, &record, &profile)) {
        ck_assert_ptr_eq(profile, learner->profile);
        learner->known++;
        return;
    }
    if (armor_event_parse(&record, &event, NULL) == 1) {
        ck_assert_int_ge(armor_learn(learner->profile, &event, &options, rules, &count), 0);
        if (learner->repeat) {
            armor_repeat_keep(learner->repeat, &record, &event, learner->profile);
        }
    }
}

static void check_same(const struct learner *a, const struct learner *b, const char *what)
{
    char *first = state_text(a->profile);
    char *second = state_text(b->profile);
    ck_assert_msg(strcmp(first, second) == 0, "%s: %s\ninstead of %s", what, second, first);
    ck_assert_int_eq(a->profile->last_novel_usec, b->profile->last_novel_usec);
    free(first);
    free(second);
}

static void read_lines(const char *path, struct log *log)
{
    FILE *file = fopen(path, "re");
    ck_assert_msg(file != NULL, "%s can't be opened", path);
    while (log->count < LINES_MAX && fgets(log->lines[log->count], LINE_MAX, file)) {
        log->count++;
    }
    (void)fclose(file);
}

/* The fixtures of learning, and of names; 16 orders, each line five times over with other pids and times. */
START_TEST(known_or_parsed_is_the_same)
{
    static struct log log;
    glob_t found;
    char pattern[4096];
    (void)snprintf(pattern, sizeof pattern, "%s/*.in", directory);
    ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
    log.count = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        read_lines(found.gl_pathv[i], &log);
    }
    globfree(&found);
    ck_assert_uint_gt(log.count, 50);

    struct learner plain = learner_new(false);
    struct learner quick = learner_new(true);
    uint64_t state = (uint64_t)_i + 1;
    for (size_t i = 0; i < log.count * 5; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const char *line = log.lines[(state >> 33) % log.count];
        const char *pid = strstr(line, " pid=");
        const char *behind = pid ? pid + 5 + strspn(pid + 5, "0123456789") : NULL;
        char varied[LINE_MAX + 16];
        (void)snprintf(varied, sizeof varied, "%s", line);
        if (pid) {
            (void)snprintf(varied, sizeof varied, "%.*s%u%s", (int)(pid + 5 - line), line,
                           (unsigned)(state >> 50), behind);
        }
        take(&plain, varied);
        take(&quick, varied);
    }
    check_same(&plain, &quick, "shuffled");
    ck_assert_uint_gt(quick.known, log.count / 2);
    ck_assert_uint_eq(plain.known, 0);
    learner_done(&plain);
    learner_done(&quick);
}
END_TEST

#define HEAD(serial)                                                                                         \
    "type=AVC msg=audit(" #serial ".001:" #serial "): apparmor=\"ALLOWED\" operation=\"open\" "
#define TAIL " comm=\"x\" requested_mask=\"r\" denied_mask=\"r\""

/* Two lines; whether the second is one that repeats the first. */
static const struct {
    const char *first, *second;
    bool repeats;
} pairs[] = {
    {HEAD(1) "profile=\"armord-web\" name=\"/a\" pid=1" TAIL,
     HEAD(2) "profile=\"armord-web\" name=\"/a\" pid=77" TAIL, true},
    {HEAD(1) "profile=\"armord-web\" name=\"/a\" pid=1" TAIL,
     HEAD(2) "profile=\"armord-web\" name=\"/b\" pid=1" TAIL, false},
    {HEAD(1) "profile=\"armord-web\" name=\"/a\" pid=1" TAIL,
     HEAD(2) "profile=\"armord-web\" name=\"/a\" pid=1" TAIL " ouid=0", false},
    {HEAD(1) "profile=\"armord-web\" name=\"/a\" pid=1" TAIL,
     HEAD(2) "profile=\"armord-web\" name=\"/a\" pid=1x" TAIL, false},
    {HEAD(1) "profile=\"armord-web\" name=\"/a\" pid=1" TAIL,
     HEAD(2) "profile=\"armord-web\" name=\"/a\" pid=" TAIL, false},
    {HEAD(1) "profile=\"armord-web\" name=\"/a\" pid=1" TAIL,
     HEAD(2) "profile=\"armord-web\" name=\"/a\" pid=12345678901" TAIL, false},
    {HEAD(1) "profile=\"armord-web\" name=\"/a\"" TAIL, HEAD(2) "profile=\"armord-web\" name=\"/a\"" TAIL,
     false},
    /* digits in a name aren't a pid */
    {HEAD(1) "profile=\"armord-web\" name=\"/a pid=1 \" pid=1" TAIL,
     HEAD(2) "profile=\"armord-web\" name=\"/a pid=2 \" pid=1" TAIL, false},
    {HEAD(1) "profile=\"armord-web\" name=\"/a\" execpath=\"/x pid=1 \"" TAIL,
     HEAD(2) "profile=\"armord-web\" name=\"/a\" execpath=\"/x pid=2 \"" TAIL, false},
    /* nor is what user space sent the kernel's */
    {HEAD(1) "profile=\"armord-web\" name=\"/a\" pid=1" TAIL,
     "type=USER_AVC msg=audit(2.001:2): msg='apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" "
     "name=\"/a\" pid=1" TAIL "'",
     false},
    {HEAD(1) "profile=\"armord-web\" name=\"/a\" pid=1" TAIL,
     "Nov 21 12:00:00 vm app[7]: type=1400 audit(2.001:2): apparmor=\"ALLOWED\" operation=\"open\" "
     "profile=\"armord-web\" "
     "name=\"/a\" pid=1" TAIL,
     false},
    /* nothing that was skipped is kept: each is to be counted with its reason */
    {HEAD(1) "profile=\"armord-web\" name=\"a\" pid=1" TAIL,
     HEAD(2) "profile=\"armord-web\" name=\"a\" pid=1" TAIL, false},
};

START_TEST(only_the_same_repeats)
{
    struct learner plain = learner_new(false);
    struct learner quick = learner_new(true);
    const char *lines[] = {pairs[_i].first, pairs[_i].second, pairs[_i].first};
    for (size_t i = 0; i < 3; i++) {
        take(&plain, lines[i]);
        take(&quick, lines[i]);
        ck_assert_msg(i != 1 || (quick.known == 1) == pairs[_i].repeats, "%s", lines[i]);
    }
    check_same(&plain, &quick, lines[1]);
    learner_done(&plain);
    learner_done(&quick);
}
END_TEST

START_TEST(a_forgotten_profile_is_parsed_again)
{
    struct learner learner = learner_new(true);
    take(&learner, pairs[0].first);
    armor_repeat_forget(learner.repeat, learner.profile);
    armor_profile_free(learner.profile);
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &learner.profile), 0);
    take(&learner, pairs[0].second);
    ck_assert_uint_eq(learner.known, 0);
    ck_assert_uint_eq(learner.profile->rule_count, 1);
    take(&learner, pairs[0].first);
    ck_assert_uint_eq(learner.known, 1);
    learner_done(&learner);
}
END_TEST

/* Once somebody allows what waited, the same record counts for what is allowed now. */
START_TEST(what_comes_to_another_state_is_parsed_again)
{
    static const char line[] =
        HEAD(1) "profile=\"armord-web\" name=\"/run/docker.sock\" pid=1 comm=\"x\" requested_mask=\"w\" denied_mask=\"w\"";
    struct learner both[] = {learner_new(false), learner_new(true)};
    for (size_t i = 0; i < 2; i++) {
        const struct armor_access allowed = {.kind = ARMOR_RULE_FILE,
                                             .state = ARMOR_STATE_ACTIVE,
                                             .mask = ARMOR_FILE_WRITE,
                                             .name = ARMOR_SLICE("/run/docker.sock")};
        struct armor_rule *rule = NULL;
        take(&both[i], line);
        take(&both[i], line);
        ck_assert_uint_eq(both[i].profile->rule_count, 1);
        ck_assert_int_eq(both[i].profile->rules[0]->state, ARMOR_STATE_QUARANTINED);
        ck_assert_int_eq(armor_profile_merge(both[i].profile, &allowed, &rule), 1);
        take(&both[i], line);
        take(&both[i], line);
        ck_assert_uint_eq(rule->count, 2);
    }
    ck_assert_uint_eq(both[1].known, 2);
    check_same(&both[0], &both[1], line);
    learner_done(&both[0]);
    learner_done(&both[1]);
}
END_TEST

/* More bodies than there is room for: the later ones take the place of the earlier, and every count is right. */
START_TEST(a_full_memory_stays_exact)
{
    struct learner plain = learner_new(false);
    struct learner quick = learner_new(true);
    for (unsigned i = 0; i < 60000; i++) {
        char line[LINE_MAX];
        (void)snprintf(
            line, sizeof line,
            HEAD(1) "profile=\"armord-web\" name=\"/d/%u\" pid=%u comm=\"c%u\" requested_mask=\"%s\"",
            i * 7919U % 1000U, i, i * 31U % 40U, i % 3 ? "r" : "wk");
        take(&plain, line);
        take(&quick, line);
    }
    check_same(&plain, &quick, "full");
    learner_done(&plain);
    learner_done(&quick);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: test_known DIRECTORY\n");
        return EXIT_FAILURE;
    }
    directory = argv[1];
    Suite *suite = suite_create("known");
    TCase *tcase = check_case(suite, "known");
    tcase_add_loop_test(tcase, known_or_parsed_is_the_same, 0, 16);
    tcase_add_loop_test(tcase, only_the_same_repeats, 0, LENGTH(pairs));
    tcase_add_test(tcase, a_forgotten_profile_is_parsed_again);
    tcase_add_test(tcase, what_comes_to_another_state_is_parsed_again);
    tcase_add_test(tcase, a_full_memory_stays_exact);
    return check_main(suite);
}
