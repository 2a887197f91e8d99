/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl replay: the profiles that armord would have learned from logs, without daemon or root. */
#include "crew.h"
#include "explain.h"
#include "print.h"
#include "scan.h"

#include "armor/baseline.h"
#include "armor/floor.h"
#include "armor/generalise.h"
#include "armor/guard.h"
#include "armor/json.h"
#include "armor/learn.h"
#include "armor/render.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

struct replay {
    struct cli *cli;
    const char *only; /* the one container asked for; NULL: all */
    struct armor_learn_options options;
    struct armor_generalise_options generalise;
    enum armor_mode mode;
    uint64_t seed;                   /* of the profiles' intern tables */
    struct armor_profile **profiles; /* owned, sorted by name: the evidence */
    struct armor_profile **policies; /* owned: what is made of each; NULL while events come in */
    size_t count;
    size_t others;                  /* events of containers that weren't asked for */
    char other[ARMOR_NAME_MAX + 1]; /* the first of these */
    size_t foreign;                 /* events of profiles that aren't armord's */
    size_t untrusted;               /* of one that is, but not written by the kernel */
    size_t too_many;                /* of containers over ARMOR_CONTAINERS_MAX */
};

/* Why an event gave no rule, for people. */
static const char *const SKIPS[ARMOR_SKIP_COUNT] = {
    [ARMOR_SKIP_UNTRUSTED] = "not written by the kernel",
    [ARMOR_SKIP_STATUS] = "policy was loaded: no access",
    [ARMOR_SKIP_DENIED] = "refused by the profile at that time: not to be learned",
    [ARMOR_SKIP_GETATTR] = "looked at a file's attributes, which no rule governs",
    [ARMOR_SKIP_NAMELESS] = "no path that a rule could name (deleted or disconnected)",
    [ARMOR_SKIP_MEMFD] = "executed memory without a file",
    [ARMOR_SKIP_CLASS] = "no kind of rule covers it",
    [ARMOR_SKIP_MASK] = "its access mask isn't understood",
    [ARMOR_SKIP_INCURABLE] = "refused for a reason that no rule cures, as its info= says",
    [ARMOR_SKIP_FULL] = "over the cap of rules for one container",
};

/* Where the profile of NAME is or would be. */
static size_t place_of(const struct replay *replay, struct armor_slice name)
{
    size_t low = 0;
    size_t high = replay->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct armor_slice other = armor_slice_of(replay->profiles[middle]->name);
        size_t common = other.length < name.length ? other.length : name.length;
        int order = memcmp(other.bytes, name.bytes, common);
        if (order < 0 || (order == 0 && other.length < name.length)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The profile of NAME, made with its baseline where there is none. Returns 0, -E2BIG or -ENOMEM. */
static int profile_of(struct replay *replay, struct armor_slice name, struct armor_profile **ret_profile)
{
    size_t place = place_of(replay, name);
    if (place < replay->count && armor_slice_is(name, replay->profiles[place]->name)) {
        *ret_profile = replay->profiles[place];
        return 0;
    }
    if (replay->count == ARMOR_CONTAINERS_MAX) {
        return -E2BIG;
    }
    struct armor_profile **grown =
        realloc(replay->profiles, (replay->count + 1) * sizeof(struct armor_profile *));
    if (!grown) {
        return -ENOMEM;
    }
    replay->profiles = grown;
    struct armor_profile *profile = NULL;
    int result = armor_profile_new(name, replay->seed, &profile);
    result = result < 0 ? result : armor_baseline_add(profile);
    if (result < 0) {
        armor_profile_free(profile);
        return result;
    }
    memmove(&grown[place + 1], &grown[place], (replay->count - place) * sizeof(struct armor_profile *));
    grown[place] = profile;
    replay->count++;
    *ret_profile = profile;
    return 0;
}

static int learn_event(const struct armor_event *event, struct scan_learned *ret_learned, void *userdata)
{
    struct replay *replay = userdata;
    struct armor_label label = armor_label_split(event->profile);
    struct armor_slice name = armor_label_container(&label);
    if (!name.bytes || event->namespace.bytes) {
        replay->foreign++;
        ret_learned->counter = &replay->foreign;
        return CLI_DONE;
    }
    if (replay->only && !armor_slice_is(name, replay->only)) {
        if (replay->others++ == 0) {
            (void)snprintf(replay->other, sizeof replay->other, "%.*s", (int)name.length, name.bytes);
        }
        ret_learned->counter = &replay->others;
        return CLI_DONE;
    }
    if (!event->trusted) {
        replay->untrusted++;
        return CLI_DONE;
    }
    struct armor_profile *profile = NULL;
    int result = profile_of(replay, name, &profile);
    if (result == -E2BIG) {
        replay->too_many++;
        ret_learned->counter = &replay->too_many;
        return CLI_DONE;
    }
    struct armor_rule *changed[ARMOR_LEARN_RULES_MAX];
    size_t count = 0;
    result = result < 0 ? result : armor_learn(profile, event, &replay->options, changed, &count);
    if (result < 0) {
        return cli_refuse(replay->cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    ret_learned->profile = profile;
    return CLI_DONE;
}

/*
 * Write TEXT; where other profiles stand BEFORE it, without its `abi` line: there may be one at the head of a
 * file.
 */
static void print_text(FILE *out, const struct armor_text *text, bool before)
{
    const char *abi = before ? strstr(text->bytes, "\nabi ") : NULL;
    const char *rest = abi ? strchr(abi + 1, '\n') : NULL;
    (void)fprintf(out, "%s%.*s", before ? "\n" : "", (int)(rest ? abi - text->bytes : 0), text->bytes);
    (void)fputs(rest ? rest : text->bytes, out);
}

static int print_texts(const struct replay *replay)
{
    for (size_t i = 0; i < replay->count; i++) {
        struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
        int result = armor_render(replay->policies[i], replay->mode, "learned by armorctl replay", &text);
        if (result == 0) {
            print_text(replay->cli->out, &text, i > 0);
        }
        armor_text_done(&text);
        if (result < 0) {
            return cli_refuse(replay->cli, CLI_REFUSED, NULL,
                              "%s: the profile is over %d bytes, or there is no memory.",
                              replay->profiles[i]->name, ARMOR_PROFILE_TEXT_MAX);
        }
    }
    return CLI_DONE;
}

/* One profile's counts and the rules of POLICY, which is made of it; NULL: out of memory. */
static json_t *profile_json(const struct replay *replay, const struct armor_profile *profile,
                            const struct armor_profile *policy)
{
    const struct armor_rule **sorted = NULL;
    if (armor_profile_sorted(policy, &sorted) < 0) {
        return NULL;
    }
    json_t *object = json_pack("{s:s, s:s, s:s}", "name", profile->name, "profile", profile->label, "mode",
                               armor_mode_name(replay->mode));
    json_t *rules = json_array();
    json_t *counts = armor_profile_to_json(profile);
    int failed = json_object_set(object, "counts", json_object_get(counts, "rules"));
    failed |= json_object_update_missing_new(object, counts);
    for (size_t i = 0; i < policy->rule_count; i++) {
        failed |= json_array_append_new(rules, armor_rule_to_json(policy, sorted[i]));
    }
    failed |=
        json_object_set_new(object, "rules", rules); /* as GET .../rules has them; their counts are beside */
    free(sorted);
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static int print_objects(const struct replay *replay)
{
    json_auto_t *all = json_object();
    json_t *list = json_array();
    int failed = json_object_set_new(all, "profiles", list);
    for (size_t i = 0; i < replay->count && !failed; i++) {
        failed = json_array_append_new(list, profile_json(replay, replay->profiles[i], replay->policies[i]));
    }
    return failed ? cli_refuse(replay->cli, CLI_REFUSED, NULL, "Out of memory.")
                  : print_json(replay->cli, all);
}

/* Say on err which rules PROFILE's text doesn't have, and why. Returns 0, or negative when there is no memory. */
static int report_left_out(const struct replay *replay, const struct armor_profile *profile)
{
    const struct armor_rule **sorted = NULL;
    size_t waiting = 0;
    int result = armor_profile_sorted(profile, &sorted);
    for (size_t i = 0; result == 0 && i < profile->rule_count; i++) {
        const char *why = armor_render_left_out(sorted[i]);
        const struct armor_guard *guard = armor_guard_find(armor_slice_of(armor_rule_more(sorted[i])->guard));
        waiting += sorted[i]->state == ARMOR_STATE_QUARANTINED;
        if (why) {
            struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
            armor_render_rule(profile, sorted[i], &text);
            result = text.error;
            (void)cli_refuse(replay->cli, CLI_DONE, NULL, "%s: not in the profile: `%s` (%s: %s).",
                             profile->name, text.bytes ? text.bytes : "",
                             guard ? guard->name : armor_state_name(sorted[i]->state),
                             guard ? guard->reason : why);
            armor_text_done(&text);
        }
    }
    if (waiting > 0) {
        (void)cli_refuse(replay->cli, CLI_DONE, NULL,
                         "%s: %zu access%s held back by guard rails: armord would wait for a decision.",
                         profile->name, waiting, waiting == 1 ? " is" : "es are");
    }
    free((void *)sorted);
    return result;
}

/* Say on err which denials PROFILE's text doesn't have, and why. Returns 0, or negative when there is no memory. */
static int report_conflicts(const struct replay *replay, const struct armor_profile *profile)
{
    struct armor_conflict *conflicts = NULL;
    size_t count = 0;
    int result = armor_floor_conflicts(profile, &conflicts, &count);
    for (size_t i = 0; i < count && result == 0; i++) {
        struct armor_text denial = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
        struct armor_text rule = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
        armor_render_rule(profile, conflicts[i].denial, &denial);
        armor_render_rule(profile, conflicts[i].rule, &rule);
        result = denial.error ? denial.error : rule.error;
        if (result == 0) {
            (void)cli_refuse(replay->cli, CLI_DONE, NULL,
                             "%s: not in the profile: `%s`, since it would refuse `%s`.", profile->name,
                             denial.bytes, rule.bytes);
        }
        armor_text_done(&denial);
        armor_text_done(&rule);
    }
    free(conflicts);
    return result;
}

/* Say on err what gave no rule, and why. */
static int report(const struct replay *replay)
{
    struct cli *cli = replay->cli;
    int result = 0;
    for (size_t i = 0; i < replay->count; i++) {
        const struct armor_profile *profile = replay->profiles[i];
        for (int skip = 0; skip < ARMOR_SKIP_COUNT; skip++) {
            if (profile->skipped[skip] > 0) {
                (void)cli_refuse(cli, CLI_DONE, NULL, "%s: %llu event%s not learned: %s (%s).", profile->name,
                                 (unsigned long long)profile->skipped[skip],
                                 profile->skipped[skip] == 1 ? "" : "s",
                                 armor_skip_name((enum armor_skip)skip), SKIPS[skip]);
            }
        }
        result = result < 0 ? result : report_left_out(replay, replay->policies[i]);
        result = result < 0 ? result : report_conflicts(replay, replay->profiles[i]);
        if (profile->null_child) {
            (void)cli_refuse(cli, CLI_DONE, NULL,
                             "%s: processes went on in a //null- child, where the kernel doesn't log "
                             "all: the profile may lack rules.",
                             profile->name);
        }
    }
    const struct {
        size_t count;
        const char *what;
    } rest[] = {
        {replay->untrusted, "not learned: they name an armord profile, but the kernel didn't write them"},
        {replay->too_many, "not learned: of more containers than armord takes"},
        {replay->foreign, "of profiles that aren't armord's"},
    };
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        if (rest[i].count > 0) {
            (void)cli_refuse(cli, CLI_DONE, NULL, "%zu event%s %s.", rest[i].count,
                             rest[i].count == 1 ? "" : "s", rest[i].what);
        }
    }
    return result;
}

/* What is rendered, of what was learned. Returns 0 or -ENOMEM. */
static int make_policies(struct replay *replay)
{
    int result = 0;
    replay->policies = calloc(replay->count + 1, sizeof(struct armor_profile *));
    for (size_t i = 0; i < replay->count && replay->policies && result == 0; i++) {
        result = armor_generalise(replay->profiles[i], &replay->generalise, &replay->policies[i]);
        result = result < 0 ? result : armor_floor_lay(replay->profiles[i], replay->policies[i]);
    }
    return replay->policies ? result : -ENOMEM;
}

static int run(struct cli *cli, struct replay *replay, size_t jobs, bool json)
{
    struct scan_counts counts;
    const struct scan_sink sink = {.learn = learn_event, .userdata = replay, .jobs = jobs};
    int code = scan_logs(cli, &sink, &counts);
    if (code != CLI_DONE) {
        return code;
    }
    scan_report(cli, &counts);
    if (make_policies(replay) < 0 || report(replay) < 0) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    if (replay->count == 0 && replay->only) {
        return cli_refuse(cli, CLI_REFUSED, "Without --container, replay shows all that there are.",
                          "These logs have no event of the container %s (profile armord-%s)%s%s.",
                          replay->only, replay->only, replay->others ? ", but of " : "", replay->other);
    }
    if (cli_given(cli, CLI_OPTION_EXPLAIN)) {
        return replay->count == 1
                   ? explain_learned(cli, replay->profiles[0], &replay->generalise, replay->seed)
                   : cli_refuse(cli, CLI_USAGE, "Name it with --container.",
                                "--explain is of one container; these logs have %zu.", replay->count);
    }
    return json ? print_objects(replay) : print_texts(replay);
}

/* The value of --jobs; 0: not given. Returns CLI_DONE, or CLI_USAGE after saying why. */
static int read_jobs(struct cli *cli, size_t *ret_jobs)
{
    const char *value = cli_value(cli, CLI_OPTION_JOBS);
    int64_t jobs = value ? cli_number(value) : 0;
    if (value && (jobs < 1 || jobs > CREW_HANDS_MAX)) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--jobs is a number from 1 to %d, not '%s'.", CREW_HANDS_MAX,
                          value);
    }
    *ret_jobs = (size_t)jobs;
    return CLI_DONE;
}

/* What --literal and --without take away, as bits. Returns CLI_DONE, or CLI_USAGE after saying why. */
static int read_without(struct cli *cli, uint32_t *ret_without)
{
    uint32_t without = cli_given(cli, CLI_OPTION_LITERAL) ? ARMOR_MAKE_ALL : 0;
    for (size_t i = 0; i < cli->value_count[CLI_OPTION_WITHOUT]; i++) {
        const char *word = cli->values[CLI_OPTION_WITHOUT][i];
        int transformation = armor_transformation_from_name(armor_slice_of(word));
        if (transformation < 0) {
            return cli_refuse(cli, CLI_USAGE, "docs/learning.md has a table of them.",
                              "--without is the name of a transformation, not '%s'.", word);
        }
        without |= 1U << transformation;
    }
    *ret_without = without;
    return CLI_DONE;
}

int verb_replay(struct cli *cli)
{
    const char *format = cli_value(cli, CLI_OPTION_FORMAT);
    const char *mode = cli_value(cli, CLI_OPTION_MODE);
    int mode_found = mode ? armor_mode_from_name(armor_slice_of(mode)) : ARMOR_MODE_ENFORCED;
    if (format && strcmp(format, "apparmor") != 0 && strcmp(format, "json") != 0) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--format is apparmor or json, not '%s'.", format);
    }
    if (mode_found < 0) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--mode is learning or enforced, not '%s'.", mode);
    }
    size_t jobs = 0;
    if (read_jobs(cli, &jobs) != CLI_DONE) {
        return CLI_USAGE;
    }
    uint32_t without = 0;
    if (read_without(cli, &without) != CLI_DONE) {
        return CLI_USAGE;
    }
    struct replay replay = {
        .cli = cli,
        .only = cli_value(cli, CLI_OPTION_CONTAINER),
        .options = {.literal = without & (1U << ARMOR_MAKE_IDS)},
        .generalise = {.without = without},
        .mode = (enum armor_mode)mode_found,
    };
    if (getrandom(&replay.seed, sizeof replay.seed, 0) != (ssize_t)sizeof replay.seed) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "The kernel gives no random numbers.");
    }
    int code = run(cli, &replay, jobs, format ? strcmp(format, "json") == 0 : cli->json);
    for (size_t i = 0; i < replay.count; i++) {
        armor_profile_free(replay.profiles[i]);
        armor_profile_free(replay.policies ? replay.policies[i] : NULL);
    }
    free((void *)replay.policies);
    free(replay.profiles);
    return code;
}
