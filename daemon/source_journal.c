/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source: the journal. journald takes audit records from the audit netlink (_TRANSPORT=audit) and, where nobody else listens to
 * audit, from the kernel log (_TRANSPORT=kernel); a record may be there both ways. Fields that begin with `_` are
 * journald's own, no process can set them: type, number and time are taken from those, for anybody may log the rest.
 */
#include "source_private.h"

#include "armor/limits.h"
#include "kernel_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-journal.h>

enum {
    KNOWN_ENTRIES = 1024
}; /* before the place, read again so that the second copy of a record is known as one */

/* "Missed N kernel messages": journald was too slow for the kernel log (SD_MESSAGE_JOURNAL_MISSED). */
#define MESSAGE_MISSED "e9bf28e6e834481bb6f48f548ad13606"

/* Alternatives, each of matches that must all be true. */
static const char *const matches[][2] = {
    {"_TRANSPORT=audit", NULL},
    {"_TRANSPORT=kernel", NULL},
    {"_TRANSPORT=driver", "MESSAGE_ID=" MESSAGE_MISSED},
};

struct journal {
    struct source source;
    sd_journal *journal;           /* owned */
    char place[SOURCE_PLACE_SIZE]; /* cursor of the last entry that was read; "": none yet */
    bool recall;                   /* what stands before the place isn't read again yet */
    bool cut;                      /* the place isn't in the journal any more; not told yet */
    char text[ARMOR_RECORD_MAX];   /* a record as the kernel wrote it */
};

/* The value of FIELD in the present entry, valid until the next call; absent: it has none. */
static struct armor_slice field_of(sd_journal *journal, const char *field)
{
    const void *data = NULL;
    size_t length = 0;
    size_t name = strlen(field) + 1;
    if (sd_journal_get_data(journal, field, &data, &length) < 0 || length < name) {
        return (struct armor_slice){0};
    }
    return (struct armor_slice){(const char *)data + name, length - name};
}

static bool number_of(sd_journal *journal, const char *field, int64_t *ret_number)
{
    struct armor_slice text = field_of(journal, field);
    int64_t number = 0;
    bool sound = text.length > 0 && text.length <= 18;
    for (size_t i = 0; sound && i < text.length; i++) {
        sound = text.bytes[i] >= '0' && text.bytes[i] <= '9';
        number = number * 10 + (text.bytes[i] - '0');
    }
    if (sound) {
        *ret_number = number;
    }
    return sound;
}

/*
 * An entry from the audit netlink: the kernel's text, without stamp, stands in MESSAGE behind the type's name. Put together again
 * it is what the netlink had. Returns 1 and the record, or negative.
 */
static int audit_record(struct journal *journal, struct armor_record *ret_record)
{
    int64_t type = 0;
    int64_t serial = 0;
    int64_t usec = 0;
    if (!number_of(journal->journal, "_AUDIT_TYPE", &type) ||
        !number_of(journal->journal, "_AUDIT_ID", &serial) ||
        !number_of(journal->journal, "_SOURCE_REALTIME_TIMESTAMP", &usec) || type > UINT16_MAX) {
        return -EBADMSG;
    }
    struct armor_slice message = field_of(journal->journal, "MESSAGE");
    const char *blank = message.length ? memchr(message.bytes, ' ', message.length) : NULL;
    if (!blank) {
        return -EBADMSG;
    }
    struct armor_slice text = {blank + 1, (size_t)(message.bytes + message.length - blank - 1)};
    int head = snprintf(journal->text, sizeof journal->text,
                        "audit(%lld.%03lld:%lld): ", (long long)(usec / 1000000),
                        (long long)(usec / 1000 % 1000), (long long)serial);
    if (head < 0 || text.length > sizeof journal->text - (size_t)head) {
        return -E2BIG;
    }
    memcpy(journal->text + head, text.bytes, text.length);
    return armor_record_from_netlink((uint32_t)type,
                                     (struct armor_slice){journal->text, (size_t)head + text.length},
                                     ret_record, NULL);
}

/* An entry from the kernel log. Returns 1 and the record, 0 when it holds none, or negative. */
static int kernel_record(struct journal *journal, struct armor_record *ret_record)
{
    int64_t facility = 0;
    bool told = number_of(journal->journal, "SYSLOG_FACILITY", &facility);
    struct armor_slice message = field_of(journal->journal, "MESSAGE");
    if (message.length > sizeof journal->text) {
        return -E2BIG;
    }
    if (message.length) {
        memcpy(journal->text, message.bytes,
               message.length); /* MESSAGE is valid until the next field is asked for */
    }
    struct armor_slice text = {journal->text, message.length};
    if (told && facility == 0) {
        return kernel_text_record(text, ret_record);
    }
    journal->source.counters.strangers++;
    return kernel_text_forged(text, (struct armor_slice){0}, ret_record);
}

static void take_entry(struct journal *journal, bool known)
{
    struct source *source = &journal->source;
    struct armor_slice transport = field_of(journal->journal, "_TRANSPORT");
    struct armor_record record;
    int r = 0;
    source->counters.messages += !known;
    if (armor_slice_is(transport, "audit")) {
        r = audit_record(journal, &record);
    } else if (armor_slice_is(transport, "kernel")) {
        r = kernel_record(journal, &record);
    } else if (!known) {
        source_lost(source, 0, "in the kernel log, before the journal had read them", NULL);
    }
    if (r < 0) {
        source->counters.bent += !known;
    } else if (r > 0 && known) {
        source->handler->known(source->userdata, &record);
    } else if (r > 0) {
        source->handler->record(source->userdata, &record);
    }
}

/* Keep where the journal is now. Without memory the place stays an earlier one: some entries would be read again. */
static void keep_place(struct journal *journal)
{
    char *cursor = NULL;
    if (sd_journal_get_cursor(journal->journal, &cursor) >= 0 && strlen(cursor) < sizeof journal->place) {
        (void)snprintf(journal->place, sizeof journal->place, "%s", cursor);
    }
    free(cursor);
}

/* Go to the place again, with what stands before it read as known. */
static void recall_known(struct journal *journal)
{
    int behind = sd_journal_previous_skip(journal->journal, KNOWN_ENTRIES);
    bool at_place = false;
    if (behind <= 0) {
        (void)sd_journal_seek_cursor(journal->journal, journal->place);
        (void)sd_journal_next(journal->journal);
        return;
    }
    do {
        take_entry(journal, true);
        at_place = sd_journal_test_cursor(journal->journal, journal->place) > 0;
    } while (!at_place && sd_journal_next(journal->journal) > 0);
}

static int read_journal(struct source *source)
{
    struct journal *journal = (struct journal *)source;
    int count = 0;
    int r = sd_journal_process(journal->journal);
    if (r < 0) {
        return r;
    }
    if (journal->cut) {
        journal->cut = false;
        source_lost(source, 0, "between two starts of armord: the journal was cut meanwhile", NULL);
    }
    if (journal->recall) {
        journal->recall = false;
        recall_known(journal);
    }
    while (count < SOURCE_BATCH && (r = sd_journal_next(journal->journal)) > 0) {
        take_entry(journal, false);
        count++;
    }
    if (count > 0) {
        keep_place(journal);
        source->handler->batch(source->userdata);
        return count;
    }
    return r;
}

static void place_journal(const struct source *source, char ret_place[static SOURCE_PLACE_SIZE])
{
    (void)snprintf(ret_place, SOURCE_PLACE_SIZE, "%s", ((const struct journal *)source)->place);
}

static void close_journal(struct source *source)
{
    struct journal *journal = (struct journal *)source;
    sd_journal_close(journal->journal);
    free(journal);
}

static int add_matches(sd_journal *journal)
{
    int r = 0;
    for (size_t i = 0; r >= 0 && i < sizeof matches / sizeof matches[0]; i++) {
        r = sd_journal_add_match(journal, matches[i][0], 0);
        r = r >= 0 && matches[i][1] ? sd_journal_add_match(journal, matches[i][1], 0) : r;
        r = r < 0 ? r : sd_journal_add_disjunction(journal);
    }
    return r;
}

/* Stand at PLACE, or before the first entry since SINCE. Returns 1 or 0 as source_open, or negative. */
static int seek(struct journal *journal, const char *place, int64_t since)
{
    if (place[0]) {
        int r = sd_journal_seek_cursor(journal->journal, place);
        r = r < 0 ? r : sd_journal_next(journal->journal);
        if (r > 0 && sd_journal_test_cursor(journal->journal, place) > 0) {
            (void)snprintf(journal->place, sizeof journal->place, "%s", place);
            journal->recall = true;
            return 1;
        }
        journal->cut = true;
    }
    return sd_journal_seek_realtime_usec(journal->journal, (uint64_t)since);
}

static int prepare(struct journal *journal, const struct source_config *config, struct armor_error *err)
{
    int r = config->journal ? sd_journal_open_directory(&journal->journal, config->journal, 0)
                            : sd_journal_open(&journal->journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
    r = r < 0 ? r : sd_journal_set_data_threshold(journal->journal, ARMOR_RECORD_MAX);
    r = r < 0 ? r : add_matches(journal->journal);
    if (r < 0) {
        return armor_error_set(err, r, "the journal can't be opened: %s", strerror(-r));
    }
    if (!config->journal && sd_journal_has_runtime_files(journal->journal) <= 0 &&
        sd_journal_has_persistent_files(journal->journal) <= 0) {
        return armor_error_set(
            err, -EACCES,
            "no journal is there that armord may read: it needs SupplementaryGroups=systemd-journal");
    }
    return 0;
}

static int open_journal(sd_event *event, const struct source_config *config, const char *place, int64_t since,
                        struct source **ret_source, struct armor_error *err)
{
    struct journal *journal = calloc(1, sizeof *journal);
    if (!journal) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    journal->source.kind = SOURCE_JOURNAL;
    int r = prepare(journal, config, err);
    int known = r < 0 ? r : seek(journal, place, since);
    if (r >= 0 && known < 0) {
        r = armor_error_set(err, known, "the journal can't be read: %s", strerror(-known));
    }
    int fd = r < 0 ? r : sd_journal_get_fd(journal->journal);
    int events = fd < 0 ? fd : sd_journal_get_events(journal->journal);
    if (r >= 0 && events < 0) {
        r = armor_error_set(err, events, "the journal can't be watched: %s", strerror(-events));
    }
    r = r < 0 ? r : source_watch(&journal->source, event, fd, (uint32_t)events, err);
    if (r < 0) {
        source_free(&journal->source);
        return r;
    }
    *ret_source = &journal->source;
    return known;
}

const struct source_type source_journal = {
    .name = "journal",
    .trust = "journald says of each record whether the kernel sent it",
    .completeness = "not complete: journald keeps a part of a burst only",
    .open = open_journal,
    .read = read_journal,
    .place = place_journal,
    .close = close_journal,
};
