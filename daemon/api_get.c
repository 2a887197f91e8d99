/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be read, but for the stream and the metrics. */
#include "api_private.h"
#include "history.h"
#include "intake.h"
#include "loader_client.h"
#include "pipeline.h"
#include "store.h"

#include "armor/floor.h"
#include "armor/guard.h"
#include "armor/json.h"
#include "armor/time.h"

#include <errno.h>
#include <stdlib.h>

struct container *request_container(struct request *request)
{
    struct container *container =
        registry_find(request->api->manager->containers, armor_slice_of(request->name));
    if (!container) {
        request_refuse(request, PROBLEM_CONTAINER_UNKNOWN,
                       "armorctl status lists those that are known; armorctl learn begins one.",
                       "There is no container %s here.", request->name);
    }
    return container;
}

struct choices request_choices(const struct request *request, const struct container *container)
{
    return settings_choices(&request->api->manager->settings, &container->own);
}

static json_t *time_to_json(int64_t usec)
{
    char buffer[ARMOR_TIME_SIZE];
    return json_string(armor_time_format(usec, buffer));
}

/* What is missing, in words; NULL for nothing, or without memory, which *RET_FAILED then says. */
static json_t *gaps_to_json(const struct container *container, int *ret_failed)
{
    json_t *notes = NULL;
    for (int i = 0; i < CONTAINER_GAP_COUNT; i++) {
        if (container->gaps[i][0]) {
            notes = notes ? notes : json_array();
            *ret_failed |= json_array_append_new(notes, json_string(container->gaps[i]));
        }
    }
    return notes;
}

/* How the kernel is kept quiet about what is known. */
static json_t *quieting_to_json(const struct container *container)
{
    const struct quieting *quieting = &container->quieting;
    json_t *object = json_pack("{s:I, s:I}", "loads", (json_int_t)quieting->loads, "failures",
                               (json_int_t)quieting->failures);
    int failed = object ? 0 : -1;
    if (quieting->loaded_usec > 0) {
        failed |= json_object_set_new(object, "last", time_to_json(quieting->loaded_usec));
        failed |= json_object_set_new(object, "took_seconds", json_real(quieting->took_usec / 1e6));
    }
    if (quieting->problem[0]) {
        failed |= json_object_set_new(object, "problem", json_string(quieting->problem));
    }
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *container_to_json(const struct container *container)
{
    json_t *object = armor_profile_to_json(container->profile);
    int failed = object ? 0 : -1;
    json_t *gaps = gaps_to_json(container, &failed);
    failed |= json_object_set_new(object, "mode", json_string(armor_mode_name(container->mode)));
    failed |= json_object_set_new(object, "since", time_to_json(container->since_usec));
    failed |= json_object_set_new(object, "revision", json_integer(container->revision));
    failed |= json_object_set_new(object, "lost", json_integer((json_int_t)container->lost));
    failed |= gaps ? json_object_set_new(object, "incomplete", gaps) : 0;
    failed |= json_object_set_new(object, "denials", json_integer((json_int_t)container->denied));
    failed |= json_object_set_new(object, "undecided", json_integer((json_int_t)container->denials.count));
    json_t *own = own_settings_to_json(&container->own);
    failed |= own ? json_object_set_new(object, "settings", own) : container->own.given ? -1 : 0;
    failed |= container->pinned ? json_object_set_new(object, "pinned", json_integer(container->pinned)) : 0;
    const struct {
        const char *key;
        const char *value;
    } words[] = {{"image", container->image},
                 {"image_seen", container->image_seen},
                 {"returned", container->returned},
                 {"returning", container->returning}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        failed |=
            words[i].value[0] ? json_object_set_new(object, words[i].key, json_string(words[i].value)) : 0;
    }
    failed |= json_object_set_new(object, "forged", json_integer((json_int_t)container->forged));
    if (container->mode == ARMOR_MODE_LEARNING) {
        failed |= json_object_set_new(object, "quieting", quieting_to_json(container));
        failed |= json_object_set_new(object, "runs", json_integer(container->history.runs.count));
        failed |=
            json_object_set_new(object, "readiness", armor_readiness_to_json(&container->history.readiness));
    }
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *source_to_json(const struct manager *manager)
{
    const struct pipeline_counters *pipeline = pipeline_counters(manager->pipeline);
    const struct intake_state *intake = intake_state(manager->intake);
    const struct source_counters *source = intake->counters;
    const struct {
        const char *key;
        uint64_t value;
    } counters[] = {
        {"records", pipeline->records},
        {"apparmor", pipeline->apparmor},
        {"malformed", pipeline->malformed + source->bent},
        {"untrusted", pipeline->untrusted},
        {"strangers", source->strangers},
        {"foreign", pipeline->foreign},
        {"repeated", pipeline->repeated},
        {"late", pipeline->late},
        {"known", pipeline->known},
        {"failed", pipeline->failed},
        {"unknown_fields", pipeline->unknown_fields},
        {"overruns", source->overruns},
        {"dropped", source->dropped},
    };
    json_t *object = json_pack("{s:s, s:s, s:s}", "name", intake->name, "reason", intake->reason, "self_test",
                               intake_test_name(intake->test));
    int failed = object ? 0 : -1;
    if (intake->advice[0]) {
        failed |= json_object_set_new(object, "advice", json_string(intake->advice));
    }
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        failed |= json_object_set_new(object, counters[i].key, json_integer((json_int_t)counters[i].value));
    }
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *modes_to_json(const struct registry *registry)
{
    json_int_t modes[ARMOR_MODE_COUNT] = {0};
    for (size_t i = 0; i < registry_count(registry); i++) {
        modes[registry_at(registry, i)->mode]++;
    }
    return json_pack("{s:I, s:I}", armor_mode_name(ARMOR_MODE_LEARNING), modes[ARMOR_MODE_LEARNING],
                     armor_mode_name(ARMOR_MODE_ENFORCED), modes[ARMOR_MODE_ENFORCED]);
}

void get_status(struct request *request)
{
    const struct manager *manager = request->api->manager;
    enum loader_reach reach = loader_client_reach(manager->loader);
    json_t *audit = json_object();
    json_t *loader = json_object();
    int failed = 0;
    if (manager->audit_lost.present) {
        failed |= json_object_set_new(audit, "lost", json_integer(manager->audit_lost.value));
    }
    if (manager->audit_backlog_limit.present) {
        failed |=
            json_object_set_new(audit, "backlog_limit", json_integer(manager->audit_backlog_limit.value));
    }
    if (reach != LOADER_REACH_UNKNOWN) {
        failed |= json_object_set_new(loader, "reachable", json_boolean(reach == LOADER_REACH_YES));
    }
    json_t *status =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "version", ARMORD_VERSION, "started",
                  time_to_json(manager->started_usec), "source", source_to_json(manager), "audit", audit,
                  "containers", modes_to_json(manager->containers), "loader", loader);
    if (failed) {
        json_decref(status);
        return;
    }
    request_json(request, 200, status);
}

/* A list that is written item by item, so that a long one is never in memory as a tree. */
struct list {
    struct armor_text text;
    size_t count;
    bool failed; /* out of memory */
};

static struct list list_begin(const char *key)
{
    struct list list = {.text = ARMOR_TEXT_INIT(API_ANSWER_MAX)};
    armor_text_format(&list.text, "{\"%s\":[", key);
    return list;
}

/* Append ITEM, which is taken. NULL: out of memory. */
static void list_add(struct list *list, json_t *item)
{
    char *bytes = item ? json_dumps(item, JSON_COMPACT) : NULL;
    json_decref(item);
    list->failed |= !bytes;
    armor_text_string(&list->text, list->count++ ? "," : "");
    armor_text_string(&list->text, bytes);
    free(bytes);
}

/* LEFT_OUT: items that there is no more of than their number; 0 isn't shown. */
static void list_end(struct list *list, struct request *request, uint64_t left_out)
{
    armor_text_char(&list->text, ']');
    if (left_out > 0) {
        armor_text_format(&list->text, ",\"left_out\":%llu", (unsigned long long)left_out);
    }
    armor_text_char(&list->text, '}');
    if (list->failed) {
        armor_text_done(&list->text);
        return;
    }
    request_text(request, 200, "application/json", &list->text);
}

/* How ready CONTAINER is, into its history. */
static void judge(const struct request *request, struct container *container)
{
    (void)history_judge(container, request_choices(request, container).ready_percent);
}

void get_containers(struct request *request)
{
    const struct registry *registry = request->api->manager->containers;
    struct list list = list_begin("containers");
    for (size_t i = 0; i < registry_count(registry); i++) {
        judge(request, registry_at(registry, i));
        list_add(&list, container_to_json(registry_at(registry, i)));
    }
    list_end(&list, request, 0);
}

void get_container(struct request *request)
{
    struct container *container = request_container(request);
    if (!container) {
        return;
    }
    judge(request, container);
    json_t *object = container_to_json(container);
    int failed = json_object_set_new(object, "run_history", armor_runs_to_json(&container->history.runs));
    failed |= json_object_set_new(object, "curve", armor_curve_to_json(&container->history.curve));
    if (failed) {
        json_decref(object);
        object = NULL;
    }
    request_json(request, 200, object);
}

/* RULE as JSON; of one that is expected, how much of it POLICY has because it was asked for. */
static json_t *rule_to_json(const struct armor_profile *profile, const struct armor_profile *policy,
                            const struct armor_rule *rule)
{
    json_t *object = armor_rule_to_json(profile, rule);
    if (!object || rule->state != ARMOR_STATE_EXPECTED) {
        return object;
    }
    const struct armor_access access = armor_rule_access(rule);
    const struct armor_rule *waiting = armor_profile_find(policy, &access);
    int code = 0;
    if (!waiting) {
        (void)json_object_del(object, "left_out");
        code = json_object_set_new(object, "seen", json_string("all"));
    } else if (waiting->mask != rule->mask) {
        code =
            json_object_set_new(object, "left_out", json_string("nothing has asked for the rest of it yet"));
        code = code < 0 ? code : json_object_set_new(object, "seen", json_string("some"));
    }
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

void get_rules(struct request *request)
{
    const struct container *container = request_container(request);
    const struct armor_rule **rules = NULL;
    struct armor_profile *reviewed = NULL;
    struct armor_profile *policy = NULL;
    if (!container || armor_guard_review(container->profile, &reviewed) < 0) {
        return;
    }
    const struct armor_profile *profile = reviewed ? reviewed : container->profile;
    const struct choices choices = request_choices(request, container);
    if (armor_profile_sorted(profile, &rules) < 0 ||
        armor_generalise(container->profile, &choices.generalise, &policy) < 0) {
        free(rules);
        armor_profile_free(reviewed);
        return;
    }
    struct list list = list_begin("rules");
    for (size_t i = 0; i < profile->rule_count; i++) {
        list_add(&list, rule_to_json(profile, policy, rules[i]));
    }
    free(rules);
    armor_profile_free(policy);
    armor_profile_free(reviewed);
    list_end(&list, request, 0);
}

/* Answer with a profile's TEXT, which is taken. */
static void answer_profile(struct request *request, char *text)
{
    struct armor_text answer = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    armor_text_string(&answer, text);
    free(text);
    request_text(request, 200, "text/plain; charset=utf-8", &answer);
}

/* Answer with the text of revision NUMBER. */
static void answer_revision(struct request *request, const struct container *container, uint32_t number)
{
    struct armor_error err = {0};
    char *text = NULL;
    int result = store_revision_text(request->api->manager->store, container, number, &text, &err);
    if (result == -ENOENT) {
        request_refuse(request, PROBLEM_PATH_UNKNOWN, "GET .../revisions lists those that are kept.",
                       "Revision %u of %s isn't kept.", number, request->name);
    } else if (result < 0) {
        request_refuse(request, PROBLEM_INTERNAL, "See journalctl -u armord.", "The store can't be read: %s.",
                       err.text);
    } else {
        answer_profile(request, text);
    }
}

void get_revision(struct request *request)
{
    const struct container *container = request_container(request);
    if (container) {
        answer_revision(request, container, request->number);
    }
}

void get_profile(struct request *request)
{
    const char *word = request->queries[API_QUERY_MODE];
    int mode = word ? armor_mode_from_name(armor_slice_of(word)) : 0;
    if (mode < 0) {
        request_refuse(request, PROBLEM_REQUEST_INVALID, NULL, "The key mode is learning or enforced.");
        return;
    }
    const struct container *container = request_container(request);
    if (!container) {
        return;
    }
    if (!word) {
        answer_revision(request, container, container->revision);
        return;
    }
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    struct armor_profile *policy = NULL;
    const struct choices choices = request_choices(request, container);
    int result = armor_generalise(container->profile, &choices.generalise, &policy);
    result = result < 0 ? result : armor_floor_lay(container->profile, policy);
    result = result < 0 ? result : armor_render(policy, (enum armor_mode)mode, NULL, &text);
    armor_profile_free(policy);
    if (result == -E2BIG) {
        armor_text_done(&text);
        request_refuse(request, PROBLEM_INTERNAL, NULL, "The profile would be over %d bytes.",
                       ARMOR_PROFILE_TEXT_MAX);
        return;
    }
    request_text(request, 200, "text/plain; charset=utf-8", &text);
}

static json_t *revision_to_json(const struct revision *revision)
{
    json_t *object = json_pack("{s:I, s:s, s:o, s:s, s:s}", "number", (json_int_t)revision->number, "mode",
                               armor_mode_name(revision->mode), "time", time_to_json(revision->time_usec),
                               "reason", revision->reason, "author", revision->author);
    json_t *gates = revision->gates ? json_loads(revision->gates, 0, NULL) : NULL;
    int failed = 0;
    failed |= revision->note[0] ? json_object_set_new(object, "note", json_string(revision->note)) : 0;
    failed |= revision->image[0] ? json_object_set_new(object, "image", json_string(revision->image)) : 0;
    failed |= gates ? json_object_set(object, "gates", gates) : 0;
    if (object && failed) {
        json_decref(object);
        object = NULL;
    }
    json_decref(gates);
    return object;
}

void get_revisions(struct request *request)
{
    const struct container *container = request_container(request);
    struct armor_error err = {0};
    struct revision *revisions = NULL;
    size_t count = 0;
    if (!container) {
        return;
    }
    if (store_revisions(request->api->manager->store, container, &revisions, &count, &err) < 0) {
        request_refuse(request, PROBLEM_INTERNAL, "See journalctl -u armord.", "The store can't be read: %s.",
                       err.text);
        return;
    }
    struct list list = list_begin("revisions");
    for (size_t i = 0; i < count; i++) {
        list_add(&list, revision_to_json(&revisions[i]));
    }
    store_free_revisions(revisions, count);
    list_end(&list, request, 0);
}

void get_denials(struct request *request)
{
    const struct container *container = request_container(request);
    if (!container) {
        return;
    }
    struct list list = list_begin("denials");
    for (size_t i = 0; i < container->denials.count; i++) {
        list_add(&list, denial_to_json(&container->denials, &container->denials.entries[i]));
    }
    list_end(&list, request, container->denials.left_out);
}
