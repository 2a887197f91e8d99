/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Skimming a log is the same as reading it line by line: over logs of thousands of lines in every form that the end of a line may have,
 * in an order that repeats itself now and then, the state is the same to the last count and time. The log's bytes end where their
 * allocation does, so that a sanitizer sees who reads behind them.
 */
#include "armor/learn.h"
#include "armor/limits.h"
#include "armor/repeat.h"

#include "check_main.h"
#include "state_text.h"

#include <stdio.h>

enum { BODIES = 40, LINES = 4000 };

/* What may stand round a stamp and a body. */
static const struct {
    const char *head, *end;
} frames[] = {
    {"type=AVC msg=audit(1795303770.", "\n"},
    {"type=AVC msg=audit(1795303770.", "\035FSUID=\"root\" OUID=\"root\"\n"},
    {"type=AVC msg=audit(1795303770.", "\035FSUID=\"type=AVC msg=audit(1.001:1): x\"\n"},
    {"type=AVC msg=audit(1795303770.", "\r\n"},
    {"type=AVC msg=audit(1795303770.", " \n"},
    {"type=AVC msg=audit(1795303770.", " x=1\n"},
    {"type=AVC msg=audit(1795303770.", " type=AVC msg=audit(1.001:1): apparmor=\"ALLOWED\"\n"},
    {"type=AVC msg=audit(1795303770.", "\n\n\n"},
    {"type=AVC msg=audit(5.", "\n"},
    {"type=USER_AVC msg=audit(1795303770.", "\n"},
    {"type=SYSCALL msg=audit(1795303770.", "\n"},
    {"[   12.345678] audit: type=1400 audit(1795303770.", "\n"},
    {"audit: type=1400 audit(1795303770.", "\n"},
    {"Nov 21 12:00:00 vm kernel: audit: type=1400 audit(1795303770.", "\n"},
    {"Nov 21 12:00:00 vm app[7]: audit: type=1400 audit(1795303770.", "\n"},
};

struct learner {
    struct armor_profile *profile;
    struct armor_repeat *repeat; /* NULL: each record is parsed */
    size_t skimmed, events;
};

static uint64_t random_state;

static size_t draw(size_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(random_state >> 33) % below;
}

static void take_record(struct learner *learner, const struct armor_record *record)
{
    static struct armor_event event;
    static const struct armor_learn_options options = {0};
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_profile *known = NULL;
    size_t count = 0;
    if (learner->repeat && armor_repeat_take(learner->repeat, record, &known)) {
        learner->events++;
    } else if (armor_event_parse(record, &event, NULL) == 1) {
        learner->events++;
        ck_assert_int_ge(armor_learn(learner->profile, &event, &options, rules, &count), 0);
        if (learner->repeat) {
            armor_repeat_keep(learner->repeat, record, &event, learner->profile);
        }
    }
}

/* As whoever reads a log takes a line: none that is too long, and only the first record of one that holds several. */
static void take_line(struct learner *learner, struct armor_slice line)
{
    struct armor_record record;
    if (line.length <= ARMOR_RECORD_MAX) {
        line.length = armor_record_end(line);
        if (armor_record_from_line(line, &record, NULL) == 1) {
            take_record(learner, &record);
        }
    }
}

static struct learner learn(struct armor_slice log, bool skim)
{
    struct learner learner = {0};
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &learner.profile), 0);
    ck_assert(!skim || armor_repeat_new(&learner.repeat) == 0);
    for (size_t at = 0; at < log.length;) {
        size_t bytes = 0;
        if (skim) {
            size_t lines = armor_repeat_skim(learner.repeat,
                                             (struct armor_slice){log.bytes + at, log.length - at}, &bytes);
            ck_assert((lines > 0) == (bytes > 0) && bytes <= log.length - at);
            learner.skimmed += lines;
            learner.events += lines;
            at += bytes;
        }
        if (at < log.length) {
            const char *newline = memchr(log.bytes + at, '\n', log.length - at);
            size_t end = newline ? (size_t)(newline - log.bytes) : log.length;
            take_line(&learner, (struct armor_slice){log.bytes + at, end - at});
            at = newline ? end + 1 : end;
        }
    }
    return learner;
}

static void learner_done(struct learner *learner)
{
    armor_repeat_free(learner->repeat);
    armor_profile_free(learner->profile);
}

static void check_same(struct armor_slice log, size_t least)
{
    struct learner plain = learn(log, false);
    struct learner quick = learn(log, true);
    char *first = state_text(plain.profile);
    char *second = state_text(quick.profile);
    ck_assert_msg(strcmp(first, second) == 0, "%s\ninstead of %s", second, first);
    ck_assert_uint_eq(plain.events, quick.events);
    ck_assert_uint_ge(quick.skimmed, least);
    free(first);
    free(second);
    learner_done(&plain);
    learner_done(&quick);
}

/* A body of its NUMBER: names and tails that are near to each other, of length from short to too long to be kept. */
static void make_body(size_t number, char *body, size_t size)
{
    static const char *const tails[] = {"r", "w", "rw", "wc"};
    (void)snprintf(body, size,
                   "apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" name=\"/%.*s/%zu%s\" "
                   "pid=%zu comm=\"c%zu\" "
                   "requested_mask=\"%s\" denied_mask=\"%s\" fsuid=0 ouid=0",
                   (int)(number * 7),
                   "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
                   "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
                   number / 3, number % 5 ? "" : " pid=7 (x", draw(100000), number % 2, tails[number % 4],
                   tails[number % 4]);
}

/* The log: a walk from body to body that often goes where it went before. Returns its length. */
static size_t make_log(char *log, size_t size)
{
    size_t length = 0;
    size_t number = 0;
    for (size_t i = 0; i < LINES; i++) {
        char body[1024];
        number = draw(4) ? (number * 5 + 3) % BODIES : draw(BODIES);
        make_body(number, body, sizeof body);
        size_t frame = draw(3) ? 0 : draw(LENGTH(frames));
        int written = snprintf(log + length, size - length, "%s%03u:%u): %s%s", frames[frame].head,
                               (unsigned)draw(1000), (unsigned)draw(1000000), body, frames[frame].end);
        length += (size_t)written;
        ck_assert_uint_lt(length, size);
    }
    return length;
}

START_TEST(skimmed_is_the_same)
{
    enum { ROOM = LINES * 1200 };
    random_state = (uint64_t)_i + 1;
    char *room = malloc(ROOM);
    ck_assert_ptr_nonnull(room);
    size_t length = make_log(room, ROOM);
    /* all of it, and cut within the last lines at each byte: bytes that are there are the only ones */
    for (size_t cut = 0; cut < (_i ? 1 : 300); cut++) {
        size_t most = _i ? length : length / 16;
        char *exact = malloc(most - cut);
        ck_assert_ptr_nonnull(exact);
        memcpy(exact, room, most - cut);
        check_same((struct armor_slice){exact, most - cut}, _i ? LINES / 3 : 1);
        free(exact);
    }
    free(room);
}
END_TEST

/* A head may be long: with it the line is over the cap, and read by nobody. */
START_TEST(a_line_over_the_cap_isnt_skimmed)
{
    static const char body[] =
        "audit: type=1400 audit(1795303770.001:1): apparmor=\"ALLOWED\" operation=\"open\" "
        "profile=\"armord-web\" name=\"/a\" pid=1 comm=\"x\" requested_mask=\"r\"\n";
    enum { COPIES = 3 };
    char *log = malloc(COPIES * (ARMOR_RECORD_MAX + sizeof body));
    ck_assert_ptr_nonnull(log);
    for (size_t length = ARMOR_RECORD_MAX - 3; length < ARMOR_RECORD_MAX + 4; length++) {
        size_t at = 0;
        for (int copy = 0; copy < COPIES; copy++) {
            size_t blanks = copy ? length - (sizeof body - 2) : 20; /* the first one is short, and kept */
            memset(log + at, ' ', blanks);
            log[at] = '[';
            log[at + blanks - 2] = ']';
            memcpy(log + at + blanks, body, sizeof body - 1);
            at += blanks + sizeof body - 1;
        }
        check_same((struct armor_slice){log, at}, length <= ARMOR_RECORD_MAX ? 2 : 0);
    }
    free(log);
}
END_TEST

/* A record of the journal may hold a newline; two lines of a log are never taken for it. */
START_TEST(a_body_over_two_lines_isnt_kept)
{
    static const char text[] =
        "audit: type=1400 audit(1795303770.001:1): apparmor=\"ALLOWED\" operation=\"open\" "
        "profile=\"armord-web\" name=\"/a\" pid=1 comm=\"x\" requested_mask=\"r\"\nx=\"1\"\n";
    struct learner learner = learn((struct armor_slice){text, 0}, true);
    struct armor_record record;
    size_t bytes = 1;
    ck_assert_int_eq(armor_record_from_line(ARMOR_SLICE(text), &record, NULL), 1);
    ck_assert_ptr_nonnull(memchr(record.body.bytes, '\n', record.body.length));
    take_record(&learner, &record);
    ck_assert_uint_eq(armor_repeat_skim(learner.repeat, ARMOR_SLICE(text), &bytes), 0);
    ck_assert_uint_eq(bytes, 0);
    learner_done(&learner);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("skim");
    TCase *tcase = check_case(suite, "skim");
    tcase_add_loop_test(tcase, skimmed_is_the_same, 0, 8);
    tcase_add_test(tcase, a_line_over_the_cap_isnt_skimmed);
    tcase_add_test(tcase, a_body_over_two_lines_isnt_kept);
    return check_main(suite);
}
