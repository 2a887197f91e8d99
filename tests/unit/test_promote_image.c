/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A container is started from another image than it was learned with: noticed, kept, told, and what the operator chose is done. */
#include "promote_rig.h"

#define FIRST  "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define SECOND "sha256:2222222222222222222222222222222222222222222222222222222222222222"

static enum promote_failure started(const char *image)
{
    struct promote_request request = {.verb = PROMOTE_STARTED, .name = "web"};
    (void)snprintf(request.image, sizeof request.image, "%s", image);
    enum promote_failure failure = ask(request);
    while (manager.jobs) {
        ck_assert_int_ge(sd_event_run(manager.event, 10000), 0);
    }
    return failure;
}

/* A container that was learned with FIRST, and is enforced. */
static void enforced(void)
{
    make();
    prepare("web", "/etc/passwd", false);
    loader.world.processes = 1;
    loader.world.started_usec = 1000000;
    ck_assert_int_eq(started(FIRST), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
}

static const char *news(void)
{
    const char *last = NULL;
    for (const struct ring_entry *entry = ring_after(manager.ring, 0); entry;
         entry = ring_after(manager.ring, entry->id)) {
        last = entry->topic == RING_IMAGE ? entry->data : last;
    }
    return last;
}

static void expect_images(const char *image, const char *seen)
{
    struct registry *registry = stored();
    const struct container *kept = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_str_eq(find("web")->image, image);
    ck_assert_str_eq(find("web")->image_seen, seen);
    ck_assert_str_eq(kept->image, image);
    ck_assert_str_eq(kept->image_seen, seen);
    registry_free(registry);
}

START_TEST(a_start_is_a_run_at_once)
{
    ck_assert_uint_eq(find("web")->history.runs.count, 1);
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    loader.world.started_usec = 9000000;
    ck_assert_int_eq(started(FIRST), PROMOTE_OK);
    ck_assert_uint_eq(find("web")->history.runs.count, 2);
    ck_assert_int_eq(started(""), PROMOTE_OK); /* the same one, and nobody knows the image */
    ck_assert_uint_eq(find("web")->history.runs.count, 2);
    expect_images(FIRST, "");
}
END_TEST

START_TEST(the_revision_has_the_image)
{
    struct revision *revisions;
    size_t count;
    struct armor_error err = {0};
    ck_assert_int_eq(store_revisions(manager.store, find("web"), &revisions, &count, &err), 0);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(revisions[1].image, FIRST);
    store_free_revisions(revisions, count);
    ck_assert_int_eq(started(FIRST), PROMOTE_OK);
    ck_assert_ptr_null(news());
}
END_TEST

START_TEST(ask_leaves_it_enforced_and_waits)
{
    ck_assert_int_eq(started(SECOND), PROMOTE_OK);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    expect_images(FIRST, SECOND);
    ck_assert_ptr_nonnull(strstr(news(), "\"was\":\"" FIRST "\",\"what\":\"ask\""));
    uint64_t newest = ring_newest(manager.ring);
    ck_assert_int_eq(started(SECOND), PROMOTE_OK); /* told already */
    ck_assert_uint_eq(ring_newest(manager.ring), newest);
    ck_assert_int_eq(run(PROMOTE_KEEP, "web"), PROMOTE_OK);
    expect_images(SECOND, "");
    ck_assert_int_eq(run(PROMOTE_KEEP, "web"), PROMOTE_MODE_CONFLICT);
    ck_assert_int_eq(started(FIRST), PROMOTE_OK); /* and back: another one again */
    expect_images(SECOND, FIRST);
    ck_assert_int_eq(started(SECOND), PROMOTE_OK);
    expect_images(SECOND, "");
}
END_TEST

START_TEST(complain_takes_the_image_that_runs)
{
    ck_assert_int_eq(started(SECOND), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    expect_images(SECOND, "");
}
END_TEST

START_TEST(keep_leaves_it_enforced_for_good)
{
    manager.settings.containers.image_change = SETTINGS_IMAGE_KEEP;
    ck_assert_int_eq(started(SECOND), PROMOTE_OK);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    expect_images(SECOND, "");
    ck_assert_ptr_nonnull(strstr(news(), "\"what\":\"keep\""));
}
END_TEST

START_TEST(learn_takes_it_back_to_complain)
{
    manager.settings.containers.image_change = SETTINGS_IMAGE_LEARN;
    ck_assert_int_eq(started(SECOND), PROMOTE_OK);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    ck_assert_uint_eq(last_load(0)->request.mode, LOADER_MODE_COMPLAIN);
    ck_assert_ptr_nonnull(strstr(find("web")->returned, "another image runs, " SECOND));
    expect_images(SECOND, "");
    ck_assert_ptr_nonnull(strstr(news(), "\"what\":\"learn\""));
}
END_TEST

START_TEST(learn_that_fails_is_tried_again)
{
    manager.settings.containers.image_change = SETTINGS_IMAGE_LEARN;
    loader.refuse[LOADER_LOAD] = -EIO;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_LOAD;
    ck_assert_int_eq(started(SECOND), PROMOTE_OK);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    expect_images(FIRST, SECOND);
    ck_assert_ptr_nonnull(manager.watch_timer);
}
END_TEST

START_TEST(while_it_learns_another_image_is_told)
{
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    ck_assert_int_eq(started(SECOND), PROMOTE_OK);
    expect_images(SECOND, "");
    ck_assert_ptr_nonnull(strstr(news(), "\"what\":\"learning\""));
}
END_TEST

START_TEST(what_is_not_stored_has_not_happened)
{
    lock_store();
    ck_assert_int_eq(started(SECOND), PROMOTE_INTERNAL);
    ck_assert_str_eq(find("web")->image, FIRST);
    ck_assert_str_eq(find("web")->image_seen, "");
    ck_assert_ptr_null(news());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("promote_image");
    TCase *all = check_case(suite, "images");
    tcase_add_checked_fixture(all, enforced, drop);
    tcase_add_test(all, a_start_is_a_run_at_once);
    tcase_add_test(all, the_revision_has_the_image);
    tcase_add_test(all, ask_leaves_it_enforced_and_waits);
    tcase_add_test(all, complain_takes_the_image_that_runs);
    tcase_add_test(all, keep_leaves_it_enforced_for_good);
    tcase_add_test(all, learn_takes_it_back_to_complain);
    tcase_add_test(all, learn_that_fails_is_tried_again);
    tcase_add_test(all, while_it_learns_another_image_is_told);
    tcase_add_test(all, what_is_not_stored_has_not_happened);
    return check_main(suite);
}
