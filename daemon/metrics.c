/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GET /metrics: the counters as OpenMetrics 1.0 text. */
#include "api_private.h"
#include "intake.h"
#include "loader_client.h"
#include "pipeline.h"

#include "armor/burst.h"
#include "armor/guard.h"

#define OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"

static void write_head(struct armor_text *text, const char *name, const char *type, const char *help)
{
    armor_text_format(text, "# TYPE armord_%s %s\n# HELP armord_%s %s\n", name, type, name, help);
}

static void write_counter(struct armor_text *text, const char *name, const char *help, uint64_t value)
{
    write_head(text, name, "counter", help);
    armor_text_format(text, "armord_%s_total %llu\n", name, (unsigned long long)value);
}

static void write_gauge(struct armor_text *text, const char *name, const char *help, int64_t value)
{
    write_head(text, name, "gauge", help);
    armor_text_format(text, "armord_%s %lld\n", name, (long long)value);
}

static void write_daemon(struct armor_text *text, const struct api *api)
{
    const struct manager *manager = api->manager;
    const struct pipeline_counters *pipeline = pipeline_counters(manager->pipeline);
    const struct source_counters *source = intake_state(manager->intake)->counters;
    const struct {
        const char *name;
        const char *help;
        uint64_t value;
    } counters[] = {
        {"records", "Audit records of every type.", pipeline->records},
        {"apparmor_records", "Records that AppArmor wrote.", pipeline->apparmor},
        {"malformed_records", "Records that are cut or bent.", pipeline->malformed},
        {"untrusted_records", "Records from user space that pose as AppArmor's.", pipeline->untrusted},
        {"foreign_records", "AppArmor records of no container here.", pipeline->foreign},
        {"repeated_records", "AppArmor records that came a second time.", pipeline->repeated},
        {"known_records", "AppArmor records that repeat an earlier one.", pipeline->known},
        {"late_records", "Allowed accesses of containers that are enforced already.", pipeline->late},
        {"failed_records", "Records that found no memory.", pipeline->failed},
        {"unknown_fields", "Keys in records that this armord doesn't know.", pipeline->unknown_fields},
        {"rule_changes", "Rules that were added or widened.", pipeline->rules},
        {"commit_failures", "Transactions that the store refused.", pipeline->commits_failed},
        {"source_messages", "Messages read from the source in use.", source->messages},
        {"source_strangers", "Messages that the kernel or auditd didn't write.", source->strangers},
        {"source_bent", "Messages that were cut or without a sound frame.", source->bent},
        {"source_overruns", "Times that something was lost on the way from the kernel.", source->overruns},
        {"source_dropped", "Messages lost so, where known.", source->dropped},
        {"api_connections", "Connections of clients.", api->counters.connections},
        {"api_refused", "Connections over a cap.", api->counters.refused},
        {"api_requests", "Requests of clients.", api->counters.requests},
        {"api_problems", "Requests that were answered with a problem.", api->counters.problems},
    };
    write_head(text, "build", "info", "The version that runs.");
    armor_text_format(text, "armord_build_info{version=\"%s\"} 1\n", ARMORD_VERSION);
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        write_counter(text, counters[i].name, counters[i].help, counters[i].value);
    }
    if (manager->audit_lost.present) {
        write_counter(text, "kernel_lost_records", "Audit records that the kernel dropped.",
                      (uint64_t)manager->audit_lost.value);
    }
    if (manager->audit_backlog_limit.present) {
        write_gauge(text, "kernel_backlog_limit", "Records that may wait in the kernel.",
                    manager->audit_backlog_limit.value);
    }
    if (loader_client_reach(manager->loader) != LOADER_REACH_UNKNOWN) {
        write_gauge(text, "loader_up", "Whether armor-loader answered when it was last asked.",
                    loader_client_reach(manager->loader) == LOADER_REACH_YES);
    }
}

static uint64_t rules_of(const struct container *container)
{
    return container->profile->rule_count;
}

static uint64_t words_of(const struct container *container)
{
    return armor_profile_size(container->profile);
}

static uint64_t events_of(const struct container *container)
{
    return container->profile->events;
}

static uint64_t denials_of(const struct container *container)
{
    return container->denied;
}

static uint64_t lost_of(const struct container *container)
{
    return container->lost;
}

static uint64_t enforced_of(const struct container *container)
{
    return container->mode == ARMOR_MODE_ENFORCED;
}

static uint64_t complete_of(const struct container *container)
{
    return container_complete(container);
}

/* Without memory, what the evidence itself has in quarantine. */
static uint64_t held_of(const struct container *container)
{
    struct armor_profile *reviewed = NULL;
    int code = armor_guard_review(container->profile, &reviewed);
    const struct armor_profile *profile = code > 0 ? reviewed : container->profile;
    uint64_t held = 0;
    for (size_t i = 0; i < profile->rule_count; i++) {
        held += profile->rules[i]->state == ARMOR_STATE_QUARANTINED;
    }
    armor_profile_free(reviewed);
    return held;
}

static uint64_t burst_of(const struct container *container)
{
    struct armor_burst burst = {0};
    return armor_burst_find(container->profile, &burst) < 0 ? 0 : burst.rules;
}

/* A family has one sample for each container. Names of containers need no escaping: armor_name_valid. */
static const struct family {
    const char *name;
    const char *type;
    const char *suffix;
    const char *help;
    uint64_t (*value)(const struct container *container);
} families[] = {
    {"container_enforced", "gauge", "", "1 while enforced, 0 while learning.", enforced_of},
    {"container_complete", "gauge", "", "1 while nothing is missing of what it did.", complete_of},
    {"container_rules", "gauge", "", "Rules of the profile.", rules_of},
    {"container_held_rules", "gauge", "", "Rules that wait for an operator's decision.", held_of},
    {"container_burst_rules", "gauge", "", "Most rules that were new within a minute, after the start.",
     burst_of},
    {"container_words_bytes", "gauge", "", "Bytes of the words in its rules.", words_of},
    {"container_events", "counter", "_total", "Events of any verdict.", events_of},
    {"container_denials", "counter", "_total", "Accesses refused since it was enforced.", denials_of},
    {"container_lost_records", "counter", "_total", "Records lost while it was learning.", lost_of},
};

static void write_containers(struct armor_text *text, const struct registry *registry)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        const struct family *family = &families[i];
        write_head(text, family->name, family->type, family->help);
        for (size_t n = 0; n < registry_count(registry); n++) {
            const struct container *container = registry_at(registry, n);
            armor_text_format(text, "armord_%s%s{container=\"%s\"} %llu\n", family->name, family->suffix,
                              container->profile->name, (unsigned long long)family->value(container));
        }
    }
    write_head(text, "container_skipped", "counter", "Events that gave no rule, by reason.");
    for (size_t n = 0; n < registry_count(registry); n++) {
        const struct armor_profile *profile = registry_at(registry, n)->profile;
        for (int skip = 0; skip < ARMOR_SKIP_COUNT; skip++) {
            if (profile->skipped[skip] > 0) {
                armor_text_format(text,
                                  "armord_container_skipped_total{container=\"%s\",reason=\"%s\"} %llu\n",
                                  profile->name, armor_skip_name((enum armor_skip)skip),
                                  (unsigned long long)profile->skipped[skip]);
            }
        }
    }
}

void get_metrics(struct request *request)
{
    struct armor_text text = ARMOR_TEXT_INIT(API_ANSWER_MAX);
    write_daemon(&text, request->api);
    write_containers(&text, request->api->manager->containers);
    armor_text_string(&text, "# EOF\n");
    request_text(request, 200, OPENMETRICS, &text);
}
