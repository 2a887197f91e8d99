/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl check: what of the accesses in logs a profile would deny, without daemon or root. */
#include "print.h"
#include "profile_text.h"
#include "refusals.h"
#include "scan.h"

#include "armor/label.h"
#include "armor/learn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

/* Events that count: those of the profile's own name, or, while none came, all. */
struct side {
    struct refusals refusals;
    uint64_t events;   /* that ask for something */
    uint64_t accesses; /* that they ask for */
    uint64_t skipped;  /* that no rule could speak of */
};

struct check {
    struct cli *cli;
    const struct armor_reading *reading;
    struct armor_check **checks;      /* owned: of each section */
    const struct armor_section *only; /* the only profile of the text; NULL: there are several */
    const char *label;                /* of --container, "armord-NAME"; NULL: not given */
    struct side named;                /* of the profiles in the text, or of --container */
    struct side others;               /* of other profiles, held against the only one */
    char other[ARMOR_PATH_MAX];       /* the first of those; "": none */
    uint64_t untrusted;
    struct armor_event event; /* a copy, as it is checked */
};

/* The section that an event under LABEL is held against, and whether by its name; NULL: none. */
static const struct armor_section *section_of(const struct check *check, const struct armor_event *event,
                                              bool *ret_named)
{
    struct armor_label label = armor_label_split(event->profile);
    char full[ARMOR_PATH_MAX];
    const char *separator = label.hat.bytes ? "//" : "";
    int length = snprintf(full, sizeof full, "%.*s%s%.*s", (int)label.profile.length,
                          label.profile.bytes ? label.profile.bytes : "", separator, (int)label.hat.length,
                          label.hat.bytes ? label.hat.bytes : "");
    bool whole = length > 0 && (size_t)length < sizeof full;
    *ret_named = true;
    if (check->label) {
        return whole && armor_slice_is(label.profile, check->label) ? check->only : NULL;
    }
    const struct armor_section *section = whole ? armor_reading_section(check->reading, full) : NULL;
    *ret_named = section != NULL;
    return section ? section : check->only;
}

static int check_one(struct check *check, struct side *side, const struct armor_section *section,
                     const struct armor_access *access)
{
    const struct armor_event *event = &check->event;
    bool own = event->fsuid.present && event->ouid.present && event->fsuid.value == event->ouid.value;
    uint32_t owners = own ? ARMOR_OWNER_SELF : ARMOR_OWNER_OTHER;
    struct armor_access asked = *access;
    asked.mask &= asked.kind == ARMOR_RULE_FILE ? ~(uint32_t)ARMOR_FILE_EVIDENCE : UINT32_MAX;
    struct armor_label label = armor_label_split(event->profile);
    if (asked.peer.bytes && armor_slice_equal(asked.peer, label.profile)) {
        asked.peer =
            armor_slice_of(section->name); /* processes of the profile itself, whatever it is called */
    }
    struct armor_ruling ruling;
    size_t index = (size_t)(section - check->reading->sections);
    int code = armor_check_access(check->checks[index], &asked, owners, &ruling);
    side->accesses++;
    if (code == 0 && ruling.answer != ARMOR_ANSWER_ALLOWED) {
        code = refusals_add(&side->refusals, section, &asked, owners, &ruling, event);
    }
    return code;
}

static int check_event(const struct armor_event *event, size_t line_number, void *userdata)
{
    struct check *check = userdata;
    (void)line_number;
    bool named = false;
    if (event->verdict != ARMOR_VERDICT_ALLOWED && event->verdict != ARMOR_VERDICT_AUDIT &&
        event->verdict != ARMOR_VERDICT_DENIED && event->verdict != ARMOR_VERDICT_KILLED) {
        return CLI_DONE;
    }
    const struct armor_section *section = section_of(check, event, &named);
    if (!section) {
        return CLI_DONE;
    }
    if (!event->trusted) {
        check->untrusted++;
        return CLI_DONE;
    }
    struct side *side = named ? &check->named : &check->others;
    if (!named && !check->other[0]) {
        (void)snprintf(check->other, sizeof check->other, "%.*s", (int)event->profile.length,
                       event->profile.bytes ? event->profile.bytes : "");
    }
    check->event = *event;
    if (event->requested.length) {
        check->event.denied =
            (struct armor_slice){0}; /* all that was asked, not what another profile lacked */
    }
    struct armor_access accesses[ARMOR_LEARN_RULES_MAX];
    enum armor_skip skip = ARMOR_SKIP_COUNT;
    struct armor_label label = armor_label_split(event->profile);
    char self[ARMOR_PATH_MAX];
    (void)snprintf(self, sizeof self, "%.*s", (int)label.profile.length,
                   label.profile.bytes ? label.profile.bytes : "");
    size_t count = armor_access_from_event(&check->event, self, accesses, &skip);
    side->events += count > 0;
    side->skipped += count == 0;
    for (size_t i = 0; i < count; i++) {
        if (check_one(check, side, section, &accesses[i]) < 0) {
            return cli_refuse(check->cli, CLI_REFUSED, NULL, "Out of memory.");
        }
    }
    return CLI_DONE;
}

static int print_text(struct cli *cli, const struct refusal *refusal)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text line = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    armor_text_format(&line, "%llu  ", (unsigned long long)refusal->count);
    int code = refusal_rule(refusal, &line);
    armor_text_string(&line, "  (");
    refusal_reason(refusal, &line);
    armor_text_string(&line, ")");
    if (code < 0 || line.error) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    print_safe(cli->out, line.bytes);
    (void)fputc('\n', cli->out);
    return CLI_DONE;
}

static int print_refusals(struct cli *cli, struct side *side)
{
    int code = CLI_DONE;
    uint64_t events = 0;
    refusals_sort(&side->refusals);
    for (size_t i = 0; code == CLI_DONE && i < side->refusals.count; i++) {
        const struct refusal *refusal = &side->refusals.list[i];
        events += refusal->count;
        if (!cli->json) {
            code = print_text(cli, refusal);
            continue;
        }
        json_auto_t *object = refusal_to_json(refusal);
        code = object ? print_json_line(cli, object) : cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    if (code != CLI_DONE) {
        return code;
    }
    events += side->refusals.over;
    if (cli->json) {
        json_auto_t *total =
            json_pack("{s:{s:I, s:I, s:I, s:I}}", "total", "denied", (json_int_t)side->refusals.count,
                      "denied_times", (json_int_t)events, "asked", (json_int_t)side->accesses, "not_shown",
                      (json_int_t)side->refusals.over);
        code = print_json_line(cli, total);
    } else {
        (void)fprintf(cli->out, "%zu access%s would be denied, asked for %llu of %llu times.\n",
                      side->refusals.count, side->refusals.count == 1 ? "" : "es", (unsigned long long)events,
                      (unsigned long long)side->accesses);
    }
    return code != CLI_DONE ? code : side->refusals.count ? CLI_REFUSED : CLI_DONE;
}

/* Say on err what wasn't checked, or against what. */
static void report(struct check *check, const struct side *side)
{
    struct cli *cli = check->cli;
    if (side == &check->others && side->events) {
        (void)cli_refuse(cli, CLI_DONE, NULL,
                         "No event is of the profile %s: all of the logs are checked, the first one of %s.",
                         check->only->name, check->other);
    } else if (check->others.events) {
        (void)cli_refuse(cli, CLI_DONE, NULL, "%llu event%s of other profiles left out, the first one of %s.",
                         (unsigned long long)check->others.events, check->others.events == 1 ? "" : "s",
                         check->other);
    }
    if (check->untrusted) {
        (void)cli_refuse(cli, CLI_DONE, NULL, "%llu event%s left out: the kernel didn't write them.",
                         (unsigned long long)check->untrusted, check->untrusted == 1 ? "" : "s");
    }
    if (side->skipped) {
        (void)cli_refuse(cli, CLI_DONE, NULL, "%llu event%s left out: of nothing that a rule could allow.",
                         (unsigned long long)side->skipped, side->skipped == 1 ? "" : "s");
    }
    if (side->refusals.over) {
        (void)cli_refuse(cli, CLI_DONE, NULL,
                         "%llu more events are denied, and not shown: over the cap of accesses.",
                         (unsigned long long)side->refusals.over);
    }
}

static int run(struct check *check)
{
    struct cli *cli = check->cli;
    struct scan_counts counts;
    const struct scan_sink sink = {.take = check_event, .userdata = check};
    cli->arguments++; /* behind the profile, logs */
    cli->argument_count--;
    int code = scan_logs(cli, &sink, &counts);
    if (code != CLI_DONE) {
        return code;
    }
    scan_report(cli, &counts);
    struct side *side = check->named.events || check->label ? &check->named : &check->others;
    report(check, side);
    return print_refusals(cli, side);
}

static int prepare(struct check *check)
{
    const struct armor_reading *reading = check->reading;
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed) {
        return cli_refuse(check->cli, CLI_REFUSED, NULL, "The kernel gives no random numbers.");
    }
    check->checks = calloc(reading->section_count + 1, sizeof(struct armor_check *));
    int code = check->checks ? refusals_init(&check->named.refusals, seed) : -ENOMEM;
    code = code < 0 ? code : refusals_init(&check->others.refusals, seed);
    for (size_t i = 0; code == 0 && i < reading->section_count; i++) {
        code = armor_check_section(reading, &reading->sections[i], &check->checks[i]);
    }
    return code < 0 ? cli_refuse(check->cli, CLI_REFUSED, NULL,
                                 code == -ENOMEM ? "Out of memory." : "A pattern of this profile can't be.")
                    : CLI_DONE;
}

int verb_check(struct cli *cli)
{
    const char *container = cli_value(cli, CLI_OPTION_CONTAINER);
    char label[sizeof ARMOR_PROFILE_PREFIX + ARMOR_NAME_MAX];
    struct armor_reading *reading = NULL;
    int code = profile_text_read(cli, cli_argument(cli, 0), &reading);
    if (code != CLI_DONE) {
        return code;
    }
    struct check *check = calloc(1, sizeof *check);
    if (!check) {
        armor_reading_free(reading);
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    *check = (struct check){.cli = cli, .reading = reading, .only = armor_reading_section(reading, NULL)};
    if (container) {
        (void)snprintf(label, sizeof label, ARMOR_PROFILE_PREFIX "%s", container);
        check->label = label;
    }
    if (container && !check->only) {
        code =
            cli_refuse(cli, CLI_USAGE, NULL, "--container needs a text with one profile; this one has %zu.",
                       reading->section_count);
    } else if (reading->section_count == 0) {
        code = cli_refuse(cli, CLI_REFUSED, NULL, "%s has no profile.", cli_argument(cli, 0));
    }
    code = code == CLI_DONE ? prepare(check) : code;
    code = code == CLI_DONE ? run(check) : code;
    for (size_t i = 0; check->checks && i < reading->section_count; i++) {
        armor_check_free(check->checks[i]);
    }
    free((void *)check->checks);
    refusals_done(&check->named.refusals);
    refusals_done(&check->others.refusals);
    free(check);
    armor_reading_free(reading);
    return code;
}
