/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator decided by a pattern is decided of what it covers, and of nothing else. */
#include "armor/guard.h"

#include "check_main.h"

#include "armor/mask.h"

#define R ARMOR_FILE_READ
#define W ARMOR_FILE_WRITE

#define MORE(...)     (&(struct armor_rule_more){__VA_ARGS__})
#define DECIDED(time) MORE(.decided_usec = (time))

/* Rules as they came, ended by one without a name; those with a time were decided. What becomes of them: "state name mask count", in order. */
static const struct {
    const char *what;
    struct armor_rule rules[5];
    const char *reviewed; /* NULL: nothing changes */
} cases[] = {
    {"a denial takes what it covers",
     {{.name = "/a/*", .mask = R, .state = ARMOR_STATE_DENIED, .more = DECIDED(1)},
      {.name = "/a/x", .mask = R, .count = 2},
      {.name = "/a/y/z", .mask = R, .count = 1}},
     "denied /a/* r 2\nactive /a/y/z r 1\n"},
    {"bit by bit",
     {{.name = "/a/*", .mask = W, .state = ARMOR_STATE_DENIED, .more = DECIDED(1)},
      {.name = "/a/x", .mask = R | W | ARMOR_FILE_CREATE, .count = 2}},
     "denied /a/* w 2\nactive /a/x r 2\n"},
    {"what waits, or is expected, too",
     {{.name = "/a/**", .mask = R, .state = ARMOR_STATE_DENIED, .more = DECIDED(1)},
      {.name = "/a/x", .mask = R, .count = 1, .state = ARMOR_STATE_QUARANTINED},
      {.name = "/a/y", .mask = R, .state = ARMOR_STATE_EXPECTED}},
     "denied /a/** r 1\n"},
    {"an accepted one takes what waits",
     {{.name = "/a/*", .mask = R, .more = DECIDED(1)},
      {.name = "/a/x", .mask = R | W, .count = 2, .state = ARMOR_STATE_QUARANTINED},
      {.name = "/a/y", .mask = R, .count = 1}},
     "active /a/* r 2\nquarantined /a/x w 2\nactive /a/y r 1\n"},
    {"a denial wins",
     {{.name = "/a/*", .mask = R, .more = DECIDED(1)},
      {.name = "/a/x*", .mask = R, .more = DECIDED(1), .state = ARMOR_STATE_DENIED},
      {.name = "/a/xy", .mask = R, .count = 2, .state = ARMOR_STATE_QUARANTINED}},
     "active /a/* r 0\ndenied /a/x* r 2\n"},
    {"what was decided itself stays",
     {{.name = "/a/*", .mask = R, .state = ARMOR_STATE_DENIED, .more = DECIDED(1)},
      {.name = "/a/x", .mask = R, .more = DECIDED(2)}},
     NULL},
    {"a seed's denial is nobody's word",
     {{.name = "/a/*", .mask = R, .state = ARMOR_STATE_DENIED}, {.name = "/a/x", .mask = R}},
     NULL},
    {"only what is covered whole",
     {{.name = "/a/x*", .mask = R, .state = ARMOR_STATE_DENIED, .more = DECIDED(1)},
      {.name = "/a/*", .mask = R, .count = 1}},
     NULL},
    {"of an owner, what was seen of the own user's files alone",
     {{.name = "/a/*", .mask = R, .more = MORE(.options = ARMOR_OPTION_OWNER, .decided_usec = 1)},
      {.name = "/a/x", .mask = R, .count = 2, .owners = ARMOR_OWNER_SELF, .state = ARMOR_STATE_QUARANTINED},
      {.name = "/a/y",
       .mask = R,
       .count = 1,
       .owners = ARMOR_OWNER_SELF | ARMOR_OWNER_OTHER,
       .state = ARMOR_STATE_QUARANTINED},
      {.name = "/a/z", .mask = R, .count = 1, .state = ARMOR_STATE_QUARANTINED}},
     "active /a/* r 2\nquarantined /a/y r 1\nquarantined /a/z r 1\n"},
    {"of any type, what waits of one",
     {{.kind = ARMOR_RULE_NETWORK, .name = "packet", .more = DECIDED(1)},
      {.kind = ARMOR_RULE_NETWORK,
       .name = "packet",
       .more = MORE(.detail = "raw"),
       .count = 3,
       .state = ARMOR_STATE_QUARANTINED}},
     "active packet  3\n"},
    {"programs",
     {{.kind = ARMOR_RULE_EXEC, .name = "/bin/*", .state = ARMOR_STATE_DENIED, .more = DECIDED(1)},
      {.kind = ARMOR_RULE_EXEC, .name = "/bin/sh", .count = 3},
      {.name = "/bin/sh", .mask = R, .count = 1}},
     "active /bin/sh r 1\ndenied /bin/*  3\n"},
};

START_TEST(decided)
{
    struct armor_profile *profile = NULL;
    struct armor_profile *reviewed = NULL;
    const struct armor_rule **sorted = NULL;
    struct armor_text text = ARMOR_TEXT_INIT(4096);
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 3, &profile), 0);
    for (const struct armor_rule *given = cases[_i].rules; given->name; given++) {
        struct armor_rule told = *given;
        told.kind = told.kind ? told.kind : ARMOR_RULE_FILE;
        ck_assert_int_eq(armor_profile_add(profile, &told), 0);
    }
    int code = armor_guard_review(profile, &reviewed);
    ck_assert_int_eq(code, cases[_i].reviewed != NULL);
    if (reviewed) {
        ck_assert_int_eq(armor_profile_sorted(reviewed, &sorted), 0);
    }
    for (size_t i = 0; reviewed && i < reviewed->rule_count; i++) {
        armor_text_format(&text, "%s %s ", armor_state_name(sorted[i]->state), sorted[i]->name);
        armor_mask_render(sorted[i]->kind, sorted[i]->mask, &text);
        armor_text_format(&text, " %d\n", (int)sorted[i]->count);
    }
    if (reviewed) {
        ck_assert_str_eq(text.bytes, cases[_i].reviewed);
    }
    armor_text_done(&text);
    free((void *)sorted);
    armor_profile_free(reviewed);
    armor_profile_free(profile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("overrule");
    tcase_add_loop_test(check_case(suite, "overrule"), decided, 0, (int)LENGTH(cases));
    return check_main(suite);
}
