/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log: structured messages to the journal; plain lines to stderr when that isn't the journal. Nothing else in armord prints.
 *
 * One failure, one line, where it is known what is done about it. What a process can choose (names, comm) goes into a message
 * only after armor_error or JSON made it printable; what could repeat without end goes through log_limited.
 */
#pragma once

#include "armor/base.h"

#include <syslog.h>

/* Messages that tools wait for. Each has a fixed MESSAGE_ID= (log.c), listed in armord(8). */
enum log_message {
    LOG_MESSAGE_NONE = 0,
    LOG_MESSAGE_STARTED,
    LOG_MESSAGE_MODE,     /* a container began to learn, was enforced or forgotten */
    LOG_MESSAGE_DECIDED,  /* an operator accepted or denied rules */
    LOG_MESSAGE_RETURNED, /* a container went back to complain mode by itself */
    LOG_MESSAGE_IMAGE,    /* a container was started from another image than it was learned with */
    LOG_MESSAGE_LOSS,     /* records were lost */
    LOG_MESSAGE_FORGED,   /* records from user space pose as AppArmor's */
    LOG_MESSAGE_STORE,    /* the store can't be written, or was damaged */
    LOG_MESSAGE_RELOAD,   /* settings were read again, or refused */
    LOG_MESSAGE_SOURCE,   /* the self-test of the source failed */
    LOG_MESSAGE_REPAIRED, /* a change that broke off was taken back, or kernel and disk were made to agree with the store */
    LOG_MESSAGE_SETTINGS, /* an operator chose settings for a container */
    LOG_MESSAGE_COUNT,
};

struct log_about {
    enum log_message message;
    const char *container; /* ARMORD_CONTAINER=; NULL: of none */
};

/* At most one message in INTERVAL; how many were held back is said with the next one. Start with zeroes. */
struct log_limit {
    int64_t next_usec; /* CLOCK_MONOTONIC; nothing before it */
    uint64_t held;     /* since the last one */
};

/* PRIORITY: of syslog(3). ABOUT: NULL when there is nothing to add. */
void log_write(int priority, const struct log_about *about, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* True when the message may be said now, and then *RET_HELD is how many before it were not. */
bool log_limited(struct log_limit *limit, int64_t interval_usec, uint64_t *ret_held);

#define log_error(...)  log_write(LOG_ERR, NULL, __VA_ARGS__)
#define log_notice(...) log_write(LOG_NOTICE, NULL, __VA_ARGS__)
#define log_info(...)   log_write(LOG_INFO, NULL, __VA_ARGS__)
