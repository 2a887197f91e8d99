/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry of the journal as `journalctl -o json` writes it. See armor/json.h. */
#include "armor/json.h"

#include <errno.h>

/* Bytes that aren't printable text come as an array of numbers, and a field that is there twice as one of such values. */
static int bytes_of(const json_t *value, struct armor_text *room, struct armor_slice *ret_bytes)
{
    if (json_is_array(value) && !json_is_integer(json_array_get(value, 0))) {
        value = json_array_get(value, 0);
    }
    if (json_is_string(value)) {
        *ret_bytes = (struct armor_slice){json_string_value(value), json_string_length(value)};
        return 0;
    }
    room->length = 0;
    room->error = 0;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *byte = json_array_get(value, i);
        json_int_t number = json_integer_value(byte);
        if (!json_is_integer(byte) || number < 0 || number > UINT8_MAX) {
            return -EBADMSG;
        }
        armor_text_char(room, (char)number);
    }
    if (room->error || !room->length) {
        return room->error ? room->error : -EBADMSG;
    }
    *ret_bytes = (struct armor_slice){room->bytes, room->length};
    return 0;
}

int armor_journal_from_json(struct armor_slice line, struct armor_journal_json *journal,
                            struct armor_journal_entry *ret_entry, struct armor_error *err)
{
    json_error_t failure;
    struct armor_journal_entry entry = {0};
    json_decref(journal->object);
    journal->object = json_loadb(line.bytes ? line.bytes : "", line.length,
                                 JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &failure);
    if (!journal->object) {
        if (!failure.text[0]) { /* how jansson tells that memory is out */
            return armor_error_set(err, -ENOMEM, "out of memory");
        }
        size_t column = failure.position > 0 ? (size_t)failure.position : 1;
        return armor_error_at(err, -EBADMSG, 0, column < line.length ? column : line.length,
                              "not an object of JSON: %s", failure.text);
    }
    if (!json_object_get(journal->object, armor_journal_field_name(ARMOR_JOURNAL_MESSAGE))) {
        return 0;
    }
    for (int i = 0; i < ARMOR_JOURNAL_FIELD_COUNT; i++) {
        const char *name = armor_journal_field_name((enum armor_journal_field)i);
        const json_t *value = json_object_get(journal->object, name);
        int code = value ? bytes_of(value, &journal->rooms[i], &entry.fields[i]) : 0;
        if (code == -EBADMSG && i != ARMOR_JOURNAL_MESSAGE) {
            continue; /* not journalctl's own form: as if it weren't there, which never makes trust */
        }
        if (code < 0) {
            return armor_error_set(err, code, "%s",
                                   json_is_null(value)
                                       ? "journalctl left MESSAGE out for its length: give it --all"
                                       : "MESSAGE isn't text, nor the bytes of one");
        }
    }
    *ret_entry = entry;
    return 1;
}

void armor_journal_json_init(struct armor_journal_json *journal)
{
    journal->object = NULL;
    for (int i = 0; i < ARMOR_JOURNAL_FIELD_COUNT; i++) {
        journal->rooms[i] = ARMOR_TEXT_INIT(ARMOR_RECORD_MAX);
    }
}

void armor_journal_json_done(struct armor_journal_json *journal)
{
    json_decref(journal->object);
    journal->object = NULL;
    for (int i = 0; i < ARMOR_JOURNAL_FIELD_COUNT; i++) {
        armor_text_done(&journal->rooms[i]);
    }
}
