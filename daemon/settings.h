/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings: what the operator can choose, from one YAML file. A plain value: copying it is all there is to a reload.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"
#include "armor/generalise.h"

#define SETTINGS_PATH "/etc/armord/armord.yaml"

enum {
    SETTINGS_PATH_MAX = 256,   /* bytes of a path, with the terminator */
    SETTINGS_FILE_MAX = 65536, /* bytes of the file; it has a handful of lines */
};

/* Values of `image-change`: what becomes of an enforced container that is started from another image. */
enum settings_image {
    SETTINGS_IMAGE_ASK = 0, /* it stays enforced, and the operator is asked to decide */
    SETTINGS_IMAGE_KEEP,    /* it stays enforced */
    SETTINGS_IMAGE_LEARN,   /* it goes back to complain mode */
    SETTINGS_IMAGE_COUNT,
};

/* Values of `quiet`. */
enum { SETTINGS_QUIET_ON = 0, SETTINGS_QUIET_OFF };

struct settings {
    char audit_log[SETTINGS_PATH_MAX]; /* auditd's log; read at start only */
    int64_t source; /* 0: whichever works; else 1 + the enum source_kind to use; read at start only */
    char database[SETTINGS_PATH_MAX]; /* the store; read at start only */
    char loader_socket[108];          /* armor-loader's socket; as long as sun_path; read at start only */
    int64_t loader_timeout;           /* seconds to wait for armor-loader's answer */
    int64_t flush_interval;           /* seconds that counters may lag behind in the store */
    int64_t
        audit_interval;    /* seconds between two looks at the kernel's lost counter, while records come in */
    int64_t watch_seconds; /* after enforce, in which refused accesses are counted; 0: no watch */
    int64_t watch_limit;   /* refused accesses in that time that a container may have and stay enforced */
    int64_t
        backlog_limit; /* records, least audit backlog limit of the kernel while a container learns; 0: leave it */
    int64_t
        ready_percent; /* chance that the next run needs a rule that isn't there, up to which a container is ready */
    int64_t image_change;                       /* enum settings_image */
    struct armor_generalise_options generalise; /* how policy is made of evidence */
    int64_t
        quiet; /* SETTINGS_QUIET_*: whether the kernel is told what is known, so that it reports only news */
};

/* The defaults, for keys that the file doesn't have. */
void settings_default(struct settings *ret_settings);

/*
 * Read TEXT, the contents of a settings file: a YAML mapping of known keys to scalars, in UTF-8; nothing at all is fine too.
 * Each key at most once; numbers in decimal, within the bounds of the table in settings.c. Returns 0, or -EINVAL with
 * line, column and what is allowed there, -E2BIG over SETTINGS_FILE_MAX.
 */
ARMOR_CHECKED int settings_parse(struct armor_slice text, struct settings *ret_settings,
                                 struct armor_error *err);

/*
 * Read the file at PATH. A missing file gives the defaults when PATH is SETTINGS_PATH, otherwise it is -ENOENT. Returns as
 * settings_parse, or what the system said; the error names the file.
 */
ARMOR_CHECKED int settings_load(const char *path, struct settings *ret_settings, struct armor_error *err);
