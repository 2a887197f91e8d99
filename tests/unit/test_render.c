/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/baseline.h"
#include "armor/learn.h"
#include "armor/render.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

static struct armor_profile *new_profile(void)
{
    struct armor_profile *profile = NULL;
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &profile), 0);
    return profile;
}

static char *render(const struct armor_profile *profile, enum armor_mode mode, const char *note)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    char *string = NULL;
    ck_assert_int_eq(armor_render(profile, mode, note, &text), 0);
    ck_assert_int_eq(armor_text_take(&text, &string), 0);
    return string;
}

START_TEST(empty)
{
    struct armor_profile *profile = new_profile();
    char *text = render(profile, ARMOR_MODE_ENFORCED, "revision 3");
    ck_assert_str_eq(text,
                     "# armord: enforced profile of container web\n"
                     "# revision 3\n"
                     "# Rendered from what armord keeps: changes by hand are lost.\n"
                     "abi <abi/3.0>,\n\n"
                     "profile armord-web flags=(attach_disconnected,mediate_deleted) {}\n");
    free(text);
    armor_profile_free(profile);
}
END_TEST

/* Complain and the rule that logs each exec: in learning only, and the rule last. */
START_TEST(learning_mode)
{
    struct armor_profile *profile = new_profile();
    ck_assert_int_eq(armor_baseline_add(profile), 0);
    char *learning = render(profile, ARMOR_MODE_LEARNING, NULL);
    char *enforced = render(profile, ARMOR_MODE_ENFORCED, NULL);
    static const char last[] = "  audit /** px -> armord-web,\n}\n";
    ck_assert_ptr_nonnull(strstr(learning, "flags=(attach_disconnected,mediate_deleted,complain)"));
    ck_assert_str_eq(learning + strlen(learning) - strlen(last), last);
    ck_assert_ptr_null(strstr(enforced, "complain"));
    ck_assert_ptr_null(strstr(enforced, "audit "));
    ck_assert_ptr_null(strstr(learning, "deny"));
    ck_assert_ptr_nonnull(strstr(enforced, "signal (send, receive) set=(term) peer=armord-web,\n"));
    ck_assert_ptr_nonnull(strstr(enforced, "  # signals\n"));
    free(learning);
    free(enforced);
    armor_profile_free(profile);
}
END_TEST

static const char *const bodies[] = {
    "operation=\"open\" name=\"/etc/passwd\" requested_mask=\"r\"",
    "operation=\"open\" name=\"/etc/passwd\" requested_mask=\"w\"",
    "operation=\"open\" name=\"/proc/1/status\" requested_mask=\"r\"",
    "operation=\"open\" name=\"/proc/2/status\" requested_mask=\"r\"",
    "operation=\"open\" name=2F6120620A requested_mask=\"r\"",
    "operation=\"exec\" name=\"/bin/sh\" requested_mask=\"x\"",
    "operation=\"link\" name=\"/a\" target=\"/b\" requested_mask=\"l\"",
    "operation=\"capable\" capname=\"chown\"",
    "operation=\"create\" family=\"inet\" sock_type=\"stream\"",
    "operation=\"create\" family=\"inet\" sock_type=\"dgram\"",
    "operation=\"signal\" requested_mask=\"send\" signal=term peer=\"x\"",
    "operation=\"signal\" requested_mask=\"receive\" signal=term peer=\"x\"",
    "operation=\"ptrace\" requested_mask=\"read\" peer=\"x\"",
    "operation=\"mount\" name=\"/m/\" srcname=\"none\" fstype=\"tmpfs\"",
    "operation=\"umount\" name=\"/m/\"",
};

static char *learn_in_order(const int *order, int rounds)
{
    static struct armor_event event;
    struct armor_profile *profile = new_profile();
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {0};
    size_t count = 0;
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < LENGTH(bodies); i++) {
            char body[200];
            struct armor_error err = {0};
            (void)snprintf(body, sizeof body, "apparmor=\"ALLOWED\" profile=\"armord-web\" %s",
                           bodies[order[i]]);
            struct armor_record record = {.type = 1400, .trusted = true, .body = armor_slice_of(body)};
            ck_assert_int_eq(armor_event_parse(&record, &event, &err), 1);
            int code = armor_learn(profile, &event, &options, rules, &count);
            ck_assert(round == 0 ? code >= 0 : code == 0);
        }
    }
    char *text = render(profile, ARMOR_MODE_LEARNING, NULL);
    armor_profile_free(profile);
    return text;
}

/* The text tells nothing of the order, nor of how often a thing was seen. */
START_TEST(order_and_repeats_do_not_show)
{
    int order[LENGTH(bodies)];
    for (int i = 0; i < LENGTH(bodies); i++) {
        order[i] = i;
    }
    char *first = learn_in_order(order, 1);
    uint32_t random = 12345;
    for (int shuffle = 0; shuffle < 50; shuffle++) {
        for (int i = LENGTH(bodies) - 1; i > 0; i--) {
            random = random * 1664525U + 1013904223U;
            int other = (int)(random >> 16) % (i + 1);
            int swap = order[i];
            order[i] = order[other];
            order[other] = swap;
        }
        char *again = learn_in_order(order, 1 + shuffle % 3);
        ck_assert_str_eq(again, first);
        free(again);
    }
    free(first);
}
END_TEST

/* Rules that stand in no text: what waits for a decision, and what the text's abi doesn't have. The rest is as without them. */
START_TEST(left_out)
{
    static const struct {
        struct armor_access access;
        bool left_out;
        const char *rule;
    } cases[] = {
        {{.kind = ARMOR_RULE_CAPABILITY, .name = ARMOR_SLICE("chown")}, false, "capability chown,"},
        {{.kind = ARMOR_RULE_CHANGE_PROFILE, .state = ARMOR_STATE_QUARANTINED, .name = ARMOR_SLICE("x")},
         true,
         "change_profile -> x,"},
        {{.kind = ARMOR_RULE_HAT, .state = ARMOR_STATE_QUARANTINED, .name = ARMOR_SLICE("h")},
         true,
         "hat h {}"},
        {{.kind = ARMOR_RULE_FILE,
          .state = ARMOR_STATE_EXPECTED,
          .mask = ARMOR_FILE_READ,
          .name = ARMOR_SLICE("/data")},
         true,
         "/data r,"},
        {{.kind = ARMOR_RULE_USERNS, .mask = ARMOR_USERNS_CREATE}, true, "userns create,"},
        {{.kind = ARMOR_RULE_IO_URING, .mask = ARMOR_IO_URING_SQPOLL}, true, "io_uring (sqpoll),"},
        {{.kind = ARMOR_RULE_MQUEUE,
          .mask = ARMOR_MQUEUE_READ,
          .name = ARMOR_SLICE("/q"),
          .detail = ARMOR_SLICE("posix")},
         true,
         "mqueue (read) type=posix /q,"},
    };
    struct armor_profile *profile = new_profile();
    struct armor_rule *rule = NULL;
    for (int i = 0; i < LENGTH(cases); i++) {
        struct armor_text text = ARMOR_TEXT_INIT(200);
        ck_assert_int_eq(armor_profile_merge(profile, &cases[i].access, &rule), 1);
        ck_assert_int_eq(armor_render_left_out(rule) != NULL, cases[i].left_out);
        armor_render_rule(profile, rule, &text);
        ck_assert_str_eq(text.bytes, cases[i].rule);
        armor_text_done(&text);
    }
    char *text = render(profile, ARMOR_MODE_ENFORCED, NULL);
    ck_assert_ptr_nonnull(strstr(text, "{\n  # capabilities\n  capability chown,\n}\n"));
    free(text);

    /* an operator's decision: not even so, for armor-loader would refuse all of the text */
    rule = armor_profile_move(profile, profile->rules[1], ARMOR_STATE_ACTIVE);
    text = render(profile, ARMOR_MODE_ENFORCED, NULL);
    ck_assert_ptr_null(strstr(text, "change_profile"));
    free(text);
    armor_profile_free(profile);
}
END_TEST

/* A denial would block in complain mode too, and leave no record: it comes in when the profile is enforced. */
START_TEST(denials_come_in_at_promotion)
{
    static const struct armor_access denied[] = {
        {.kind = ARMOR_RULE_FILE, .mask = ARMOR_FILE_WRITE, .name = ARMOR_SLICE("/usr/**")},
        {.kind = ARMOR_RULE_EXEC, .name = ARMOR_SLICE("/tmp/**")},
        {.kind = ARMOR_RULE_CAPABILITY, .name = ARMOR_SLICE("sys_admin")},
    };
    struct armor_profile *profile = new_profile();
    for (int i = 0; i < LENGTH(denied); i++) {
        struct armor_access access = denied[i];
        struct armor_rule *rule;
        access.state = ARMOR_STATE_DENIED;
        ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 1);
        ck_assert_ptr_null(armor_render_left_out(rule));
    }
    char *text = render(profile, ARMOR_MODE_LEARNING, NULL);
    ck_assert_ptr_null(strstr(text, "deny"));
    free(text);
    text = render(profile, ARMOR_MODE_ENFORCED, NULL);
    ck_assert_ptr_nonnull(strstr(text, "\n  audit deny capability sys_admin,\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n  audit deny /usr/** w,\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n  audit deny /tmp/** x,\n"));
    free(text);
    armor_profile_free(profile);
}
END_TEST

START_TEST(text_that_does_not_fit)
{
    struct armor_profile *profile = new_profile();
    ck_assert_int_eq(armor_baseline_add(profile), 0);
    char *whole = render(profile, ARMOR_MODE_LEARNING, NULL);
    size_t length = strlen(whole);
    free(whole);
    for (size_t limit = 0; limit < length; limit += 37) {
        struct armor_text text = ARMOR_TEXT_INIT(limit);
        ck_assert_int_eq(armor_render(profile, ARMOR_MODE_LEARNING, NULL, &text), -E2BIG);
        armor_text_done(&text);
    }
    armor_profile_free(profile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("render");
    TCase *tcase = check_case(suite, "render");
    tcase_add_test(tcase, empty);
    tcase_add_test(tcase, learning_mode);
    tcase_add_test(tcase, order_and_repeats_do_not_show);
    tcase_add_test(tcase, left_out);
    tcase_add_test(tcase, denials_come_in_at_promotion);
    tcase_add_test(tcase, text_that_does_not_fit);
    return check_main(suite);
}
