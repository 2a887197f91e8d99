/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source: /dev/kmsg, opened by systemd (armord-kmsg.socket), since reading it takes CAP_SYSLOG where dmesg is restricted, and
 * armord has none. The descriptor that systemd keeps has the place in it, so that messages wait in the kernel's ring
 * while armord is away.
 *
 * Each message has a number that grows by one: a gap is what the ring had no room for. Beside that the kernel limits the rate of
 * audit records in its log, and says afterwards how many it left out.
 */
#include "source_private.h"

#include "armor/limits.h"
#include "clock.h"
#include "kernel_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

struct kmsg {
    struct source source;
    int fd;                         /* not owned */
    char boot[SD_ID128_STRING_MAX]; /* this boot; sequences are of it */
    uint64_t sequence;              /* of the last message taken; valid with `begun` */
    bool begun;
    int64_t since_usec;           /* CLOCK_MONOTONIC: what the log says of loss before it is old news */
    char bytes[ARMOR_RECORD_MAX]; /* one message; the kernel's longest has 8 KiB (CONSOLE_EXT_LOG_MAX) */
    char text[ARMOR_RECORD_MAX];  /* its text without escapes */
};

static void take_text(struct kmsg *kmsg, const struct kernel_message *message)
{
    struct source *source = &kmsg->source;
    struct armor_slice text = kernel_text_unescape(message->text, kmsg->text);
    struct armor_record record;
    char sender[32];
    if (message->facility != 0) {
        source->counters.strangers++;
        int length = 0;
        if (message->caller.length > 1 && message->caller.length < 16 && message->caller.bytes[0] == 'T') {
            length = snprintf(sender, sizeof sender, "pid=%.*s", (int)message->caller.length - 1,
                              message->caller.bytes + 1);
        }
        if (kernel_text_forged(text, (struct armor_slice){length ? sender : NULL, (size_t)length}, &record)) {
            source->handler->record(source->userdata, &record);
        }
        return;
    }
    uint64_t suppressed = message->usec >= kmsg->since_usec ? kernel_text_suppressed(text) : 0;
    if (suppressed > 0) {
        source_lost(source, suppressed, "by the rate limit of the kernel log", NULL);
        return;
    }
    int r = kernel_text_record(text, &record);
    if (r < 0) {
        source->counters.bent++;
    } else if (r > 0) {
        source->handler->record(source->userdata, &record);
    }
}

static void take_message(struct kmsg *kmsg, struct armor_slice bytes)
{
    struct kernel_message message;
    struct source *source = &kmsg->source;
    source->counters.messages++;
    if (kernel_message_parse(bytes, &message) < 0) {
        source->counters.bent++;
        return;
    }
    if (kmsg->begun && message.sequence <= kmsg->sequence) {
        return; /* the socket was started anew, and with it the log from its start: taken already */
    }
    if (kmsg->begun && message.sequence > kmsg->sequence + 1) {
        source->counters.dropped += message.sequence - kmsg->sequence - 1; /* not all of them were records */
        source_lost(source, 0, "in the kernel log, which is overwritten when it is full", NULL);
    }
    kmsg->sequence = message.sequence;
    kmsg->begun = true;
    take_text(kmsg, &message);
}

static int read_kmsg(struct source *source)
{
    struct kmsg *kmsg = (struct kmsg *)source;
    int count = 0;
    int r = 0;
    while (count < SOURCE_BATCH) {
        ssize_t got = read(kmsg->fd, kmsg->bytes, sizeof kmsg->bytes);
        if (got < 0 && (errno == EINTR || errno == EPIPE)) {
            continue; /* EPIPE: messages were overwritten; the next one's number says how many */
        }
        if (got <= 0) {
            r = got == 0 || errno == EAGAIN ? 0 : -errno;
            break;
        }
        take_message(kmsg, (struct armor_slice){kmsg->bytes, (size_t)got});
        count++;
    }
    if (count > 0) {
        source->handler->batch(source->userdata);
        return count;
    }
    return r;
}

static void place_kmsg(const struct source *source, char ret_place[static SOURCE_PLACE_SIZE])
{
    const struct kmsg *kmsg = (const struct kmsg *)source;
    if (kmsg->begun) {
        (void)snprintf(ret_place, SOURCE_PLACE_SIZE, "%s %llu", kmsg->boot,
                       (unsigned long long)kmsg->sequence);
    }
}

/* Returns 1 when PLACE is of this boot, else 0: sequences began anew. */
static int recall_place(struct kmsg *kmsg, const char *place)
{
    size_t length = strlen(kmsg->boot);
    if (strncmp(place, kmsg->boot, length) != 0 || place[length] != ' ') {
        return 0;
    }
    char *end = NULL;
    errno = 0;
    kmsg->sequence = strtoull(place + length + 1, &end, 10);
    kmsg->begun = errno == 0 && end && !*end;
    return kmsg->begun;
}

static void close_kmsg(struct source *source)
{
    free((struct kmsg *)source);
}

static int open_kmsg(sd_event *event, const struct source_config *config, const char *place, int64_t since,
                     struct source **ret_source, struct armor_error *err)
{
    if (config->kmsg < 0) {
        return armor_error_set(err, -ENOENT,
                               "it takes: systemctl stop armord; systemctl enable --now armord-kmsg.socket; "
                               "systemctl start armord");
    }
    struct kmsg *kmsg = calloc(1, sizeof *kmsg);
    if (!kmsg) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    sd_id128_t boot;
    kmsg->source.kind = SOURCE_KMSG;
    kmsg->fd = config->kmsg;
    kmsg->since_usec = clock_monotonic() - (clock_now() - since);
    if (sd_id128_get_boot(&boot) >= 0) {
        (void)sd_id128_to_string(boot, kmsg->boot);
    }
    int known = recall_place(kmsg, place);
    int r = source_watch(&kmsg->source, event, kmsg->fd, EPOLLIN, err);
    if (r < 0) {
        source_free(&kmsg->source);
        return r;
    }
    *ret_source = &kmsg->source;
    return known;
}

const struct source_type source_kmsg = {
    .name = "kmsg",
    .trust = "the kernel marks its own messages with facility 0",
    .completeness =
        "not complete: the kernel limits the rate of audit records in its log, cuts long ones and, with "
        "auditd, "
        "writes none",
    .open = open_kmsg,
    .read = read_kmsg,
    .place = place_kmsg,
    .close = close_kmsg,
};
