/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log: to the journal by its own protocol, so that each message has its fields; or to stderr. See log.h. */
#include "log.h"

#include "clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

enum {
    LOG_TEXT_MAX = 2048, /* bytes of a message; longer ones are cut */
    LOG_FIELDS_MAX = 5,
};

/* Random, made once, for good. */
static const char *const message_ids[LOG_MESSAGE_COUNT] = {
    [LOG_MESSAGE_STARTED] = "4b57c82e374844c4bf6fe6c9da992e54",
    [LOG_MESSAGE_MODE] = "7a8e76e8b7c34fe1a61b727f51a4278a",
    [LOG_MESSAGE_DECIDED] = "3c1754e3047846bd9f910a89cd7719c9",
    [LOG_MESSAGE_RETURNED] = "707c127b31e842d6a30f50e3e4a401a0",
    [LOG_MESSAGE_IMAGE] = "47cd67d0864c499d8d09eda66fc0c040",
    [LOG_MESSAGE_LOSS] = "f485dbae83224ef8a590725c3fba5dd0",
    [LOG_MESSAGE_FORGED] = "525910bb40c14c72903ad11c9c70ef1e",
    [LOG_MESSAGE_STORE] = "e4fff53d4e624d4b83f4ad977cff08c7",
    [LOG_MESSAGE_RELOAD] = "5dac6fcaf0e4489d93105cde0f6d1cd9",
    [LOG_MESSAGE_SOURCE] = "f3a1bf6bf374499d99fc93e1fd774385",
    [LOG_MESSAGE_REPAIRED] = "61e7eb9ce7a44aba9b43204b7c5eee81",
    [LOG_MESSAGE_SETTINGS] = "b2b1f3269ce94892a330fdbc50463aad",
};

/* systemd says in JOURNAL_STREAM which file is its journal; stderr may have been turned elsewhere since. */
static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat stat;
    char here[64];
    if (!stream || fstat(STDERR_FILENO, &stat) < 0) {
        return false;
    }
    (void)snprintf(here, sizeof here, "%ju:%ju", (uintmax_t)stat.st_dev, (uintmax_t)stat.st_ino);
    return strcmp(stream, here) == 0;
}

static struct iovec field_of(char *buffer, size_t size, const char *key, const char *value)
{
    int length = snprintf(buffer, size, "%s=%s", key, value);
    size_t used = length < 0 ? 0 : (size_t)length < size ? (size_t)length : size - 1;
    return (struct iovec){buffer, used};
}

void log_write(int priority, const struct log_about *about, const char *format, ...)
{
    char text[LOG_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);

    if (!stderr_is_journal()) {
        (void)fprintf(stderr, "armord: %s\n", text);
        return;
    }
    char message[LOG_TEXT_MAX + 16];
    char level[16];
    char id[64];
    char container[128];
    char digit[2] = {(char)('0' + (priority & LOG_PRIMASK)), '\0'};
    struct iovec fields[LOG_FIELDS_MAX];
    int count = 0;
    fields[count++] = field_of(message, sizeof message, "MESSAGE", text);
    fields[count++] = field_of(level, sizeof level, "PRIORITY", digit);
    fields[count++] = (struct iovec){(void *)"SYSLOG_IDENTIFIER=armord", strlen("SYSLOG_IDENTIFIER=armord")};
    if (about && message_ids[about->message]) {
        fields[count++] = field_of(id, sizeof id, "MESSAGE_ID", message_ids[about->message]);
    }
    if (about && about->container) {
        fields[count++] = field_of(container, sizeof container, "ARMORD_CONTAINER", about->container);
    }
    (void)sd_journal_sendv(fields, count);
}

bool log_limited(struct log_limit *limit, int64_t interval_usec, uint64_t *ret_held)
{
    int64_t now = clock_monotonic();
    if (now < limit->next_usec) {
        limit->held++;
        return false;
    }
    *ret_held = limit->held;
    *limit = (struct log_limit){.next_usec = now + interval_usec};
    return true;
}
