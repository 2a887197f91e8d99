/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the sources share: a handler that writes down what it is given. */
#pragma once

#include "armor/text.h"
#include "check_main.h"
#include "source.h"

struct source_rig {
    sd_event *loop;
    struct source *source;
    struct source_config config;
    struct armor_text
        said; /* `body;` of each trusted record, `!body;` of an untrusted one, `=body;` of a known one */
    unsigned batches;
    unsigned losses;
    uint64_t lost;
    char place[SOURCE_PLACE_SIZE]; /* after the last batch */
};

static inline void rig_say(struct source_rig *rig, const char *mark, const struct armor_record *record)
{
    armor_text_string(&rig->said, mark);
    armor_text_string(&rig->said, record->trusted ? "" : "!");
    armor_text_slice(&rig->said, record->body);
    armor_text_string(&rig->said, ";");
}

static inline void rig_record(void *userdata, const struct armor_record *record)
{
    rig_say(userdata, "", record);
}

static inline void rig_known(void *userdata, const struct armor_record *record)
{
    rig_say(userdata, "=", record);
}

static inline void rig_batch(void *userdata)
{
    struct source_rig *rig = userdata;
    rig->batches++;
    source_place(rig->source, rig->place);
}

static inline void rig_lost(void *userdata, uint64_t count, const char *where, const struct serials_gap *gap)
{
    struct source_rig *rig = userdata;
    ck_assert_ptr_null(gap);
    ck_assert_int_ne(where[0], '\0');
    rig->losses++;
    rig->lost += count;
}

static inline void rig_make(struct source_rig *rig)
{
    *rig = (struct source_rig){.config = {.netlink = -1, .kmsg = -1}, .said = ARMOR_TEXT_INIT(1 << 20)};
    ck_assert_int_ge(sd_event_new(&rig->loop), 0);
}

/* Open KIND where PLACE says; EXPECTED: what source_open must return. */
static inline void rig_start(struct source_rig *rig, enum source_kind kind, const char *place, int expected)
{
    static const struct source_handler handler = {rig_record, rig_known, rig_batch, rig_lost};
    struct armor_error err = {0};
    int r = source_open(kind, rig->loop, &rig->config, place, 0, &handler, rig, &rig->source, &err);
    ck_assert_msg(r == expected, "%d: %s", r, err.text);
}

/* Let the loop run until nothing happens any more; what was said is EXPECTED, and is forgotten. */
static inline void rig_expect(struct source_rig *rig, const char *expected)
{
    while (sd_event_run(rig->loop, 20000) > 0) {
    }
    ck_assert_str_eq(rig->said.bytes ? rig->said.bytes : "", expected);
    rig->said.length = 0;
    if (rig->said.bytes) {
        rig->said.bytes[0] = '\0';
    }
}

static inline void rig_stop(struct source_rig *rig)
{
    source_free(rig->source);
    rig->source = NULL;
}

static inline void rig_drop(struct source_rig *rig)
{
    rig_stop(rig);
    armor_text_done(&rig->said);
    sd_event_unref(rig->loop);
}
