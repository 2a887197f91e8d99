/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests and replies as values: every word of a received message is checked here, on both sides. See wire.h. */
#include "wire.h"

#include "armor/limits.h"

#include <errno.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const mode_names[] = {
    [LOADER_MODE_NONE] = "none",
    [LOADER_MODE_COMPLAIN] = "complain",
    [LOADER_MODE_ENFORCE] = "enforce",
    [LOADER_MODE_OTHER] = "other",
};

static const char *const stage_names[] = {
    [LOADER_STAGE_DONE] = "done",       [LOADER_STAGE_REQUEST] = "request",
    [LOADER_STAGE_COMPILE] = "compile", [LOADER_STAGE_CHECK] = "check",
    [LOADER_STAGE_LOAD] = "load",       [LOADER_STAGE_VERIFY] = "verify",
    [LOADER_STAGE_PERSIST] = "persist", [LOADER_STAGE_AUDIT] = "audit",
    [LOADER_STAGE_IN_USE] = "in use",
};

/* Which fields an operation uses; a field that it doesn't use must be zero. */
static const struct {
    bool name;
    bool mode;
    bool text;
    bool value;
} uses[] = {
    [LOADER_LOAD] = {.name = true, .mode = true, .text = true},
    [LOADER_REMOVE] = {.name = true},
    [LOADER_INSPECT] = {.name = true},
    [LOADER_AUDIT_STATUS] = {0},
    [LOADER_AUDIT_BACKLOG] = {.value = true},
    [LOADER_QUIET] = {.name = true, .text = true},
    [LOADER_PROVE] = {.text = true, .value = true},
    [LOADER_COMPARE] = {.name = true, .mode = true, .text = true},
};

/* What apparmor_parser passes over when it loads a directory at boot (apparmor_parser(8)); "~" isn't in our alphabet. */
static const char *const skipped_suffixes[] = {
    ".dpkg-new", ".dpkg-old", ".dpkg-dist", ".dpkg-bak", ".dpkg-remove", ".pacsave",
    ".pacnew",   ".rpmnew",   ".rpmsave",   ".orig",     ".rej",
};

const char *loader_mode_name(enum loader_mode mode)
{
    return (size_t)mode < COUNT(mode_names) ? mode_names[mode] : "unknown";
}

const char *loader_stage_name(enum loader_stage stage)
{
    return (size_t)stage < COUNT(stage_names) ? stage_names[stage] : "unknown";
}

static bool is_alphanumeric(char c)
{
    return armor_is_alnum(c);
}

int loader_name_check(const char *name, struct armor_error *err)
{
    struct armor_slice whole = armor_slice_of(name);
    struct armor_slice prefix = ARMOR_SLICE(LOADER_PROFILE_PREFIX);
    if (!name || !armor_slice_starts(whole, prefix)) {
        return armor_error_set(err, -EINVAL, "the profile's name doesn't begin with " LOADER_PROFILE_PREFIX);
    }
    const char *own = name + prefix.length;
    size_t length = whole.length - prefix.length;
    if (length == 0 || length > ARMOR_NAME_MAX) {
        return armor_error_set(err, -EINVAL,
                               "the profile's name has %zu characters after " LOADER_PROFILE_PREFIX
                               ", 1 to %d are allowed",
                               length, ARMOR_NAME_MAX);
    }
    for (size_t i = 0; i < length; i++) {
        if (!is_alphanumeric(own[i]) && (i == 0 || !strchr("_.-", own[i]))) {
            return armor_error_set(err, -EINVAL,
                                   "character %zu of the profile's name isn't one of a-z A-Z 0-9%s",
                                   prefix.length + i + 1, i == 0 ? "" : " _ . -");
        }
    }
    for (size_t i = 0; i < COUNT(skipped_suffixes); i++) {
        size_t tail = strlen(skipped_suffixes[i]);
        if (length >= tail && strcmp(own + length - tail, skipped_suffixes[i]) == 0) {
            return armor_error_set(
                err, -EINVAL,
                "a profile named %s would not be loaded at boot, because apparmor_parser takes "
                "files ending in %s for backups; rename the container",
                name, skipped_suffixes[i]);
        }
    }
    return 0;
}

bool loader_name_valid(const char *name)
{
    return loader_name_check(name, NULL) == 0;
}

/* A fixed field holds a string: terminated, and zero from there on, so that nothing travels in its rest. */
static bool terminated_and_zeroed(const char *field, size_t size)
{
    const char *end = memchr(field, '\0', size);
    if (!end) {
        return false;
    }
    for (const char *rest = end; rest < field + size; rest++) {
        if (*rest != '\0') {
            return false;
        }
    }
    return true;
}

/* Copy a message of just the right size. */
static int take(const void *message, size_t length, void *copy, size_t expected, struct armor_error *err)
{
    if (length != expected) {
        return armor_error_set(err, -EBADMSG, "the message has %zu bytes instead of %zu", length, expected);
    }
    memcpy(copy, message, length);
    return 0;
}

/* What begins both kinds of message. */
static int check_head(uint32_t magic, uint32_t version, struct armor_error *err)
{
    if (magic != LOADER_MAGIC) {
        return armor_error_set(err, -EBADMSG, "the message doesn't begin with the loader's magic number");
    }
    if (version != LOADER_VERSION) {
        return armor_error_set(
            err, -EBADMSG,
            "the message is of version %u, this end speaks %d: restart armord after an upgrade", version,
            LOADER_VERSION);
    }
    return 0;
}

static bool known_operation(uint32_t operation)
{
    return operation >= LOADER_LOAD && operation < COUNT(uses);
}

int loader_request_check(const void *message, size_t length, bool has_fd, struct loader_request *ret_request,
                         struct armor_error *err)
{
    struct loader_request request = {0};
    int r = take(message, length, &request, sizeof request, err);
    if (r < 0) {
        return r;
    }
    r = check_head(request.magic, request.version, err);
    if (r < 0) {
        return r;
    }
    if (!known_operation(request.operation)) {
        return armor_error_set(err, -EBADMSG, "operation %u isn't known", request.operation);
    }
    if (!terminated_and_zeroed(request.name, sizeof request.name)) {
        return armor_error_set(err, -EBADMSG, "the name isn't terminated, or something follows it");
    }
    bool has_name = request.name[0] != '\0';
    if (has_name != uses[request.operation].name || has_fd != uses[request.operation].text ||
        (request.mode != 0 && !uses[request.operation].mode) ||
        (request.value != 0 && !uses[request.operation].value) ||
        (request.text_length != 0 && !uses[request.operation].text)) {
        return armor_error_set(err, -EBADMSG,
                               "operation %u came with a field or a descriptor that it doesn't use, "
                               "or without one that it needs",
                               request.operation);
    }
    bool candidate = request.operation == LOADER_REMOVE && strcmp(request.name, LOADER_CANDIDATE) == 0;
    r = has_name && !candidate ? loader_name_check(request.name, err) : 0;
    if (r < 0) {
        return r;
    }
    if (uses[request.operation].mode && request.mode != LOADER_MODE_COMPLAIN &&
        request.mode != LOADER_MODE_ENFORCE) {
        return armor_error_set(err, -EINVAL, "mode %u is neither complain nor enforce", request.mode);
    }
    if (uses[request.operation].text &&
        (request.text_length == 0 || request.text_length > ARMOR_PROFILE_TEXT_MAX)) {
        return armor_error_set(err, -EINVAL, "the profile's text has %u bytes, 1 to %d are allowed",
                               request.text_length, ARMOR_PROFILE_TEXT_MAX);
    }
    if (request.operation == LOADER_PROVE && request.value >= request.text_length) {
        return armor_error_set(err, -EINVAL, "%u bytes of queries leave no text of %u", request.value,
                               request.text_length);
    }
    if (request.operation == LOADER_AUDIT_BACKLOG && request.value != 0 &&
        (request.value < LOADER_BACKLOG_MIN || request.value > LOADER_BACKLOG_MAX)) {
        return armor_error_set(err, -EINVAL, "a backlog limit of %u records isn't 0 (none) or %d to %d",
                               request.value, LOADER_BACKLOG_MIN, LOADER_BACKLOG_MAX);
    }
    *ret_request = request;
    return 0;
}

int loader_reply_check(const void *message, size_t length, struct loader_reply *ret_reply,
                       struct armor_error *err)
{
    struct loader_reply reply = {0};
    int r = take(message, length, &reply, sizeof reply, err);
    if (r < 0) {
        return r;
    }
    r = check_head(reply.magic, reply.version, err);
    if (r < 0) {
        return r;
    }
    /* Operation 0: the loader couldn't make out what was asked, which is a failure. */
    if (!known_operation(reply.operation) && !(reply.operation == 0 && reply.code < 0)) {
        return armor_error_set(err, -EBADMSG, "the loader answered operation %u, which isn't known",
                               reply.operation);
    }
    if (reply.mode >= COUNT(mode_names) || reply.stage >= COUNT(stage_names)) {
        return armor_error_set(err, -EBADMSG, "the loader answered with mode %u and stage %u", reply.mode,
                               reply.stage);
    }
    if (reply.policy > LOADER_MATCH_FOREIGN || reply.file > LOADER_MATCH_FOREIGN ||
        reply.stranger_count > LOADER_STRANGERS_MAX) {
        return armor_error_set(err, -EBADMSG, "the loader answered a comparison with numbers that can't be");
    }
    for (size_t i = 0; i < LOADER_STRANGERS_MAX; i++) {
        const struct loader_stranger *stranger = &reply.strangers[i];
        if (!terminated_and_zeroed(stranger->comm, sizeof stranger->comm) ||
            !terminated_and_zeroed(stranger->label, sizeof stranger->label)) {
            return armor_error_set(err, -EBADMSG, "the loader named a process by words that can't be");
        }
    }
    if (!terminated_and_zeroed(reply.text, sizeof reply.text)) {
        return armor_error_set(err, -EBADMSG,
                               "the loader's sentence isn't terminated, or something follows it");
    }
    bool failed = reply.code < 0;
    if (reply.code > 0 || failed != (reply.stage != LOADER_STAGE_DONE) || failed != (reply.text[0] != '\0')) {
        return armor_error_set(err, -EBADMSG, "the loader answered with code %d at stage %u, which disagree",
                               reply.code, reply.stage);
    }
    *ret_reply = reply;
    return 0;
}
