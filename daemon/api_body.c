/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Request bodies. See api_body.h. */
#include "api_body.h"

#include "setting.h"

#include "armor/seed_text.h"
#include "armor/stated.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* Refuse nesting before the parser follows it down: its own cap is far above what is ever meant. */
static int check_depth(struct armor_slice body, struct armor_error *err)
{
    size_t depth = 0;
    size_t line = 1;
    size_t column = 0;
    bool quoted = false;
    for (size_t i = 0; i < body.length; i++) {
        char byte = body.bytes[i];
        column++;
        if (byte == '\n') {
            line++;
            column = 0;
        } else if (quoted && byte == '\\') {
            i++; /* whatever is escaped ends nothing */
            column++;
        } else if (byte == '"') {
            quoted = !quoted;
        } else if (!quoted && (byte == '{' || byte == '[')) {
            depth++;
        } else if (!quoted && (byte == '}' || byte == ']') && depth > 0) {
            depth--;
        }
        if (depth > API_BODY_DEPTH_MAX) {
            return armor_error_at(err, -EBADMSG, line, column, "nested more than %d deep",
                                  API_BODY_DEPTH_MAX);
        }
    }
    return 0;
}

static int read_override(const json_t *value, struct promote_request *request, struct armor_error *err)
{
    const json_t *item = NULL;
    size_t i = 0;
    if (!json_is_array(value)) {
        return armor_error_set(err, -EINVAL, "\"override\" is an array of gates' names");
    }
    json_array_foreach(value, i, item)
    {
        struct armor_slice name = {json_string_value(item), json_string_length(item)};
        int gate = json_is_string(item) ? gate_from_name(name) : -EINVAL;
        if (gate < 0) {
            return armor_error_set(err, -EINVAL, "\"override\" has no gate's name at position %zu", i + 1);
        }
        request->override[gate] = true;
    }
    return 0;
}

static int read_seed(const json_t *value, struct promote_request *request, struct armor_error *err)
{
    struct armor_seed *seed = NULL;
    int code = armor_seed_new(&seed);
    code = code < 0 ? armor_error_set(err, code, "out of memory") : armor_seed_from_json(value, seed, err);
    if (code < 0) {
        armor_seed_free(seed);
        return code;
    }
    request->seed = seed;
    return 0;
}

static int read_rules(const json_t *value, struct promote_request *request, struct armor_error *err)
{
    return armor_stated_from_json(value, armor_slice_of(request->name), request->hash, &request->stated, err);
}

static int read_rule(const json_t *value, struct promote_request *request, struct armor_error *err)
{
    const char *rule = json_string_value(value);
    if (!rule || !rule[0]) {
        return armor_error_set(err, -EINVAL, "\"rule\" is a rule's text");
    }
    request->rule = strdup(rule);
    return request->rule ? 0 : armor_error_set(err, -ENOMEM, "out of memory");
}

static int read_number(const json_t *value, const char *key, int64_t max, int64_t *ret_number,
                       struct armor_error *err)
{
    int64_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 1 || number > max) {
        return armor_error_set(err, -EINVAL, "\"%s\" is a whole number from 1 to %lld", key, (long long)max);
    }
    *ret_number = number;
    return 0;
}

static int read_denial(const json_t *value, struct promote_request *request, struct armor_error *err)
{
    int64_t id = 0;
    int r = read_number(value, "denial", INT64_MAX, &id, err);
    request->denial = (uint64_t)id;
    return r;
}

static int read_revision(const json_t *value, struct promote_request *request, struct armor_error *err)
{
    int64_t number = 0;
    int r = read_number(value, "revision", UINT32_MAX, &number, err);
    request->revision = (uint32_t)number;
    return r;
}

static int read_all_denials(const json_t *value, struct promote_request *request, struct armor_error *err)
{
    if (!json_is_true(value)) {
        return armor_error_set(err, -EINVAL, "\"all_denials\" is true, or not given");
    }
    request->all_denials = true;
    return 0;
}

/* What is written to the journal and shown later: no control bytes. */
static int read_reason(const json_t *value, struct promote_request *request, struct armor_error *err)
{
    const char *reason = json_string_value(value);
    bool sound = reason && strlen(reason) < sizeof request->note;
    for (const char *byte = reason; sound && *byte; byte++) {
        sound = (unsigned char)*byte >= ' ' && *byte != 0x7f;
    }
    if (!sound) {
        return armor_error_set(err, -EINVAL, "\"reason\" is a text of one line, below %zu bytes",
                               sizeof request->note);
    }
    (void)snprintf(request->note, sizeof request->note, "%s", reason);
    return 0;
}

/* "sha256:0123...": what is told of an image is shown and kept, and nothing else is done with it. */
static int read_image(const json_t *value, struct promote_request *request, struct armor_error *err)
{
    const char *image = json_string_value(value);
    size_t length = image ? strlen(image) : 0;
    bool sound = length > 0 && length < sizeof request->image && armor_is_alnum(image[0]);
    for (size_t i = 0; i < length; i++) {
        sound = sound && (armor_is_alnum(image[i]) || strchr(":+._-", image[i]));
    }
    if (!sound) {
        return armor_error_set(err, -EINVAL, "\"image\" is a digest: below %zu of a-z A-Z 0-9 : + . _ -",
                               sizeof request->image);
    }
    memcpy(request->image, image, length + 1);
    return 0;
}

static int read_dry_run(const json_t *value, struct promote_request *request, struct armor_error *err)
{
    request->dry_run = json_is_true(value);
    return json_is_boolean(value) ? 0 : armor_error_set(err, -EINVAL, "\"dry_run\" is true or false");
}

static int read_watch(const json_t *value, struct promote_request *request, struct armor_error *err)
{
    const struct setting *setting = setting_find(ARMOR_SLICE("watch-seconds"));
    int64_t seconds = json_integer_value(value);
    if (!json_is_integer(value) || seconds < 0 || seconds > setting->max) {
        return armor_error_set(err, -EINVAL, "\"watch_seconds\" is a whole number from 0 to %lld",
                               (long long)setting->max);
    }
    request->watch_seconds = seconds ? seconds : -1;
    return 0;
}

#define OF(verb) (1U << PROMOTE_##verb)

static const struct key {
    const char *name;
    uint32_t verbs; /* bit 1 << enum promote_verb for each that knows it */
    int (*read)(const json_t *value, struct promote_request *request, struct armor_error *err);
} keys[] = {
    {"override", OF(ENFORCE), read_override},
    {"seed", OF(LEARN), read_seed},
    {"rules", OF(LEARN) | OF(ACCEPT), read_rules},
    {"dry_run", OF(ENFORCE), read_dry_run},
    {"watch_seconds", OF(ENFORCE), read_watch},
    {"rule", OF(ACCEPT) | OF(DENY), read_rule},
    {"denial", OF(ACCEPT) | OF(DENY), read_denial},
    {"all_denials", OF(ACCEPT), read_all_denials},
    {"revision", OF(ROLLBACK), read_revision},
    {"image", OF(STARTED), read_image},
    {"reason", OF(ENFORCE) | OF(COMPLAIN) | OF(ACCEPT) | OF(DENY) | OF(ROLLBACK), read_reason},
};

static int read_key(enum promote_verb verb, const char *name, const json_t *value,
                    struct promote_request *request, struct armor_error *err)
{
    if (verb == PROMOTE_SETTINGS) {
        return settings_change_read(&request->settings, name, value, err);
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if ((keys[i].verbs & (1U << verb)) && strcmp(keys[i].name, name) == 0) {
            return keys[i].read(value, request, err);
        }
    }
    return armor_error_set(err, -EINVAL, "\"%.64s\" is no key that %s knows", name, promote_verb_name(verb));
}

int api_body_read(enum promote_verb verb, struct armor_slice body, struct promote_request *request,
                  struct armor_error *err)
{
    json_error_t failed = {0};
    if (body.length == 0) {
        return 0;
    }
    int result = check_depth(body, err);
    if (result < 0) {
        return result;
    }
    json_auto_t *object = json_loadb(body.bytes, body.length, JSON_REJECT_DUPLICATES, &failed);
    if (!object && (json_error_code(&failed) == json_error_out_of_memory || !failed.text[0])) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    if (!object) {
        size_t line = failed.line > 0 ? (size_t)failed.line : 0;
        size_t column = failed.column > 0 ? (size_t)failed.column : 0;
        return armor_error_at(err, -EBADMSG, line, column, "%s", failed.text);
    }
    if (!json_is_object(object)) {
        return armor_error_at(err, -EBADMSG, 1, 1, "a JSON object is expected");
    }
    struct promote_request read = *request;
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(object, name, value)
    {
        result = read_key(verb, name, value, &read, err);
        if (result < 0) {
            armor_seed_free(read.seed);
            free(read.rule);
            armor_profile_free(read.stated);
            return result;
        }
    }
    *request = read;
    return 0;
}
