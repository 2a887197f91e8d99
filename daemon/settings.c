/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings: a table of keys, and a YAML reader that takes nothing else. See settings.h. */
#include "settings.h"

#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml.h>

enum setting_type {
    SETTING_PATH,    /* absolute; min and max are bytes */
    SETTING_WORD,    /* one of a few, kept as its index, an int64_t */
    SETTING_NUMBER,  /* int64_t, decimal; min and max are its bounds */
    SETTING_WITHOUT, /* names of transformations with spaces between, kept as uint32_t bits; none by default */
};

struct setting {
    const char *key;
    enum setting_type type;
    int64_t min;
    int64_t max;
    int64_t number;           /* the default of a number */
    const char *path;         /* the default of a path */
    size_t offset;            /* in struct settings */
    const char *const *words; /* those that a word may be, max + 1 of them, the first one being the default */
};

#define SETTING_SIZE(member) (sizeof((struct settings *)0)->member)

static const char *const sources[] = {"auto", "netlink", "audit-log", "journal", "kmsg"};
static const char *const switches[] = {[SETTINGS_QUIET_ON] = "on", [SETTINGS_QUIET_OFF] = "off"};

static const char *const image_changes[SETTINGS_IMAGE_COUNT] = {
    [SETTINGS_IMAGE_ASK] = "ask", [SETTINGS_IMAGE_KEEP] = "keep", [SETTINGS_IMAGE_LEARN] = "learn"};

static const struct setting table[] = {
    {"audit-log", SETTING_PATH, 2, SETTING_SIZE(audit_log) - 1, 0, "/var/log/audit/audit.log",
     offsetof(struct settings, audit_log), NULL},
    {"audit-interval-seconds", SETTING_NUMBER, 1, 3600, 10, NULL, offsetof(struct settings, audit_interval),
     NULL},
    {"backlog-limit", SETTING_NUMBER, 0, 65536, 8192, NULL, offsetof(struct settings, backlog_limit), NULL},
    {"database", SETTING_PATH, 2, SETTING_SIZE(database) - 1, 0, "/var/lib/armord/armord.db",
     offsetof(struct settings, database), NULL},
    {"flush-interval-seconds", SETTING_NUMBER, 1, 3600, 30, NULL, offsetof(struct settings, flush_interval),
     NULL},
    {"image-change", SETTING_WORD, 0, SETTINGS_IMAGE_COUNT - 1, 0, NULL,
     offsetof(struct settings, image_change), image_changes},
    {"loader-socket", SETTING_PATH, 2, SETTING_SIZE(loader_socket) - 1, 0, "/run/armord/loader.sock",
     offsetof(struct settings, loader_socket), NULL},
    {"loader-timeout-seconds", SETTING_NUMBER, 1, 600, 45, NULL, offsetof(struct settings, loader_timeout),
     NULL},
    {"quiet", SETTING_WORD, 0, SETTINGS_QUIET_OFF, 0, NULL, offsetof(struct settings, quiet), switches},
    {"ready-percent", SETTING_NUMBER, 1, 99, 20, NULL, offsetof(struct settings, ready_percent), NULL},
    {"source", SETTING_WORD, 0, SOURCE_KIND_COUNT, 0, NULL, offsetof(struct settings, source), sources},
    {"watch-limit", SETTING_NUMBER, 0, 1000000, 20, NULL, offsetof(struct settings, watch_limit), NULL},
    {"watch-seconds", SETTING_NUMBER, 0, 2592000, 600, NULL, offsetof(struct settings, watch_seconds), NULL},
    {"without", SETTING_WITHOUT, 0, 0, 0, NULL, offsetof(struct settings, generalise.without), NULL},
};

enum { SETTING_COUNT = sizeof table / sizeof table[0] };

void settings_default(struct settings *ret_settings)
{
    struct settings settings = {0};
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        char *field = (char *)&settings + table[i].offset;
        if (table[i].type == SETTING_PATH) {
            (void)snprintf(field, (size_t)table[i].max + 1, "%s", table[i].path);
        } else if (table[i].type != SETTING_WITHOUT) {
            memcpy(field, &table[i].number, sizeof table[i].number);
        }
    }
    *ret_settings = settings;
}

static const struct setting *find(struct armor_slice key)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (armor_slice_is(key, table[i].key)) {
            return &table[i];
        }
    }
    return NULL;
}

static int refuse(struct armor_error *err, yaml_mark_t mark, int code, const char *key, const char *what)
{
    return armor_error_at(err, code, mark.line + 1, mark.column + 1, "%s: %s", key, what);
}

static int set_path(const struct setting *setting, const yaml_event_t *value, char *field,
                    struct armor_error *err)
{
    size_t length = value->data.scalar.length;
    const char *bytes = (const char *)value->data.scalar.value;
    if (length < (size_t)setting->min || bytes[0] != '/' || memchr(bytes, '\0', length)) {
        return refuse(err, value->start_mark, -EINVAL, setting->key, "must be an absolute path");
    }
    if (length > (size_t)setting->max) {
        return armor_error_at(err, -E2BIG, value->start_mark.line + 1, value->start_mark.column + 1,
                              "%s: has %zu bytes, at most %lld fit", setting->key, length,
                              (long long)setting->max);
    }
    memset(field, 0, (size_t)setting->max + 1);
    memcpy(field, bytes, length);
    return 0;
}

static int set_number(const struct setting *setting, const yaml_event_t *value, char *field,
                      struct armor_error *err)
{
    const char *digits = (const char *)value->data.scalar.value;
    size_t length = value->data.scalar.length;
    int64_t number = 0;
    bool sound = length > 0 && length <= 12;
    for (size_t i = 0; sound && i < length; i++) {
        sound = digits[i] >= '0' && digits[i] <= '9';
        number = number * 10 + (digits[i] - '0');
    }
    if (!sound || number < setting->min || number > setting->max) {
        return armor_error_at(err, -EINVAL, value->start_mark.line + 1, value->start_mark.column + 1,
                              "%s: must be a whole number from %lld to %lld", setting->key,
                              (long long)setting->min, (long long)setting->max);
    }
    memcpy(field, &number, sizeof number);
    return 0;
}

static int set_word(const struct setting *setting, const yaml_event_t *value, char *field,
                    struct armor_error *err)
{
    struct armor_slice word = {(const char *)value->data.scalar.value, value->data.scalar.length};
    char allowed[128];
    size_t used = 0;
    for (int64_t i = 0; i <= setting->max; i++) {
        if (armor_slice_is(word, setting->words[i])) {
            memcpy(field, &i, sizeof i);
            return 0;
        }
        int length =
            snprintf(allowed + used, sizeof allowed - used, "%s%s", i ? ", " : "", setting->words[i]);
        used += length > 0 && (size_t)length < sizeof allowed - used ? (size_t)length : 0;
    }
    return armor_error_at(err, -EINVAL, value->start_mark.line + 1, value->start_mark.column + 1,
                          "%s: must be one of %s", setting->key, allowed);
}

static int set_without(const struct setting *setting, const yaml_event_t *value, char *field,
                       struct armor_error *err)
{
    const char *bytes = (const char *)value->data.scalar.value;
    size_t length = value->data.scalar.length;
    uint32_t without = 0;
    for (size_t at = 0; at < length;) {
        size_t end = at;
        while (end < length && bytes[end] != ' ') {
            end++;
        }
        int found = end > at ? armor_transformation_from_name((struct armor_slice){bytes + at, end - at}) : 0;
        if (found < 0 || (end > at && found == ARMOR_MAKE_IDS)) {
            return armor_error_at(err, -EINVAL, value->start_mark.line + 1, value->start_mark.column + 1,
                                  "%s: \"%.*s\" is no transformation that can be switched off", setting->key,
                                  (int)(end - at < 32 ? end - at : 32), bytes + at);
        }
        without |= end > at ? 1U << found : 0;
        at = end + 1;
    }
    memcpy(field, &without, sizeof without);
    return 0;
}

/* Take the next event. Returns 0, or -EINVAL with the YAML reader's reason; the caller deletes the event. */
static int next(yaml_parser_t *parser, yaml_event_t *ret_event, struct armor_error *err)
{
    if (yaml_parser_parse(parser, ret_event)) {
        return 0;
    }
    if (parser->error == YAML_MEMORY_ERROR) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    return armor_error_at(err, -EINVAL, parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                          "isn't YAML: %s", parser->problem ? parser->problem : "bad bytes");
}

/* Take the value of the key that KEY is, and set it in SETTINGS. SEEN: the keys that came before. */
static int take_pair(yaml_parser_t *parser, const yaml_event_t *key, bool seen[SETTING_COUNT],
                     struct settings *settings, struct armor_error *err)
{
    struct armor_slice word = {(const char *)key->data.scalar.value, key->data.scalar.length};
    const struct setting *setting = find(word);
    if (!setting) {
        return armor_error_at(err, -EINVAL, key->start_mark.line + 1, key->start_mark.column + 1,
                              "there is no setting of this name; armord.yaml(5) lists them");
    }
    if (seen[setting - table]) {
        return refuse(err, key->start_mark, -EINVAL, setting->key, "is here a second time");
    }
    seen[setting - table] = true;

    yaml_event_t value;
    int r = next(parser, &value, err);
    if (r < 0) {
        return r;
    }
    char *field = (char *)settings + setting->offset;
    if (value.type != YAML_SCALAR_EVENT) {
        r = refuse(err, value.start_mark, -EINVAL, setting->key, "takes one value");
    } else if (setting->type == SETTING_PATH) {
        r = set_path(setting, &value, field, err);
    } else if (setting->type == SETTING_WORD) {
        r = set_word(setting, &value, field, err);
    } else if (setting->type == SETTING_WITHOUT) {
        r = set_without(setting, &value, field, err);
    } else {
        r = set_number(setting, &value, field, err);
    }
    yaml_event_delete(&value);
    return r;
}

/* Take EVENT of the stream. Returns 1 at its end, 0 to go on, or negative. DEPTH: mappings open, at most one. */
static int take_event(yaml_parser_t *parser, const yaml_event_t *event, unsigned *depth,
                      bool seen[SETTING_COUNT], struct settings *settings, struct armor_error *err)
{
    switch (event->type) {
    case YAML_STREAM_END_EVENT: return 1;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT: return 0;
    case YAML_MAPPING_START_EVENT: ++*depth; return 0;
    case YAML_MAPPING_END_EVENT: --*depth; return 0;
    case YAML_SCALAR_EVENT:
        if (*depth == 1) {
            return take_pair(parser, event, seen, settings, err);
        }
        if (*depth == 0 && event->data.scalar.length == 0) {
            return 0; /* a document with nothing but comments */
        }
        break;
    case YAML_ALIAS_EVENT:
    case YAML_SEQUENCE_START_EVENT:
    case YAML_SEQUENCE_END_EVENT: break;
    }
    return armor_error_at(err, -EINVAL, event->start_mark.line + 1, event->start_mark.column + 1,
                          "expected lines of the form \"key: value\"");
}

int settings_parse(struct armor_slice text, struct settings *ret_settings, struct armor_error *err)
{
    if (text.length > SETTINGS_FILE_MAX) {
        return armor_error_set(err, -E2BIG, "has %zu bytes, more than the %d that settings may have",
                               text.length, SETTINGS_FILE_MAX);
    }
    struct settings settings;
    settings_default(&settings);

    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.bytes, text.length);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);

    bool seen[SETTING_COUNT] = {false};
    unsigned depth = 0;
    int r = 0;
    while (r == 0) {
        yaml_event_t event;
        r = next(&parser, &event, err);
        if (r == 0) {
            r = take_event(&parser, &event, &depth, seen, &settings, err);
            yaml_event_delete(&event);
        }
    }
    yaml_parser_delete(&parser);
    if (r < 0) {
        return r;
    }
    *ret_settings = settings;
    return 0;
}

/* Read the whole of FD, at most SIZE bytes. Returns how many, or a negative errno. */
static ssize_t read_all(int fd, char *buffer, size_t size)
{
    size_t used = 0;
    while (used < size) {
        ssize_t got = read(fd, buffer + used, size - used);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -errno;
        }
        if (got == 0) {
            break;
        }
        used += (size_t)got;
    }
    return (ssize_t)used;
}

int settings_load(const char *path, struct settings *ret_settings, struct armor_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && errno == ENOENT && strcmp(path, SETTINGS_PATH) == 0) {
        settings_default(ret_settings);
        return 0;
    }
    if (fd < 0) {
        int code = -errno;
        armor_error_source(err, path);
        return armor_error_set(err, code, "the settings file can't be opened: %s", strerror(-code));
    }
    char *bytes = malloc(SETTINGS_FILE_MAX + 1);
    ssize_t length = bytes ? read_all(fd, bytes, SETTINGS_FILE_MAX + 1) : -ENOMEM;
    (void)close(fd);
    int r;
    if (length < 0) {
        r = armor_error_set(err, (int)length, "the settings file can't be read: %s", strerror((int)-length));
    } else {
        r = settings_parse((struct armor_slice){bytes, (size_t)length}, ret_settings, err);
    }
    free(bytes);
    if (r < 0) {
        armor_error_source(err, path);
    }
    return r;
}
