/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Intake: chooses, tests, and goes on to the next. See intake.h. */
#include "intake.h"

#include "clock.h"
#include "log.h"
#include "manager.h"
#include "pipeline.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

enum {
    PATIENCE = 5 * 1000 * 1000, /* microseconds for an answer; a rate limit of the kernel log has 5 s */
    TRIES = 3,                  /* questions before a source has failed */
    DRY =
        300 * 1000 * 1000, /* microseconds without a record, while a container learns, until the next test */
    FAILED_AGAIN = 60 * 1000 * 1000, /* microseconds until a failed test is made again */
    FUTURE = 60 * 1000 * 1000, /* a high-water mark further ahead than this is of a clock that was wrong */
};

struct intake {
    struct manager *manager; /* not owned */
    struct source_config config;
    const char *ask_path;
    int64_t patience_usec;
    struct source *source; /* owned; NULL: none could be opened */
    struct source
        *spare; /* owned; the audit socket is emptied while another source is used; NULL: it needn't be */
    struct intake_state state;
    sd_event_source *timer;               /* owned; of the try under way, else of the next look */
    char why_not[SOURCE_KIND_COUNT][160]; /* why a source isn't used; "" : not tried, or it is used */
    char mark[sizeof PIPELINE_MARK_PREFIX + SD_ID128_STRING_MAX]; /* what is asked for in this test */
    unsigned tries;                                               /* of the test under way */
    uint64_t records;                                             /* AppArmor's at the last look */
};

static const struct source_counters no_counters;

static const char *const test_names[INTAKE_TEST_COUNT] = {
    [INTAKE_TEST_PENDING] = "pending",
    [INTAKE_TEST_PASSED] = "passed",
    [INTAKE_TEST_FAILED] = "failed",
};

/* What to do about a source that no record reaches. */
static const char *const cures[SOURCE_KIND_COUNT] = {
    [SOURCE_NETLINK] =
        "is audit off? `auditctl -s` should say `enabled 1` or `enabled 0`, and the kernel's command line "
        "mustn't have audit=0",
    [SOURCE_AUDIT_LOG] =
        "does auditd run, and is audit-log: in armord.yaml its log_file? systemctl status auditd",
    [SOURCE_JOURNAL] =
        "does journald get audit records? systemctl enable systemd-journald-audit.socket; systemctl restart "
        "systemd-journald",
    [SOURCE_KMSG] =
        "with auditd running, or the rate limit reached, no record reaches the kernel log: "
        "use another source",
};

static int on_timer(sd_event_source *timer, uint64_t usec, void *userdata);

/* The next thing to do, a try or a look, is due in USEC. */
static void arm(struct intake *intake, int64_t usec)
{
    intake->timer = sd_event_source_disable_unref(intake->timer);
    if (sd_event_add_time_relative(intake->manager->event, &intake->timer, CLOCK_MONOTONIC, (uint64_t)usec, 0,
                                   on_timer, intake) >= 0) {
        (void)sd_event_source_set_description(intake->timer, "self-test of the source");
        (void)sd_event_source_set_priority(intake->timer, MANAGER_PRIORITY_TIMER);
    }
}

/* No try is under way any more; look again in USEC. */
static void rest(struct intake *intake, int64_t usec)
{
    intake->tries = 0;
    arm(intake, usec);
}

static bool allowed(const struct intake *intake, enum source_kind kind)
{
    int64_t wanted = intake->manager->settings.source;
    return wanted == 0 || wanted == 1 + (int64_t)kind;
}

/* --- what the source calls --- */

static void on_record(void *userdata, const struct armor_record *record)
{
    struct intake *intake = userdata;
    pipeline_record(intake->manager->pipeline, record);
}

static void on_known(void *userdata, const struct armor_record *record)
{
    struct intake *intake = userdata;
    pipeline_known(intake->manager->pipeline, record);
}

static void pass(struct intake *intake)
{
    intake->state.test = INTAKE_TEST_PASSED;
    intake->state.advice[0] = '\0';
    pipeline_await_mark(intake->manager->pipeline, "");
    rest(intake, DRY);
}

static void on_batch(void *userdata)
{
    struct intake *intake = userdata;
    struct pipeline *pipeline = intake->manager->pipeline;
    char place[SOURCE_PLACE_SIZE];
    source_place(intake->source, place);
    pipeline_at(pipeline, intake->state.name, place);
    manager_batch(intake->manager);
    if (pipeline_mark_came(pipeline)) {
        pass(intake);
    }
}

static void on_lost(void *userdata, uint64_t count, const char *where, const struct serials_gap *gap)
{
    struct intake *intake = userdata;
    pipeline_lost(intake->manager->pipeline, count, where, gap);
    quiet_look(intake->manager);
}

static const struct source_handler handler = {on_record, on_known, on_batch, on_lost};

static void spare_record(void *userdata, const struct armor_record *record)
{
    (void)userdata;
    (void)record;
}

static void spare_batch(void *userdata)
{
    (void)userdata;
}

static void spare_lost(void *userdata, uint64_t count, const char *where, const struct serials_gap *gap)
{
    (void)userdata;
    (void)count;
    (void)where;
    (void)gap;
}

static const struct source_handler spare_handler = {spare_record, spare_record, spare_batch, spare_lost};

/* --- choosing --- */

/* Say why it is this source. */
static void write_reason(struct intake *intake)
{
    struct intake_state *state = &intake->state;
    size_t used = 0;
    int length;
    if (!intake->source) {
        length = snprintf(state->reason, sizeof state->reason, "no source of audit records can be read");
    } else {
        enum source_kind kind = source_kind(intake->source);
        length = snprintf(state->reason, sizeof state->reason, "%s: %s; %s",
                          intake->manager->settings.source ? "set as source: in armord.yaml"
                                                           : "the first one that can be used",
                          source_trust(kind), source_completeness(kind));
    }
    used = length > 0 ? (size_t)length : 0;
    for (int i = 0; i < SOURCE_KIND_COUNT && used < sizeof state->reason; i++) {
        bool used_now = intake->source && source_kind(intake->source) == (enum source_kind)i;
        if (intake->why_not[i][0] && !used_now) {
            length = snprintf(state->reason + used, sizeof state->reason - used, ". Not %s: %s",
                              source_name((enum source_kind)i), intake->why_not[i]);
            used += length > 0 ? (size_t)length : 0;
        }
    }
}

/* Empty the audit socket as long as nobody uses what is in it, or 128 MiB of the kernel's memory would fill up. */
static void open_spare(struct intake *intake)
{
    if (intake->config.netlink < 0 || (intake->source && source_kind(intake->source) == SOURCE_NETLINK)) {
        return;
    }
    if (source_open(SOURCE_NETLINK, intake->manager->event, &intake->config, "", 0, &spare_handler, intake,
                    &intake->spare, NULL) < 0) {
        intake->spare = NULL; /* the reason stands in why_not */
    }
}

/*
 * Open a source of KIND where it was left; when another kind was in use since, what that one took isn't taken again. Returns 0 or
 * negative.
 */
static int open_kind(struct intake *intake, enum source_kind kind, struct armor_error *err)
{
    struct manager *manager = intake->manager;
    const struct store_position *position = pipeline_position(manager->pipeline);
    bool same = strcmp(position->source, source_name(kind)) == 0;
    bool marked = position->time_usec > 0 && position->time_usec < clock_now() + FUTURE;
    int64_t since = marked ? position->time_usec : manager->started_usec;
    int r = source_open(kind, manager->event, &intake->config, same ? position->place : "", since, &handler,
                        intake, &intake->source, err);
    if (r < 0) {
        intake->source = NULL;
        return r;
    }
    if (r > 0 && (same || !marked)) {
        pipeline_set_floor(manager->pipeline, 0, 0);
    } else {
        pipeline_set_floor(manager->pipeline, since, marked ? position->serial : 0);
    }
    return 0;
}

/* Use the first source from KIND on that can be opened. Returns true when there is one. */
static bool choose(struct intake *intake, enum source_kind kind)
{
    source_free(intake->source);
    source_free(intake->spare);
    intake->source = intake->spare = NULL;
    for (int i = (int)kind; i < SOURCE_KIND_COUNT && !intake->source; i++) {
        struct armor_error err = {0};
        intake->why_not[i][0] = '\0';
        if (allowed(intake, (enum source_kind)i) && open_kind(intake, (enum source_kind)i, &err) < 0) {
            (void)snprintf(intake->why_not[i], sizeof intake->why_not[i], "%.*s",
                           (int)sizeof intake->why_not[i] - 1, err.text);
        }
    }
    open_spare(intake);
    intake->state.name = intake->source ? source_name(source_kind(intake->source)) : "none";
    intake->state.counters = intake->source ? source_counters(intake->source) : &no_counters;
    write_reason(intake);
    return intake->source != NULL;
}

/* --- the self-test --- */

/* Ask the kernel for a profile that isn't there. Returns 0 when it refused as it should, or a negative errno. */
static int ask_kernel(const struct intake *intake)
{
    char question[96];
    int length = snprintf(question, sizeof question, "exec %s", intake->mark);
    int fd = open(intake->ask_path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    ssize_t written = write(fd, question, (size_t)length);
    int code = written < 0 ? errno : ENOENT; /* a file of a test takes it */
    (void)close(fd);
    return code == ENOENT ? 0 : -code;
}

/* What learns now may lack what it did. */
static void mark_blind(struct intake *intake)
{
    char note[CONTAINER_NOTE_SIZE];
    (void)snprintf(note, sizeof note,
                   "the self-test of the source %s failed: what was done may not have been seen",
                   intake->state.name);
    pipeline_blind(intake->manager->pipeline, note);
}

/* The source in use can't be relied on: say so, everywhere. */
static void complain(struct intake *intake, const char *text)
{
    struct intake_state *state = &intake->state;
    bool news = state->test != INTAKE_TEST_FAILED || strcmp(state->advice, text) != 0;
    state->test = INTAKE_TEST_FAILED;
    (void)snprintf(state->advice, sizeof state->advice, "%s", text);
    mark_blind(intake);
    if (news) {
        const struct log_about about = {.message = LOG_MESSAGE_SOURCE};
        log_write(LOG_ERR, &about, "audit records may not reach armord: %s", text);
    }
    rest(intake, FAILED_AGAIN);
}

/* The same question in each try: a late answer to the first one is an answer too. */
static void ask(struct intake *intake)
{
    int r = ask_kernel(intake);
    if (r < 0) {
        char text[sizeof intake->state.advice];
        (void)snprintf(
            text, sizeof text,
            "the kernel can't be asked for a test record (%s: %s): is AppArmor on? aa-enabled says so",
            intake->ask_path, strerror(-r));
        complain(intake, text);
        return;
    }
    intake->tries++;
    arm(intake, intake->patience_usec);
}

static void begin_test(struct intake *intake)
{
    char id[SD_ID128_STRING_MAX];
    sd_id128_t random = SD_ID128_NULL;
    (void)sd_id128_randomize(&random);
    (void)snprintf(intake->mark, sizeof intake->mark, PIPELINE_MARK_PREFIX "%s",
                   sd_id128_to_string(random, id));
    pipeline_await_mark(intake->manager->pipeline, intake->mark);
    intake->tries = 0;
    intake->records = pipeline_counters(intake->manager->pipeline)->apparmor;
    if (intake->source) {
        intake->state.test =
            intake->state.test == INTAKE_TEST_FAILED ? INTAKE_TEST_FAILED : INTAKE_TEST_PENDING;
        ask(intake);
    } else {
        complain(
            intake,
            "no source of audit records can be read: source.reason says why, armord.yaml(5) what to allow");
    }
}

/* No answer came: on to the next source, and when there is none, back to the first one. */
static void fail(struct intake *intake)
{
    enum source_kind kind = source_kind(intake->source);
    char text[sizeof intake->state.advice];
    (void)snprintf(text, sizeof text, "no test record came by the source %s: %s", intake->state.name,
                   cures[kind]);
    (void)snprintf(intake->why_not[kind], sizeof intake->why_not[kind], "its self-test failed");
    pipeline_await_mark(intake->manager->pipeline, "");
    if (choose(intake, (enum source_kind)(kind + 1))) {
        log_notice("%s; trying the source %s", text, intake->state.name);
        begin_test(intake);
        return;
    }
    (void)choose(intake, SOURCE_NETLINK);
    complain(intake, text);
}

static bool anyone_learns(const struct intake *intake)
{
    return manager_count(intake->manager, ARMOR_MODE_LEARNING) > 0;
}

/* Between tests: is another one due? */
static void look(struct intake *intake)
{
    uint64_t records = pipeline_counters(intake->manager->pipeline)->apparmor;
    bool dry = records == intake->records && anyone_learns(intake);
    intake->records = records;
    if (!intake->source) {
        (void)choose(intake, SOURCE_NETLINK);
    }
    if (dry || intake->state.test == INTAKE_TEST_FAILED) {
        begin_test(intake);
    } else {
        rest(intake, DRY);
    }
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
    (void)timer;
    (void)usec;
    struct intake *intake = userdata;
    intake->timer = sd_event_source_disable_unref(intake->timer);
    if (intake->tries == 0) {
        look(intake);
    } else if (intake->tries < TRIES) {
        ask(intake);
    } else {
        fail(intake);
    }
    return 0;
}

size_t intake_drain(struct intake *intake, unsigned limit)
{
    size_t read = intake && intake->source ? source_drain(intake->source, limit) : 0;
    if (intake && intake->state.test == INTAKE_TEST_FAILED) {
        mark_blind(intake); /* who began to learn after it failed isn't marked yet */
    }
    return read;
}

const struct intake_state *intake_state(const struct intake *intake)
{
    return &intake->state;
}

const char *intake_test_name(enum intake_test test)
{
    return (size_t)test < INTAKE_TEST_COUNT ? test_names[test] : "unknown";
}

int intake_new(struct manager *manager, const struct intake_options *options, struct intake **ret_intake,
               struct armor_error *err)
{
    struct store_position position = {0};
    if (store_get_position(manager->store, &position, err) < 0) {
        return err ? err->code : -EIO;
    }
    struct intake *intake = calloc(1, sizeof *intake);
    if (!intake) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    intake->manager = manager;
    intake->config = options->sources;
    intake->ask_path = options->ask_path ? options->ask_path : INTAKE_ASK_PATH;
    intake->patience_usec = options->patience_usec ? options->patience_usec : PATIENCE;
    pipeline_set_position(manager->pipeline, &position);
    (void)choose(intake, SOURCE_NETLINK);
    begin_test(intake);
    *ret_intake = intake;
    return 0;
}

void intake_free(struct intake *intake)
{
    if (!intake) {
        return;
    }
    sd_event_source_disable_unref(intake->timer);
    source_free(intake->source);
    source_free(intake->spare);
    free(intake);
}
