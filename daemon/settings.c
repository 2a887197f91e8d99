/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings: the defaults, what counts for a container, and a YAML reader that takes the table's keys and nothing else. See settings.h. */
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml.h>

void *settings_base(struct settings *settings, const struct setting *setting)
{
    return setting->scope == SETTING_CONTAINER ? (void *)&settings->containers : settings;
}

void settings_default(struct settings *ret_settings)
{
    size_t count = 0;
    const struct setting *table = setting_table(&count);
    struct settings settings = {0};
    for (size_t i = 0; i < count; i++) {
        setting_default(&table[i], settings_base(&settings, &table[i]));
    }
    *ret_settings = settings;
}

/* Copy the fields of the settings in the set BITS. */
static void copy(struct choices *to, const struct choices *from, uint32_t bits)
{
    size_t count = 0;
    const struct setting *table = setting_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (bits & setting_bit(&table[i])) {
            setting_copy(&table[i], to, from);
        }
    }
}

struct choices settings_choices(const struct settings *settings, const struct own_settings *own)
{
    struct choices choices = settings->containers;
    copy(&choices, &own->choices, own->given);
    return choices;
}

void own_settings_take(struct own_settings *own, const struct own_settings *given, uint32_t inherit)
{
    own->given = (own->given & ~inherit) | given->given;
    own->damaged &= ~(inherit | given->given);
    copy(&own->choices, &given->choices, given->given);
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

/* Take the value of the key that KEY is, and set it in SETTINGS. */
static int take_pair(yaml_parser_t *parser, const yaml_event_t *key, struct settings *settings,
                     struct armor_error *err)
{
    struct armor_slice word = {(const char *)key->data.scalar.value, key->data.scalar.length};
    const struct setting *setting = setting_find(word);
    if (!setting) {
        return armor_error_at(err, -EINVAL, key->start_mark.line + 1, key->start_mark.column + 1,
                              "there is no setting of this name; armord.yaml(5) lists them");
    }
    if (settings->given & setting_bit(setting)) {
        return armor_error_at(err, -EINVAL, key->start_mark.line + 1, key->start_mark.column + 1,
                              "%s: is here a second time", setting->name);
    }
    settings->given |= setting_bit(setting);

    yaml_event_t value;
    int r = next(parser, &value, err);
    if (r < 0) {
        return r;
    }
    struct armor_error wrong = {0};
    if (value.type != YAML_SCALAR_EVENT) {
        r = armor_error_set(&wrong, -EINVAL, "%s: takes one value", setting->name);
    } else {
        struct armor_slice text = {(const char *)value.data.scalar.value, value.data.scalar.length};
        r = setting_parse(setting, text, settings_base(settings, setting), &wrong);
    }
    if (r < 0) {
        r = armor_error_at(err, r, value.start_mark.line + 1, value.start_mark.column + 1, "%s", wrong.text);
    }
    yaml_event_delete(&value);
    return r;
}

/* Take EVENT of the stream. Returns 1 at its end, 0 to go on, or negative. DEPTH: mappings open, at most one. */
static int take_event(yaml_parser_t *parser, const yaml_event_t *event, unsigned *depth,
                      struct settings *settings, struct armor_error *err)
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
            return take_pair(parser, event, settings, err);
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

    unsigned depth = 0;
    int r = 0;
    while (r == 0) {
        yaml_event_t event;
        r = next(&parser, &event, err);
        if (r == 0) {
            r = take_event(&parser, &event, &depth, &settings, err);
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
