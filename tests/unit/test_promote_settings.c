/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of one container: stored before they count, told apart from armord.yaml's, and what they bring about at once. */
#include "promote_rig.h"

#include "settings_effect.h"
#include "watch.h"

#define FIRST  "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define SECOND "sha256:2222222222222222222222222222222222222222222222222222222222222222"

/* Go on until no job is left, and nobody has anything to do. */
static void settle(void)
{
    while (manager.jobs || sd_event_run(manager.event, 0) > 0) {
        ck_assert_int_ge(sd_event_run(manager.event, 10000), 0);
    }
}

/* `armorctl settings web NAME=VALUE`, or `NAME=` where VALUE is NULL; and what it brings about. */
static enum promote_failure set(const char *name, const char *value)
{
    struct promote_request request = {.verb = PROMOTE_SETTINGS, .name = "web"};
    struct armor_error err = {0};
    json_t *json = value ? json_string(value) : json_null();
    ck_assert_msg(settings_change_read(&request.settings, name, json, &err) == 0, "%s", err.text);
    json_decref(json);
    enum promote_failure failure = ask(request);
    struct promote_result of_this = result; /* others may follow from it */
    settle();
    result = of_this;
    return failure;
}

static struct choices choices_of(const char *name)
{
    return settings_choices(&manager.settings, &find(name)->own);
}

static void started(const char *image)
{
    struct promote_request request = {.verb = PROMOTE_STARTED, .name = "web"};
    (void)snprintf(request.image, sizeof request.image, "%s", image);
    ck_assert_int_eq(ask(request), PROMOTE_OK);
    settle();
}

static void refused(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        kernel_says("DENIED", "web", "/etc/services");
    }
    if (pipeline_tripped(manager.pipeline)) {
        watch_look(&manager);
    }
    settle();
}

/* Two containers that learned, web from the image FIRST. */
static void learned(void)
{
    make();
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_LEARN, "other"), PROMOTE_OK);
    observe("web", "/var/lib/app/part-1");
    observe("web", "/var/lib/app/part-2");
    loader.world.processes = 1;
    loader.world.started_usec = 1000000;
    started(FIRST);
}

static void enforced(void)
{
    learned();
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
}

START_TEST(its_own_counts_before_the_file_and_outlives_armord)
{
    manager.settings.containers.watch_limit = 7;
    ck_assert_int_eq(set("watch-limit", "5"), PROMOTE_OK);
    ck_assert_int_eq(set("image-change", "keep"), PROMOTE_OK);
    ck_assert_int_eq(choices_of("web").watch_limit, 5);
    ck_assert_int_eq(choices_of("other").watch_limit, 7);
    kill_and_start();
    ck_assert_int_eq(choices_of("web").watch_limit, 5);
    ck_assert_int_eq(choices_of("web").image_change, SETTINGS_IMAGE_KEEP);
    ck_assert_int_eq(choices_of("other").watch_limit, 20);
    ck_assert_int_eq(set("watch-limit", NULL), PROMOTE_OK);
    kill_and_start();
    ck_assert_int_eq(choices_of("web").watch_limit, 20);
    ck_assert_int_eq(choices_of("web").image_change, SETTINGS_IMAGE_KEEP);
}
END_TEST

START_TEST(forget_takes_them_along)
{
    ck_assert_int_eq(set("watch-limit", "5"), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_FORGET, "web"), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    ck_assert_uint_eq(find("web")->own.given, 0);
    kill_and_start();
    ck_assert_uint_eq(find("web")->own.given, 0);
}
END_TEST

START_TEST(what_is_not_stored_does_not_count)
{
    ck_assert_int_eq(set("watch-limit", "5"), PROMOTE_OK);
    lock_store();
    ck_assert_int_eq(set("watch-limit", "6"), PROMOTE_INTERNAL);
    ck_assert_int_eq(choices_of("web").watch_limit, 5);
    ck_assert_int_eq(set("watch-limit", NULL), PROMOTE_INTERNAL);
    ck_assert_int_eq(choices_of("web").watch_limit, 5);
    ck_assert_int_eq(sqlite3_close(lock), SQLITE_OK);
    lock = NULL;
    ck_assert_int_eq(set("watch-limit", "6"), PROMOTE_OK);
}
END_TEST

START_TEST(nobody_and_one_that_is_being_changed_have_none)
{
    struct promote_request request = {.verb = PROMOTE_SETTINGS, .name = "nobody"};
    ck_assert_int_eq(ask(request), PROMOTE_CONTAINER_UNKNOWN);
    unsigned before = ended;
    start(PROMOTE_ENFORCE, "web");
    ck_assert_int_eq(find("web")->changing, true);
    (void)snprintf(request.name, sizeof request.name, "web");
    request.author[0] = '\0';
    promote_start(&manager, &request, on_done, NULL);
    ck_assert_int_eq(result.failure, PROMOTE_BUSY);
    turn(before + 2);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
}
END_TEST

START_TEST(keep_is_for_this_one_whatever_the_file_says)
{
    manager.settings.containers.image_change = SETTINGS_IMAGE_LEARN;
    ck_assert_int_eq(set("image-change", "keep"), PROMOTE_OK);
    started(SECOND);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    ck_assert_str_eq(find("web")->image, SECOND);
    ck_assert_int_eq(set("image-change", NULL), PROMOTE_OK);
    started(FIRST);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
}
END_TEST

START_TEST(learn_takes_one_back_whose_image_waits)
{
    started(SECOND);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    ck_assert_str_eq(find("web")->image_seen, SECOND);
    ck_assert_int_eq(set("image-change", "learn"), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(result.advice, "goes back to complain mode"));
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    ck_assert_ptr_nonnull(strstr(find("web")->returned, SECOND));
}
END_TEST

START_TEST(keep_settles_an_image_that_waits)
{
    started(SECOND);
    ck_assert_int_eq(set("image-change", "keep"), PROMOTE_OK);
    ck_assert_str_eq(result.advice, "");
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    ck_assert_str_eq(find("web")->image, SECOND);
    ck_assert_str_eq(find("web")->image_seen, "");
    const struct ring_entry *told = ring_after(manager.ring, ring_newest(manager.ring) - 1);
    ck_assert_int_eq(told->topic, RING_IMAGE);
    ck_assert_ptr_nonnull(strstr(told->data, "\"was\":\"" FIRST "\",\"what\":\"keep\""));
}
END_TEST

START_TEST(a_watch_that_runs_goes_by_the_new_limit)
{
    refused(8);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    ck_assert_int_eq(set("watch-limit", "8"), PROMOTE_OK);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    refused(1);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    ck_assert_ptr_nonnull(
        strstr(find("web")->returned, "9 accesses were refused while it was watched, more than 8"));
}
END_TEST

START_TEST(a_limit_that_is_passed_already_takes_it_back)
{
    refused(8);
    ck_assert_int_eq(set("watch-limit", "1000000"), PROMOTE_OK);
    refused(30);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    ck_assert_int_eq(set("watch-limit", "37"), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(result.advice, "goes back to complain mode"));
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
}
END_TEST

START_TEST(the_next_watch_is_as_long_as_its_own)
{
    int64_t until = find("web")->watch_until_usec;
    ck_assert_int_eq(set("watch-seconds", "0"), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(result.advice, "the one that may still run isn't changed"));
    ck_assert_int_eq(find("web")->watch_until_usec, until);
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert_int_eq(find("web")->watch_until_usec, 0);
}
END_TEST

/* `systemctl reload armord` with TEXT in armord.yaml. */
static void reload(const char *text)
{
    char path[128];
    struct armor_error err = {0};
    FILE *file = fopen(scratch_path(&scratch, "armord.yaml", path), "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    manager.settings_path = path;
    ck_assert_msg(manager_reload(&manager, &err) == 0, "%s", err.text);
    manager.settings_path = NULL;
    settle();
}

START_TEST(a_reload_is_for_those_that_inherit)
{
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    ck_assert_int_eq(set("watch-limit", "30"), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    refused(8);
    started(SECOND);
    reload("watch-limit: 3\n");
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    ck_assert_str_eq(find("web")->image_seen, SECOND);
    reload("image-change: keep\n");
    ck_assert_str_eq(find("web")->image_seen, "");
    ck_assert_int_eq(set("watch-limit", NULL), PROMOTE_OK);
    reload("watch-limit: 3\n");
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
}
END_TEST

/* As manager_new does it: the limit isn't stored, and what was kept may not have been. */
START_TEST(a_start_of_armord_settles_what_is_set)
{
    refused(3);
    started(SECOND);
    ck_assert_int_eq(set("watch-limit", "5"), PROMOTE_OK);
    ck_assert_int_eq(pipeline_flush(manager.pipeline, true, NULL), 0);
    kill_and_start();
    manager.settings.containers.image_change = SETTINGS_IMAGE_KEEP; /* armord.yaml was changed meanwhile */
    settings_effect(&manager, find("web"), NULL);
    ck_assert_str_eq(find("web")->image_seen, "");
    ck_assert_str_eq(find("web")->image, SECOND);
    refused(2);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    refused(1);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
}
END_TEST

/* armord.yaml is read again between the proof and the load. */
static void reload_once(const struct loader_request *request, void *userdata)
{
    (void)userdata;
    if (request->operation == LOADER_PROVE) {
        manager.settings.containers.generalise.without = 1U << ARMOR_MAKE_SERIES;
    }
}

START_TEST(what_was_proved_is_loaded_whatever_comes_between)
{
    loader.hook = reload_once;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "part-[0-9]*"));
    ck_assert_uint_ne(choices_of("web").generalise.without, 0);
}
END_TEST

static bool loaded_has(const char *part)
{
    return strstr(last_load(0)->text, part);
}

/* The newest text that quieting had loaded; NULL: none. */
static const char *quieted(void)
{
    for (size_t i = loader.count; i-- > 0;) {
        if (loader.requests[i].request.operation == LOADER_QUIET) {
            return loader.requests[i].text;
        }
    }
    return NULL;
}

/* Go on until the loader was given a learning profile again, after COUNT requests. */
static void wait_for_quieting(size_t count)
{
    while (loader.count == count || manager.quiet.loading) {
        ck_assert_int_gt(sd_event_run(manager.event, 5000000), 0);
    }
}

START_TEST(its_learning_profile_is_made_anew_at_once)
{
    find("web")->quieting = (struct quieting){0}; /* all that is known is told */
    size_t before = loader.count;
    ck_assert_int_eq(set("without", "series"), PROMOTE_OK);
    wait_for_quieting(before);
    ck_assert_ptr_nonnull(strstr(quieted(), "  /var/lib/app/part-1 r,\n"));
    ck_assert_ptr_null(strstr(quieted(), "part-[0-9]*"));
    find("web")->quieting.retry_usec = 0;
    before = loader.count;
    ck_assert_int_eq(set("without", "none"), PROMOTE_OK);
    wait_for_quieting(before);
    ck_assert_ptr_nonnull(strstr(quieted(), "  /var/lib/app/part-[0-9]* r,\n"));
}
END_TEST

START_TEST(other_patterns_are_no_news_of_a_run)
{
    const struct history *history = &find("web")->history;
    ck_assert_uint_eq(history->line_count, 1); /* the pattern of both */
    ck_assert_int_eq(set("without", "series"), PROMOTE_OK);
    loader.world.started_usec = 9000000;
    started(FIRST);
    ck_assert_uint_eq(history->runs.count, 2);
    ck_assert_uint_eq(armor_runs_get(&history->runs, 1)->novel, 0); /* what came before it isn't its */
    ck_assert_uint_eq(armor_runs_get(&history->runs, 2)->novel, 0);
    ck_assert_uint_eq(history->line_count, 2);
}
END_TEST

START_TEST(the_kernel_is_told_nothing_of_one_that_is_not_quieted)
{
    find("web")->quieting = (struct quieting){0};
    size_t before = loader.count;
    ck_assert_int_eq(set("quiet", "off"), PROMOTE_OK);
    wait_for_quieting(before);
    ck_assert_ptr_null(strstr(quieted(), "/var/lib/app"));
    observe("web", "/var/lib/app/new");
    ck_assert_int_gt(find("web")->quieting.first_usec, 0);
    find("web")->quieting.first_usec -= 60000000;
    find("web")->quieting.newest_usec -= 60000000;
    find("web")->quieting.retry_usec = find("web")->quieting.hold_usec = manager.quiet.hold_usec = 0;
    before = loader.count;
    quiet_look(&manager);
    settle();
    ck_assert_uint_eq(loader.count, before);
    ck_assert_int_ne(find("web")->quieting.first_usec, 0); /* nor was a text made */
    ck_assert_int_eq(set("quiet", NULL), PROMOTE_OK);
    wait_for_quieting(before);
    ck_assert_ptr_nonnull(strstr(quieted(), "  /var/lib/app/new r,\n"));
}
END_TEST

START_TEST(what_is_enforced_waits_for_the_next_text)
{
    ck_assert(loaded_has("  /var/lib/app/part-[0-9]* r,\n"));
    size_t before = loader.count;
    ck_assert_int_eq(set("without", "series"), PROMOTE_OK);
    ck_assert_uint_eq(loader.count, before);
    ck_assert_ptr_nonnull(strstr(result.advice, "armorctl diff"));
    struct promote_request accept = {.verb = PROMOTE_ACCEPT, .name = "web", .rule = (char *)"/etc/hosts r,"};
    ck_assert_int_eq(ask(accept), PROMOTE_OK);
    ck_assert(loaded_has("  /var/lib/app/part-1 r,\n"));
    ck_assert(loaded_has("  /etc/hosts r,\n"));
    ck_assert(!loaded_has("part-[0-9]*"));
}
END_TEST

/* The candidate that the kernel is asked about is made as the profile that is loaded then. */
START_TEST(what_is_proved_is_made_with_its_own)
{
    ck_assert_int_eq(set("without", "series"), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    bool proved = false;
    for (size_t i = 0; i < loader.count; i++) {
        if (loader.requests[i].request.operation == LOADER_PROVE) {
            proved = true;
            ck_assert_ptr_nonnull(strstr(loader.requests[i].text, "/var/lib/app/part-1 r,"));
            ck_assert_ptr_null(strstr(loader.requests[i].text, "part-[0-9]*"));
        }
    }
    ck_assert(proved);
    ck_assert(!loaded_has("part-[0-9]*"));
}
END_TEST

START_TEST(readiness_is_asked_by_its_own)
{
    struct promote_request dry = {.verb = PROMOTE_ENFORCE, .name = "web", .dry_run = true};
    for (unsigned i = 0; i < 3; i++) { /* runs that bring nothing new */
        loader.world.started_usec += 8000000;
        started(FIRST);
    }
    ck_assert_int_eq(set("ready-percent", "99"), PROMOTE_OK);
    ck_assert_int_eq(ask(dry), PROMOTE_OK);
    ck_assert(find("web")->history.readiness.enough);
    ck_assert_int_eq(set("ready-percent", "1"), PROMOTE_OK);
    ck_assert_int_eq(ask(dry), PROMOTE_OK);
    ck_assert(!find("web")->history.readiness.enough);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("promote_settings");
    TCase *learning = check_case(suite, "learning");
    tcase_add_checked_fixture(learning, learned, drop);
    tcase_add_test(learning, its_own_counts_before_the_file_and_outlives_armord);
    tcase_add_test(learning, forget_takes_them_along);
    tcase_add_test(learning, what_is_not_stored_does_not_count);
    tcase_add_test(learning, nobody_and_one_that_is_being_changed_have_none);
    tcase_add_test(learning, its_learning_profile_is_made_anew_at_once);
    tcase_add_test(learning, other_patterns_are_no_news_of_a_run);
    tcase_add_test(learning, the_kernel_is_told_nothing_of_one_that_is_not_quieted);
    tcase_add_test(learning, what_is_proved_is_made_with_its_own);
    tcase_add_test(learning, what_was_proved_is_loaded_whatever_comes_between);
    tcase_add_test(learning, readiness_is_asked_by_its_own);
    TCase *enforcing = check_case(suite, "enforced");
    tcase_add_checked_fixture(enforcing, enforced, drop);
    tcase_add_test(enforcing, keep_is_for_this_one_whatever_the_file_says);
    tcase_add_test(enforcing, learn_takes_one_back_whose_image_waits);
    tcase_add_test(enforcing, keep_settles_an_image_that_waits);
    tcase_add_test(enforcing, a_watch_that_runs_goes_by_the_new_limit);
    tcase_add_test(enforcing, a_limit_that_is_passed_already_takes_it_back);
    tcase_add_test(enforcing, the_next_watch_is_as_long_as_its_own);
    tcase_add_test(enforcing, a_start_of_armord_settles_what_is_set);
    tcase_add_test(enforcing, a_reload_is_for_those_that_inherit);
    tcase_add_test(enforcing, what_is_enforced_waits_for_the_next_text);
    return check_main(suite);
}
