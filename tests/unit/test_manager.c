/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole armord in a process of its own, with the sockets that systemd would pass, told to stop. */
#include "check_main.h"
#include "clock.h"
#include "manager.h"
#include "pipeline.h"
#include "promote.h"
#include "scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

enum {
    RECORDS = 50000, /* that wait in the audit log */
    SOME = 1024,     /* a few batches of them */
    CHANGES = 8,     /* under way at one time; each would take a second */
    FIRST_FD = 3,    /* SD_LISTEN_FDS_START */
};

/* How the armord in the child ended. */
enum ending {
    ENDING_GOOD = 0,
    ENDING_LATE,
    ENDING_NO_START,
};

struct armord {
    struct scratch scratch;
    char settings[128];
    int control; /* listens; owned */
    int reader;
};

static int listen_at(const struct scratch *scratch, const char *name, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char path[128];
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%.*s", (int)sizeof address.sun_path - 1,
                   scratch_path(scratch, name, path));
    int fd = socket(AF_UNIX, type, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 16), 0);
    int high = fcntl(fd, F_DUPFD, FIRST_FD + 10); /* out of the way of where it is to be */
    (void)close(fd);
    return high;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    (void)fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void prepare(struct armord *armord)
{
    char text[512];
    char path[128];
    const char *directory = armord->scratch.directory;
    scratch_make(&armord->scratch);
    write_file(scratch_path(&armord->scratch, "audit.log", path), "");
    (void)snprintf(text, sizeof text,
                   "database: %s/armord.db\naudit-log: %s/audit.log\nsource: audit-log\nloader-socket: "
                   "%s/loader\nloader-timeout-seconds: 1\n",
                   directory, directory, directory);
    write_file(scratch_path(&armord->scratch, "armord.yaml", armord->settings), text);
    armord->control = listen_at(&armord->scratch, "control", SOCK_STREAM);
    armord->reader = listen_at(&armord->scratch, "read", SOCK_STREAM);
}

/* In the child: have an armord as systemd would start it. Ends the child where that fails. */
static struct manager *start(const struct armord *armord)
{
    struct manager *manager = NULL;
    struct armor_error err = {0};
    char number[16];
    (void)snprintf(number, sizeof number, "%d", (int)getpid());
    if (dup2(armord->control, FIRST_FD) < 0 || dup2(armord->reader, FIRST_FD + 1) < 0 ||
        setenv("LISTEN_PID", number, 1) < 0 || setenv("LISTEN_FDS", "2", 1) < 0 ||
        setenv("LISTEN_FDNAMES", "control:read", 1) < 0 ||
        manager_new(armord->settings, &manager, &err) < 0) {
        (void)fprintf(stderr, "armord can't start: %s\n", err.text);
        _exit(ENDING_NO_START);
    }
    return manager;
}

/* Run CHILD's part in a process of its own. Returns how it ended. */
static int run(struct armord *armord, void (*child)(const struct armord *armord))
{
    int status = 0;
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        child(armord);
        _exit(ENDING_NO_START);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    (void)close(armord->control);
    (void)close(armord->reader);
    scratch_remove(&armord->scratch);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void stop_in_a_flood(const struct armord *armord)
{
    struct manager *manager = start(armord);
    (void)raise(SIGTERM); /* it is held back, until the loop takes it */
    (void)manager_run(manager);
    uint64_t read = pipeline_counters(manager->pipeline)->records;
    manager_free(manager);
    _exit(read < SOME ? ENDING_GOOD : ENDING_LATE);
}

/* However much there is to read. */
START_TEST(a_stop_comes_before_the_rest_of_a_flood)
{
    struct armord armord;
    char path[128];
    prepare(&armord);
    FILE *file = fopen(scratch_path(&armord.scratch, "audit.log", path), "we");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < RECORDS; i++) {
        (void)fprintf(file,
                      "type=AVC msg=audit(4102444800.000:%d): apparmor=\"ALLOWED\" operation=\"open\" "
                      "profile=\"armord-web\" name=\"/data/%d\" pid=1 comm=\"sh\" requested_mask=\"r\" "
                      "denied_mask=\"r\" fsuid=0 ouid=0\n",
                      i + 1, i);
    }
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(run(&armord, stop_in_a_flood), ENDING_GOOD);
}
END_TEST

static void on_done(const struct promote_result *result, void *userdata)
{
    (void)result;
    (void)userdata;
}

/* Changes that wait one behind the other for a loader that takes each request and never answers. */
static void stop_with_changes(const struct armord *armord)
{
    struct manager *manager = start(armord);
    for (int i = 0; i < CHANGES; i++) {
        struct promote_request request = {.verb = PROMOTE_LEARN};
        (void)snprintf(request.name, sizeof request.name, "web%d", i);
        promote_start(manager, &request, on_done, NULL);
    }
    (void)raise(SIGTERM);
    int64_t begun = clock_monotonic();
    (void)manager_run(manager);
    bool soon = clock_monotonic() - begun < INT64_C(1000000) * CHANGES / 2;
    bool left = manager->jobs != NULL;
    manager_free(manager);
    _exit(soon && left ? ENDING_GOOD : ENDING_LATE);
}

START_TEST(a_stop_waits_for_changes_as_long_as_for_one_request)
{
    struct armord armord;
    prepare(&armord);
    int loader = listen_at(&armord.scratch, "loader", SOCK_SEQPACKET);
    ck_assert_int_eq(run(&armord, stop_with_changes), ENDING_GOOD);
    (void)close(loader);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("manager");
    TCase *tcase = check_case(suite, "stop");
    tcase_add_test(tcase, a_stop_comes_before_the_rest_of_a_flood);
    tcase_add_test(tcase, a_stop_waits_for_changes_as_long_as_for_one_request);
    return check_main(suite);
}
