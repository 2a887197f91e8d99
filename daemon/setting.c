/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Setting: the table, and values from text and back. See setting.h. */
#include "setting.h"

#include "settings.h"
#include "source.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

static const char *const sources[] = {"auto", "netlink", "audit-log", "journal", "kmsg"};
static const char *const switches[] = {[SETTINGS_QUIET_ON] = "on", [SETTINGS_QUIET_OFF] = "off"};

static const char *const image_changes[SETTINGS_IMAGE_COUNT] = {
    [SETTINGS_IMAGE_ASK] = "ask", [SETTINGS_IMAGE_KEEP] = "keep", [SETTINGS_IMAGE_LEARN] = "learn"};

#define SIZE(member)           (sizeof((struct settings *)0)->member)
#define OF_DAEMON(member)      .scope = SETTING_DAEMON, .offset = offsetof(struct settings, member)
#define OF_CONTAINER(member)   .scope = SETTING_CONTAINER, .offset = offsetof(struct choices, member)
#define PATH(member, standard) .type = SETTING_PATH, .min = 2, .max = SIZE(member) - 1, .path = (standard)
#define NUMBER(least, most, standard)                                                                        \
    .type = SETTING_NUMBER, .min = (least), .max = (most), .number = (standard)
#define WORD(list) .type = SETTING_WORD, .max = sizeof(list) / sizeof((list)[0]) - 1, .words = (list)

static const struct setting table[] = {
    {"audit-interval-seconds", "how often the kernel is asked whether it lost audit records",
     NUMBER(1, 3600, 10), OF_DAEMON(audit_interval)},
    {"audit-log", "auditd's log, for the source audit-log", PATH(audit_log, "/var/log/audit/audit.log"),
     OF_DAEMON(audit_log)},
    {"backlog-limit", "least audit backlog limit of the kernel while a container learns; 0: leave it",
     NUMBER(0, 65536, 8192), OF_DAEMON(backlog_limit)},
    {"database", "where what is learned is kept", PATH(database, "/var/lib/armord/armord.db"),
     OF_DAEMON(database)},
    {"flush-interval-seconds", "how far counters in the database may lag behind", NUMBER(1, 3600, 30),
     OF_DAEMON(flush_interval)},
    {"image-change", "what becomes of it, enforced, when it is started from another image",
     WORD(image_changes), OF_CONTAINER(image_change)},
    {"loader-socket", "where armor-loader listens", PATH(loader_socket, "/run/armord/loader.sock"),
     OF_DAEMON(loader_socket)},
    {"loader-timeout-seconds", "how long to wait for an answer of armor-loader", NUMBER(1, 600, 45),
     OF_DAEMON(loader_timeout)},
    {"quiet", "whether the kernel is told what is known while it learns, so that it reports only news",
     WORD(switches), OF_CONTAINER(quiet)},
    {"ready-percent", "the chance that its next run needs a rule that isn't there, up to which it is ready",
     NUMBER(1, 99, 20), OF_CONTAINER(ready_percent)},
    {"source", "where audit records are read from", WORD(sources), OF_DAEMON(source)},
    {"watch-limit", "how many refused accesses it may have within the watch and stay enforced",
     NUMBER(0, 1000000, 20), OF_CONTAINER(watch_limit)},
    {"watch-seconds", "how long after enforce refused accesses are counted; 0: not at all",
     NUMBER(0, 2592000, 600), OF_CONTAINER(watch_seconds)},
    {"without", "ways of making patterns of names that aren't used", .type = SETTING_WITHOUT,
     OF_CONTAINER(generalise.without)},
};

enum { SETTING_COUNT = sizeof table / sizeof table[0] };

_Static_assert(SETTING_COUNT <= 32, "sets of settings are bits of 32");

const struct setting *setting_table(size_t *ret_count)
{
    *ret_count = SETTING_COUNT;
    return table;
}

const struct setting *setting_find(struct armor_slice name)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (armor_slice_is(name, table[i].name)) {
            return &table[i];
        }
    }
    return NULL;
}

const char *settings_image_name(enum settings_image change)
{
    return image_changes[change];
}

uint32_t setting_bit(const struct setting *setting)
{
    return 1U << (setting - table);
}

static size_t size_of(const struct setting *setting)
{
    return setting->type == SETTING_PATH      ? (size_t)setting->max + 1
           : setting->type == SETTING_WITHOUT ? sizeof(uint32_t)
                                              : sizeof(int64_t);
}

void setting_copy(const struct setting *setting, void *base, const void *from)
{
    memcpy((char *)base + setting->offset, (const char *)from + setting->offset, size_of(setting));
}

void setting_default(const struct setting *setting, void *base)
{
    char *field = (char *)base + setting->offset;
    memset(field, 0, size_of(setting));
    if (setting->type == SETTING_PATH) {
        memcpy(field, setting->path, strlen(setting->path));
    } else if (setting->type == SETTING_NUMBER) {
        memcpy(field, &setting->number, sizeof setting->number);
    }
}

int64_t setting_number(const struct setting *setting, const void *base)
{
    const char *field = (const char *)base + setting->offset;
    int64_t number = 0;
    uint32_t bits = 0;
    switch (setting->type) {
    case SETTING_PATH: break;
    case SETTING_WORD:
    case SETTING_NUMBER: memcpy(&number, field, sizeof number); break;
    case SETTING_WITHOUT:
        memcpy(&bits, field, sizeof bits);
        number = bits;
        break;
    }
    return number;
}

/* Append STRING to BUFFER's string, behind BETWEEN unless it is the first one since START. What doesn't fit is left out. */
static void append(char buffer[SETTING_TEXT_SIZE], size_t start, const char *between, const char *string)
{
    size_t used = strlen(buffer);
    (void)snprintf(buffer + used, SETTING_TEXT_SIZE - used, "%s%s", used > start ? between : "", string);
}

/* The names of the transformations in BITS, with BETWEEN between them, behind what BUFFER has. */
static void append_transformations(char buffer[SETTING_TEXT_SIZE], uint32_t bits, const char *between)
{
    size_t start = strlen(buffer);
    for (int i = 0; i < ARMOR_MAKE_COUNT; i++) {
        if (i != ARMOR_MAKE_IDS && (bits & (1U << i))) {
            append(buffer, start, between, armor_transformation_name((enum armor_transformation)i));
        }
    }
}

const char *setting_takes(const struct setting *setting, char buffer[SETTING_TEXT_SIZE])
{
    static const char *const begins[] = {[SETTING_PATH] = "an absolute path",
                                         [SETTING_WORD] = "one of ",
                                         [SETTING_NUMBER] = "a whole number ",
                                         [SETTING_WITHOUT] = "none, or some of "};
    (void)snprintf(buffer, SETTING_TEXT_SIZE, "%s", begins[setting->type]);
    size_t start = strlen(buffer);
    switch (setting->type) {
    case SETTING_PATH: break;
    case SETTING_WORD:
        for (int64_t i = 0; i <= setting->max; i++) {
            append(buffer, start, ", ", setting->words[i]);
        }
        break;
    case SETTING_NUMBER:
        (void)snprintf(buffer + start, SETTING_TEXT_SIZE - start, "from %lld to %lld",
                       (long long)setting->min, (long long)setting->max);
        break;
    case SETTING_WITHOUT: append_transformations(buffer, ARMOR_MAKE_ALL, ", "); break;
    }
    return buffer;
}

const char *setting_format(const struct setting *setting, const void *base, char buffer[SETTING_TEXT_SIZE])
{
    int64_t number = setting_number(setting, base);
    buffer[0] = '\0';
    switch (setting->type) {
    case SETTING_PATH: append(buffer, 0, "", (const char *)base + setting->offset); break;
    case SETTING_WORD: append(buffer, 0, "", setting->words[number]); break;
    case SETTING_NUMBER: (void)snprintf(buffer, SETTING_TEXT_SIZE, "%lld", (long long)number); break;
    case SETTING_WITHOUT: append_transformations(buffer, (uint32_t)number, " "); break;
    }
    if (setting->type == SETTING_WITHOUT && !buffer[0]) {
        append(buffer, 0, "", "none");
    }
    return buffer;
}

/* Say that a value of SETTING can't be. WRONG: what of it, as a clause with its comma; or "". */
static int refuse(const struct setting *setting, const char *wrong, struct armor_error *err)
{
    char takes[SETTING_TEXT_SIZE];
    return armor_error_set(err, -EINVAL, "%s: %smust be %s", setting->name, wrong,
                           setting_takes(setting, takes));
}

/* Likewise of NAME, one that `without` doesn't know, which is shown as far as it is plain. */
static int refuse_name(const struct setting *setting, struct armor_slice name, struct armor_error *err)
{
    char shown[33] = "";
    char wrong[96];
    for (size_t i = 0; i < name.length && i < sizeof shown - 1; i++) {
        shown[i] = (char)(name.bytes[i] > ' ' && name.bytes[i] <= '~' ? name.bytes[i] : '?');
    }
    (void)snprintf(wrong, sizeof wrong, "\"%s\" is no transformation that can be switched off, ", shown);
    return refuse(setting, wrong, err);
}

static int parse_path(const struct setting *setting, struct armor_slice text, char *field,
                      struct armor_error *err)
{
    if (text.length < (size_t)setting->min || text.bytes[0] != '/' || memchr(text.bytes, '\0', text.length)) {
        return refuse(setting, "", err);
    }
    if (text.length > (size_t)setting->max) {
        return armor_error_set(err, -E2BIG, "%s: has %zu bytes, at most %lld fit", setting->name, text.length,
                               (long long)setting->max);
    }
    memset(field, 0, (size_t)setting->max + 1);
    memcpy(field, text.bytes, text.length);
    return 0;
}

static int parse_number(const struct setting *setting, struct armor_slice text, char *field,
                        struct armor_error *err)
{
    int64_t number = 0;
    bool sound = text.length > 0 && text.length <= 12;
    for (size_t i = 0; sound && i < text.length; i++) {
        sound = text.bytes[i] >= '0' && text.bytes[i] <= '9';
        number = number * 10 + (text.bytes[i] - '0');
    }
    if (!sound || number < setting->min || number > setting->max) {
        return refuse(setting, "", err);
    }
    memcpy(field, &number, sizeof number);
    return 0;
}

static int parse_word(const struct setting *setting, struct armor_slice text, char *field,
                      struct armor_error *err)
{
    for (int64_t i = 0; i <= setting->max; i++) {
        if (armor_slice_is(text, setting->words[i])) {
            memcpy(field, &i, sizeof i);
            return 0;
        }
    }
    return refuse(setting, "", err);
}

static int parse_without(const struct setting *setting, struct armor_slice text, char *field,
                         struct armor_error *err)
{
    uint32_t without = 0;
    size_t names = 0;
    for (size_t at = 0; at < text.length;) {
        const char *space = memchr(text.bytes + at, ' ', text.length - at);
        struct armor_slice name = {text.bytes + at,
                                   space ? (size_t)(space - text.bytes) - at : text.length - at};
        at += name.length + 1;
        if (name.length == 0) {
            continue;
        }
        int found = armor_transformation_from_name(name);
        if (found < 0 || found == ARMOR_MAKE_IDS) {
            return refuse_name(setting, name, err);
        }
        without |= 1U << found;
        names++;
    }
    if (names == 0) {
        return refuse(setting, "", err);
    }
    memcpy(field, &without, sizeof without);
    return 0;
}

int setting_parse(const struct setting *setting, struct armor_slice text, void *base, struct armor_error *err)
{
    char *field = (char *)base + setting->offset;
    switch (setting->type) {
    case SETTING_PATH: return parse_path(setting, text, field, err);
    case SETTING_WORD: return parse_word(setting, text, field, err);
    case SETTING_NUMBER: return parse_number(setting, text, field, err);
    case SETTING_WITHOUT: break;
    }
    if (armor_slice_is(text, "none")) {
        memset(field, 0, sizeof(uint32_t));
        return 0;
    }
    return parse_without(setting, text, field, err);
}
