/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of a container as JSON, by the table of setting.c. See settings_json.h. */
#include "settings_json.h"

#include <errno.h>
#include <stdio.h>

enum { LONGEST_NAME = 40 }; /* of what isn't a setting, to be shown: bytes */

static json_t *value_to_json(const struct setting *setting, const struct choices *choices)
{
    char text[SETTING_TEXT_SIZE];
    return setting->type == SETTING_NUMBER ? json_integer(setting_number(setting, choices))
                                           : json_string(setting_format(setting, choices, text));
}

static json_t *setting_to_json(const struct setting *setting, const struct settings *settings,
                               const struct own_settings *own)
{
    uint32_t bit = setting_bit(setting);
    bool has = own->given & bit;
    const char *file = settings->given & bit ? "armord.yaml" : "default";
    char takes[SETTING_TEXT_SIZE];
    json_t *object =
        json_pack("{s:s, s:o, s:s, s:s, s:s}", "name", setting->name, "value",
                  value_to_json(setting, has ? &own->choices : &settings->containers), "from",
                  has ? "container" : file, "help", setting->help, "takes", setting_takes(setting, takes));
    int failed = object ? 0 : -1;
    if (has) {
        failed |= json_object_set_new(object, "inherited", value_to_json(setting, &settings->containers));
        failed |= json_object_set_new(object, "inherited_from", json_string(file));
    }
    if (own->damaged & bit) {
        failed |= json_object_set_new(object, "damaged", json_true());
    }
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *settings_to_json(const struct settings *settings, const struct own_settings *own)
{
    size_t count = 0;
    const struct setting *table = setting_table(&count);
    json_t *array = json_array();
    int failed = array ? 0 : -1;
    for (size_t i = 0; i < count && !failed; i++) {
        if (table[i].scope == SETTING_CONTAINER) {
            failed = json_array_append_new(array, setting_to_json(&table[i], settings, own));
        }
    }
    if (failed) {
        json_decref(array);
        return NULL;
    }
    return array;
}

json_t *own_settings_to_json(const struct own_settings *own)
{
    size_t count = 0;
    const struct setting *table = setting_table(&count);
    json_t *object = own->given ? json_object() : NULL;
    for (size_t i = 0; i < count && object; i++) {
        if ((own->given & setting_bit(&table[i])) &&
            json_object_set_new(object, table[i].name, value_to_json(&table[i], &own->choices)) < 0) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

/* The names of the settings that a container may have, with commas between. */
static const char *list_names(char *buffer, size_t size)
{
    size_t count = 0;
    size_t used = 0;
    const struct setting *table = setting_table(&count);
    for (size_t i = 0; i < count && used < size; i++) {
        if (table[i].scope == SETTING_CONTAINER) {
            int n = snprintf(buffer + used, size - used, "%s%s", used ? ", " : "", table[i].name);
            used += n > 0 ? (size_t)n : 0;
        }
    }
    return buffer;
}

/* The setting that NAME is, which a container may have; NULL after saying why not. */
static const struct setting *find(const char *name, struct armor_error *err)
{
    char names[SETTING_TEXT_SIZE] = "";
    const struct setting *setting = setting_find(armor_slice_of(name));
    if (!setting) {
        size_t plain = strspn(name, "abcdefghijklmnopqrstuvwxyz-");
        bool shown = plain > 0 && plain <= LONGEST_NAME && !name[plain];
        (void)armor_error_set(err, -EINVAL, "%s: a container has no such setting; it has %s",
                              shown ? name : "a name", list_names(names, sizeof names));
        return NULL;
    }
    if (setting->scope != SETTING_CONTAINER) {
        (void)armor_error_set(err, -EINVAL, "%s: is armord's, not a container's (%s): set it in armord.yaml",
                              setting->name, setting->help);
        return NULL;
    }
    return setting;
}

int settings_change_read(struct settings_change *change, const char *name, const json_t *value,
                         struct armor_error *err)
{
    char digits[32];
    const struct setting *setting = find(name, err);
    if (!setting) {
        return -EINVAL;
    }
    if (json_is_null(value)) {
        change->inherit |= setting_bit(setting);
        return 0;
    }
    struct armor_slice text = {json_string_value(value), json_string_length(value)};
    if (json_is_integer(value)) {
        (void)snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
        text = armor_slice_of(digits);
    } else if (!text.bytes) {
        text = ARMOR_SLICE(""); /* no setting takes nothing at all */
    }
    int r = setting_parse(setting, text, &change->given.choices, err);
    change->given.given |= r == 0 ? setting_bit(setting) : 0;
    return r;
}
