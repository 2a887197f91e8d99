/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an operator writes, or the store has, of settings: any bytes as armord.yaml and as a value of each setting give an error with a sentence,
 * or values that are within their bounds and read the same when they are written down.
 */
#include "settings.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What SETTINGS has of SETTING can be, and is written down as what it is. */
static void check(struct settings *settings, const struct setting *setting)
{
    char text[SETTING_TEXT_SIZE];
    char again[SETTING_TEXT_SIZE];
    struct settings read;
    int64_t number = setting_number(setting, settings_base(settings, setting));
    if (setting->type != SETTING_PATH && setting->type != SETTING_WITHOUT &&
        (number < setting->min || number > setting->max)) {
        abort();
    }
    settings_default(&read);
    (void)setting_format(setting, settings_base(settings, setting), text);
    if (setting_parse(setting, armor_slice_of(text), settings_base(&read, setting), NULL) < 0 ||
        strcmp(setting_format(setting, settings_base(&read, setting), again), text) != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct armor_slice bytes = {(const char *)data, size};
    size_t count = 0;
    const struct setting *table = setting_table(&count);
    struct settings settings;
    struct armor_error err = {0};
    int result = settings_parse(bytes, &settings, &err);
    if (result > 0 || (result < 0) != (err.code < 0) || (result < 0 && !err.text[0])) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        struct settings one;
        struct armor_error wrong = {0};
        if (result == 0) {
            check(&settings, &table[i]);
        }
        settings_default(&one);
        int code = setting_parse(&table[i], bytes, settings_base(&one, &table[i]), &wrong);
        if (code > 0 || (code < 0) != (wrong.code < 0)) {
            abort();
        }
        check(&one, &table[i]);
    }
    return 0;
}
