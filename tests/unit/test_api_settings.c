/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A container's settings over the API: shown, changed, refused; and all that is shown of its policy goes by them. */
#include "api_rig.h"

static struct rig rig;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

/* The job is a stand-in: what a request asks for is taken over here, as the step of promote_settings.c does it. */
static void take_settings(struct rig *asked)
{
    struct container *web = registry_find(asked->manager.containers, ARMOR_SLICE("web"));
    own_settings_take(&web->own, &asked->asked.settings.given, asked->asked.settings.inherit);
    asked->result = (struct promote_result){.container = web, .advice = "so be it"};
}

START_TEST(settings_are_shown_and_changed)
{
    struct container *web = rig_container(&rig, "web");
    rig.at_once = true;
    rig.judge = take_settings;
    struct answer answer = rig_request(&rig, rig.read, "GET", "/v1/containers/web/settings", NULL);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_str_eq(json_string_value(rig_member(&answer, "name")), "web");
    ck_assert_uint_eq(json_array_size(rig_member(&answer, "settings")), 6);
    ck_assert_ptr_null(rig_member(&answer, "advice"));
    answer_done(&answer);
    answer = rig_request(&rig, rig.control, "POST", "/v1/containers/web/settings",
                         "{\"image-change\": \"learn\", \"watch-limit\": 5, \"watch-seconds\": \"60\"}");
    ck_assert_int_eq(answer.status, 200);
    ck_assert_int_eq(rig.asked.verb, PROMOTE_SETTINGS);
    const json_t *first = json_array_get(rig_member(&answer, "settings"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(first, "name")), "image-change");
    ck_assert_str_eq(json_string_value(json_object_get(first, "value")), "learn");
    ck_assert_str_eq(json_string_value(json_object_get(first, "from")), "container");
    ck_assert_str_eq(json_string_value(rig_member(&answer, "advice")), "so be it");
    answer_done(&answer);
    ck_assert_int_eq(web->own.choices.watch_limit, 5);
    ck_assert_int_eq(web->own.choices.watch_seconds, 60);

    answer = rig_request(&rig, rig.read, "GET", "/v1/containers/web", NULL);
    ck_assert_int_eq(json_integer_value(json_object_get(rig_member(&answer, "settings"), "watch-limit")), 5);
    ck_assert_uint_eq(json_object_size(rig_member(&answer, "settings")), 3);
    answer_done(&answer);
    answer = rig_request(&rig, rig.control, "POST", "/v1/containers/web/settings",
                         "{\"image-change\": null, \"watch-limit\": null, \"watch-seconds\": null}");
    answer_done(&answer);
    answer = rig_request(&rig, rig.read, "GET", "/v1/containers/web", NULL);
    ck_assert_ptr_null(rig_member(&answer, "settings"));
    answer_done(&answer);
}
END_TEST

START_TEST(settings_that_can_not_be_change_nothing)
{
    static const char *const bodies[] = {
        "{\"watch\": 5}",
        "{\"database\": \"/a\"}",
        "{\"watch-limit\": -1}",
        "{\"watch-limit\": 5, \"image-change\": \"never\"}",
        "{\"image-change\": null, \"without\": \"ids\"}",
    };
    const char *path = "/v1/containers/web/settings";
    (void)rig_container(&rig, "web");
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        rig_refused(&rig, rig.control, "POST", path, bodies[i], 400, "setting-invalid");
    }
    rig_refused(&rig, rig.control, "POST", path, "{\"watch-limit\": 5, \"watch-limit\": 6}", 400,
                "request-invalid");
    rig_refused(&rig, rig.control, "POST", path, "5", 400, "request-invalid");
    rig_refused(&rig, rig.read, "POST", path, "{}", 403, "forbidden");
    rig_refused(&rig, rig.read, "GET", "/v1/containers/nobody/settings", NULL, 404, "container-unknown");
    rig_refused(&rig, rig.control, "DELETE", path, NULL, 405, "method-not-allowed");
    ck_assert_uint_eq(rig.asked_count, 0);
}
END_TEST

/* Whatever policy is shown, it is the one that the container's own settings make. */
START_TEST(what_is_shown_is_made_with_its_own)
{
    struct container *web = rig_container(&rig, "web");
    static const char *const names[] = {"/var/lib/app/part-1", "/var/lib/app/part-2"};
    for (size_t i = 0; i < 2; i++) {
        const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                            .mask = 1,
                                            .name = armor_slice_of(names[i])};
        struct armor_rule *rule = NULL;
        ck_assert_int_eq(armor_profile_merge(web->profile, &access, &rule), 1);
    }
    static const char *const targets[] = {
        "/v1/containers/web/profile?mode=enforced",
        "/v1/containers/web/profile?mode=learning",
        "/v1/containers/web/explain?path=/var/lib/app/part-1",
        "/v1/containers/web/diff?from=loaded&to=now",
    };
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        web->own = (struct own_settings){0};
        struct answer answer = rig_request(&rig, rig.read, "GET", targets[i], NULL);
        ck_assert_msg(strstr(answer.body, "/var/lib/app/part-[0-9]*") != NULL, "%s", answer.body);
        answer_done(&answer);
        web->own.given = setting_bit(setting_find(ARMOR_SLICE("without")));
        web->own.choices.generalise.without = 1U << ARMOR_MAKE_SERIES;
        answer = rig_request(&rig, rig.read, "GET", targets[i], NULL);
        ck_assert_ptr_null(strstr(answer.body, "part-[0-9]*"));
        ck_assert_ptr_nonnull(strstr(answer.body, "/var/lib/app/part-1"));
        answer_done(&answer);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        settings_are_shown_and_changed,
        settings_that_can_not_be_change_nothing,
        what_is_shown_is_made_with_its_own,
    };
    return rig_main("api_settings", tests, sizeof tests / sizeof tests[0], setup, teardown);
}
