/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Promotion: what is left when something on the way fails. */
#include "promote_rig.h"

START_TEST(a_refused_learn_leaves_nothing)
{
    loader.refuse[LOADER_LOAD] = -EINVAL;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_COMPILE;
    loader.world.audit_backlog_limit = 64;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_LOADER_REFUSED);
    ck_assert_str_eq(result.stage, "compile");
    ck_assert_str_eq(result.detail, "the test said no");
    ck_assert_ptr_null(result.container);
    ck_assert_uint_eq(registry_count(manager.containers), 0);
    ck_assert_uint_eq(loader.world.audit_backlog_limit, 64);
    struct registry *registry = stored();
    ck_assert_uint_eq(registry_count(registry), 0);
    registry_free(registry);
}
END_TEST

START_TEST(a_refused_enforce_leaves_all_as_it_was)
{
    prepare("web", "/a", false);
    loader.refuse[LOADER_LOAD] = -EIO;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_LOAD;
    size_t before = loader.count;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_LOADER_REFUSED);
    ck_assert_uint_eq(loader.count, before + 4); /* and no undoing, since nothing was done */
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    ck_assert_uint_eq(find("web")->revision, 1);
}
END_TEST

START_TEST(a_store_that_refuses_has_the_kernel_put_back)
{
    prepare("web", "/a", false);
    lock_store_at_load();
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_INTERNAL);
    const struct fake_request *last = last_load(0);
    ck_assert_uint_eq(last->request.mode, LOADER_MODE_COMPLAIN);
    ck_assert_uint_eq(loader.world.mode, LOADER_MODE_COMPLAIN);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    ck_assert_uint_eq(find("web")->revision, 1);
    ck_assert_ptr_nonnull(strstr(result.left, "given back what they had: web goes on learning"));
}
END_TEST

START_TEST(a_learn_that_cannot_be_stored_is_taken_back)
{
    manager.settings.backlog_limit = 0;
    lock_store_at_load();
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_INTERNAL);
    fake_loader_expect(&loader, loader.count - 1, LOADER_REMOVE, "armord-web");
    ck_assert_uint_eq(loader.world.mode, LOADER_MODE_NONE);
    ck_assert_uint_eq(registry_count(manager.containers), 0);
}
END_TEST

START_TEST(forget_of_one_in_use_is_refused)
{
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    loader.refuse[LOADER_REMOVE] = -EBUSY;
    loader.stage[LOADER_REMOVE] = LOADER_STAGE_IN_USE;
    ck_assert_int_eq(run(PROMOTE_FORGET, "web"), PROMOTE_IN_USE);
    ck_assert_ptr_nonnull(strstr(result.advice, "docker stop"));
    ck_assert_ptr_nonnull(find("web"));
}
END_TEST

START_TEST(no_loader_is_said_at_once)
{
    char path[128];
    ck_assert_int_eq(unlink(scratch_path(&scratch, "loader.sock", path)), 0);
    start(PROMOTE_LEARN, "web");
    ck_assert_uint_eq(ended, 1);
    ck_assert_int_eq(result.failure, PROMOTE_LOADER_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(result.detail, "loader.sock: No such file or directory"));
    ck_assert_ptr_nonnull(strstr(result.advice, "systemctl"));
    ck_assert_uint_eq(registry_count(manager.containers), 0);
    ck_assert_int_eq(loader_client_reach(manager.loader), LOADER_REACH_NO);
}
END_TEST

START_TEST(a_loader_that_dies_or_sleeps_ends_the_job)
{
    loader.hang_up = true;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_LOADER_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(result.detail, "hung up"));
    loader.hang_up = false;
    loader.silent = true;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_LOADER_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(result.detail, "within 1 seconds"));
}
END_TEST

/* How armor-loader or the store fails, from the first request for OPERATION on, so many times. */
struct fault {
    enum loader_operation operation;
    enum loader_stage stage; /* where it says no; LOADER_STAGE_DONE: it hangs up */
    int code;
    unsigned times;         /* 0: each time */
    enum loader_stage then; /* where a removal is refused afterwards; LOADER_STAGE_DONE: it isn't */
    int then_code;
    bool locks;     /* instead, the store can't be written from then on */
    bool no_loader; /* instead, nobody listens */
    bool done;      /* it has failed as often as it was to */
};

/* What is said of each way to fail: what happened, what there is now, what to do. */
static const struct {
    enum promote_verb verb;
    bool enforced; /* the container is, before */
    struct fault fault;
    enum promote_failure failure;
    const char *detail, *left, *advice;
} situations[] = {
    {.verb = PROMOTE_ENFORCE,
     .fault = {.operation = LOADER_LOAD, .stage = LOADER_STAGE_COMPILE, .code = -EINVAL},
     .failure = PROMOTE_LOADER_REFUSED,
     .detail = "the test said no",
     .left = "nothing was changed: web goes on learning",
     .advice = "see that apparmor_parser is installed, and try the text of `armorctl show` with it"},
    {.verb = PROMOTE_ACCEPT,
     .enforced = true,
     .fault = {.operation = LOADER_LOAD, .stage = LOADER_STAGE_LOAD, .code = -EPERM},
     .failure = PROMOTE_LOADER_REFUSED,
     .detail = "the test said no",
     .left = "nothing was changed: web stays enforced",
     .advice = "see that AppArmor is enabled: aa-enabled"},
    {.verb = PROMOTE_ENFORCE,
     .fault = {.no_loader = true},
     .failure = PROMOTE_LOADER_UNREACHABLE,
     .detail = "armor-loader can't be reached at ",
     .left = "nothing was changed: web goes on learning",
     .advice = "see `systemctl status armor-loader.socket`, and run the command again"},
    {.verb = PROMOTE_LEARN,
     .fault = {.operation = LOADER_LOAD, .stage = LOADER_STAGE_LOAD, .code = -EPERM},
     .failure = PROMOTE_LOADER_REFUSED,
     .detail = "the test said no",
     .left = "nothing was changed: db isn't learned",
     .advice = "see that AppArmor is enabled: aa-enabled"},
    {.verb = PROMOTE_ENFORCE,
     .fault = {.operation = LOADER_LOAD, .stage = LOADER_STAGE_PERSIST, .code = -ENOSPC, .times = 1},
     .failure = PROMOTE_LOADER_REFUSED,
     .detail = "the test said no",
     .left = "kernel and /etc/apparmor.d were given back what they had: web goes on learning",
     .advice =
         "see that /etc/apparmor.d has room and can be written (`armorctl doctor`), and run the command "
         "again"},
    {.verb = PROMOTE_ROLLBACK,
     .enforced = true,
     .fault = {.operation = LOADER_LOAD, .code = -ECONNRESET, .times = 1},
     .failure = PROMOTE_LOADER_UNREACHABLE,
     .detail = "armor-loader hung up without an answer",
     .left = "kernel and /etc/apparmor.d were given back what they had: web stays enforced",
     .advice = "`journalctl -u armor-loader` may say why; then run the command again"},
    {.verb = PROMOTE_LEARN,
     .fault = {.operation = LOADER_LOAD, .code = -ECONNRESET, .times = 1},
     .failure = PROMOTE_LOADER_UNREACHABLE,
     .detail = "armor-loader hung up without an answer",
     .left = "what was loaded is removed again: db isn't learned",
     .advice = "`journalctl -u armor-loader` may say why; then run the command again"},
    {.verb = PROMOTE_LEARN, /* it had nothing loaded yet: there is nothing to remove */
     .fault = {.operation = LOADER_LOAD,
               .code = -ECONNRESET,
               .times = 1,
               .then = LOADER_STAGE_PERSIST,
               .then_code = -ENOENT},
     .failure = PROMOTE_LOADER_UNREACHABLE,
     .detail = "armor-loader hung up without an answer",
     .left = "what was loaded is removed again: db isn't learned",
     .advice = "`journalctl -u armor-loader` may say why; then run the command again"},
    {.verb = PROMOTE_LEARN,
     .fault = {.operation = LOADER_LOAD,
               .stage = LOADER_STAGE_VERIFY,
               .code = -EBADMSG,
               .then = LOADER_STAGE_IN_USE,
               .then_code = -EBUSY},
     .failure = PROMOTE_LOADER_REFUSED,
     .detail = "the test said no",
     .left = "its profile stays loaded, in complain mode, which blocks nothing, since it is in use already: "
             "the test "
             "said no",
     .advice =
         "run the command again, which takes it over; otherwise armord removes it when nothing runs under it "
         "any more"},
    {.verb = PROMOTE_ENFORCE,
     .fault = {.operation = LOADER_LOAD, .stage = LOADER_STAGE_VERIFY, .code = -EBADMSG},
     .failure = PROMOTE_LOADER_REFUSED,
     .detail = "the test said no",
     .left =
         "kernel and /etc/apparmor.d may have the new profile, and couldn't be given back what they had: the "
         "test said no",
     .advice =
         "armord tries that again every 5 seconds; when `armorctl doctor` finds nothing any more, run the "
         "command again"},
    {.verb = PROMOTE_COMPLAIN,
     .enforced = true,
     .fault = {.operation = LOADER_LOAD, .stage = LOADER_STAGE_PERSIST, .code = -ENOSPC},
     .failure = PROMOTE_LOADER_REFUSED,
     .detail = "the test said no",
     .left = "the kernel may have it in complain mode already, and that isn't taken back",
     .advice = "armord goes on until it is in complain mode and that is written down: see `armorctl status`"},
    {.verb = PROMOTE_ENFORCE,
     .fault = {.operation = LOADER_LOAD, .locks = true},
     .failure = PROMOTE_INTERNAL,
     .detail = "the change can't be stored: a transaction can't begin: database is locked",
     .left = "kernel and /etc/apparmor.d were given back what they had: web goes on learning",
     .advice = "see that armord's database can be written: `systemctl status armord`"},
    {.verb = PROMOTE_FORGET,
     .enforced = true,
     .fault = {.operation = LOADER_REMOVE, .stage = LOADER_STAGE_IN_USE, .code = -EBUSY},
     .failure = PROMOTE_IN_USE,
     .detail = "the test said no",
     .left = "nothing was changed: web stays enforced",
     .advice = "stop the container first: docker stop"},
    {.verb = PROMOTE_ENFORCE,
     .fault = {.operation = LOADER_PROVE, .stage = LOADER_STAGE_COMPILE, .code = -EINVAL},
     .failure = PROMOTE_GATE_REFUSED,
     .detail = "web isn't ready to be enforced: the test said no",
     .left = "nothing was changed: web goes on learning",
     .advice = "do what the reason says, or name the gate as an override"},
};

/* Fail as the fault at USERDATA says. */
static void break_off(const struct loader_request *request, void *userdata)
{
    struct fault *fault = userdata;
    bool due = request->operation == fault->operation && !fault->done;
    if (due && fault->locks && !lock) {
        lock_store();
    }
    bool hangs_up = fault->stage == LOADER_STAGE_DONE && !fault->locks;
    loader.hang_up = due && hangs_up;
    loader.refuse[fault->operation] = due && !hangs_up ? fault->code : 0;
    loader.stage[fault->operation] = fault->stage;
    if (due && fault->then_code) {
        loader.refuse[LOADER_REMOVE] = fault->then_code;
        loader.stage[LOADER_REMOVE] = fault->then;
    }
    if (due && fault->times && --fault->times == 0) {
        fault->done = true;
    }
}

START_TEST(each_failure_says_what_there_is_now)
{
    struct fault fault = situations[_i].fault;
    char path[128];
    prepare("web", "/a", situations[_i].enforced);
    loader.hook = break_off;
    loader.userdata = &fault;
    if (fault.no_loader) {
        ck_assert_int_eq(unlink(scratch_path(&scratch, "loader.sock", path)), 0);
    }
    struct promote_request request = {.verb = situations[_i].verb};
    (void)snprintf(request.name, sizeof request.name, "%s",
                   situations[_i].verb == PROMOTE_LEARN ? "db" : "web");
    request.rule = situations[_i].verb == PROMOTE_ACCEPT ? (char *)"/b r," : NULL;
    ck_assert_int_eq(ask(request), situations[_i].failure);
    size_t told = strlen(situations[_i].detail);
    ck_assert_msg(strncmp(result.detail, situations[_i].detail, told) == 0, "%s", result.detail);
    ck_assert_str_eq(result.left, situations[_i].left);
    ck_assert_str_eq(result.advice, situations[_i].advice);
}
END_TEST

/* What is no request for a change of one that is there needs no word on it. */
START_TEST(what_is_no_change_says_nothing_of_one)
{
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "none"), PROMOTE_CONTAINER_UNKNOWN);
    ck_assert_str_eq(result.left, "");
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    ck_assert_str_eq(result.left, "");
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_MODE_CONFLICT);
    ck_assert_str_eq(result.left, "");
}
END_TEST

START_TEST(an_end_in_the_middle_frees_all)
{
    start(PROMOTE_LEARN, "web");
    start(PROMOTE_LEARN, "db");
    ck_assert_uint_eq(ended, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("promote_failure");
    TCase *all = check_case(suite, "promote_failure");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, a_refused_learn_leaves_nothing);
    tcase_add_test(all, a_refused_enforce_leaves_all_as_it_was);
    tcase_add_test(all, a_store_that_refuses_has_the_kernel_put_back);
    tcase_add_test(all, a_learn_that_cannot_be_stored_is_taken_back);
    tcase_add_test(all, forget_of_one_in_use_is_refused);
    tcase_add_test(all, no_loader_is_said_at_once);
    tcase_add_test(all, a_loader_that_dies_or_sleeps_ends_the_job);
    tcase_add_loop_test(all, each_failure_says_what_there_is_now, 0, (int)LENGTH(situations));
    tcase_add_test(all, what_is_no_change_says_nothing_of_one);
    tcase_add_test(all, an_end_in_the_middle_frees_all);
    return check_main(suite);
}
