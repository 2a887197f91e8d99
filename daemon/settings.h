/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings: what the operator has chosen, in one YAML file for all, and for a container by itself. Plain values: copying is all there is to a reload.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"
#include "armor/generalise.h"
#include "setting.h"

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

/* "ask": as the setting has it, and followers are told. */
const char *settings_image_name(enum settings_image change);

/* Values of `quiet`. */
enum { SETTINGS_QUIET_ON = 0, SETTINGS_QUIET_OFF };

/* Values of the settings that a container may have its own of. */
struct choices {
    int64_t watch_seconds; /* after enforce, in which refused accesses are counted; 0: no watch */
    int64_t watch_limit;   /* refused accesses in that time that it may have and stay enforced */
    int64_t
        ready_percent; /* chance that the next run needs a rule that isn't there, up to which it is ready */
    int64_t image_change; /* enum settings_image */
    int64_t
        quiet; /* SETTINGS_QUIET_*: whether the kernel is told what is known, so that it reports only news */
    struct armor_generalise_options generalise; /* how policy is made of evidence */
};

/* What one container has of its own. */
struct own_settings {
    uint32_t given; /* setting_bit of each that it has; the others are inherited */
    uint32_t
        damaged; /* of each whose stored value can't be: inherited too, until it is given anew or let go */
    struct choices choices;
};

struct settings {
    uint32_t given;                    /* setting_bit of each that the file has; the others are defaults */
    char audit_log[SETTINGS_PATH_MAX]; /* auditd's log; read at start only */
    int64_t source; /* 0: whichever works; else 1 + the enum source_kind to use; read at start only */
    char database[SETTINGS_PATH_MAX]; /* the store; read at start only */
    char loader_socket[108];          /* armor-loader's socket; as long as sun_path; read at start only */
    int64_t loader_timeout;           /* seconds to wait for armor-loader's answer */
    int64_t flush_interval;           /* seconds that counters may lag behind in the store */
    int64_t
        audit_interval; /* seconds between two looks at the kernel's lost counter, while records come in */
    int64_t
        backlog_limit; /* records, least audit backlog limit of the kernel while a container learns; 0: leave it */
    struct choices containers; /* for those that have none of their own */
};

/* The struct of SETTINGS that SETTING's field is in: all of it, or that of containers. */
void *settings_base(struct settings *settings, const struct setting *setting);

/* What counts for a container that has OWN, where that has it; otherwise what the file says, or the default. */
struct choices settings_choices(const struct settings *settings, const struct own_settings *own);

/* Let OWN have what GIVEN has, and inherit those in the set INHERIT again. */
void own_settings_take(struct own_settings *own, const struct own_settings *given, uint32_t inherit);

/* The defaults, for keys that the file doesn't have. */
void settings_default(struct settings *ret_settings);

/*
 * Read TEXT, the contents of a settings file: a YAML mapping of known keys to scalars, in UTF-8; nothing at all is fine too.
 * Each key at most once; numbers in decimal, within the bounds of setting.c's table. Returns 0, or -EINVAL with
 * line, column and what is allowed there, -E2BIG over SETTINGS_FILE_MAX.
 */
ARMOR_CHECKED int settings_parse(struct armor_slice text, struct settings *ret_settings,
                                 struct armor_error *err);

/*
 * Read the file at PATH. A missing file gives the defaults when PATH is SETTINGS_PATH, otherwise it is -ENOENT. Returns as
 * settings_parse, or what the system said; the error names the file.
 */
ARMOR_CHECKED int settings_load(const char *path, struct settings *ret_settings, struct armor_error *err);
