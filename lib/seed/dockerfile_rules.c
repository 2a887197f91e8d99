/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Facts as rules, one function for each kind of fact; docs/static-analysis.md argues each grant. Nothing is granted that only build
 * time needed. See dockerfile_reader.h.
 */
#include "seed/dockerfile_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "armor/glob.h"
#include "armor/limits.h"
#include "seed/dockerfile_rules.h"

#define READ       ((uint32_t)ARMOR_FILE_READ)
#define READ_WRITE ((uint32_t)ARMOR_FILE_READ | (uint32_t)ARMOR_FILE_WRITE)

int dockerfile_rule(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction,
                    size_t offset, const struct armor_access *access, enum armor_seed_grant grant,
                    const char *format, ...)
{
    char reason[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    struct armor_seed_rule rule = {.access = *access,
                                   .grant = grant,
                                   .source = {.file = reader->options->file},
                                   .reason = reason};
    dockerfile_place(reader->file, instruction, offset, &rule.source.line, &rule.source.column);
    int r = armor_seed_add_rule(reader->seed, &rule);
    return r < 0 ? dockerfile_reader_fail(reader, instruction, offset, r) : 0;
}

/* Append PATH as a pattern, in which the shell's `*` and `?` stay what they are when GLOB. */
static void put_path(struct armor_text *pattern, const char *path, bool glob)
{
    for (; *path; path++) {
        if (glob && (*path == '*' || *path == '?')) {
            armor_text_char(pattern, *path);
        } else {
            armor_glob_escape(pattern, (struct armor_slice){path, 1});
        }
    }
}

/* A rule of KIND for FACT's path, with ENDING behind it, only expected. */
static int expect(struct dockerfile_reader *reader, const struct dockerfile_fact *fact,
                  enum armor_rule_kind kind, uint32_t mask, const char *ending, const char *reason)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text pattern = ARMOR_TEXT_INIT((size_t)ARMOR_PATH_MAX * 2);
    put_path(&pattern, strcmp(fact->path, "/") == 0 && *ending ? "" : fact->path, fact->glob);
    armor_text_string(&pattern, ending);
    if (pattern.error) {
        return dockerfile_reader_fail(reader, fact->instruction, fact->offset, pattern.error);
    }
    struct armor_access access = {.kind = kind, .mask = mask, .name = {pattern.bytes, pattern.length}};
    return dockerfile_rule(reader, fact->instruction, fact->offset, &access, ARMOR_SEED_EXPECTED, "%s",
                           reason);
}

/* The path and, where it is or may be a directory, what is in it. */
static int expect_files(struct dockerfile_reader *reader, const struct dockerfile_fact *fact, uint32_t mask,
                        const char *reason)
{
    bool directory = dockerfile_fact_find(reader, DOCKERFILE_DIRECTORY, fact->path) != NULL;
    int r = 0;
    if (!fact->tree && !directory) {
        return expect(reader, fact, ARMOR_RULE_FILE, mask, "", reason);
    }
    r = expect(reader, fact, ARMOR_RULE_FILE, READ, "/", reason);
    return r < 0 ? r : expect(reader, fact, ARMOR_RULE_FILE, mask, fact->tree ? "/**" : "/*", reason);
}

/* Trees that hold the system or other programs' data: VOLUME of one is no sign of where this program keeps its own. */
static bool is_wide(const char *path)
{
    static const char *const wide[] = {"/",    "/bin",   "/boot", "/dev",     "/etc",    "/home",
                                       "/lib", "/lib64", "/proc", "/root",    "/run",    "/sbin",
                                       "/sys", "/usr",   "/var",  "/var/run", "/var/lib"};
    /* and all below these: the kernel's trees, programs and libraries, what belongs to a container engine */
    static const char *const below[] = {
        "/bin/",
        "/boot/",
        "/dev/",
        "/lib/",
        "/lib32/",
        "/lib64/",
        "/proc/",
        "/sbin/",
        "/sys/",
        "/usr/bin/",
        "/usr/sbin/",
        "/usr/lib/",
        "/usr/lib32/",
        "/usr/lib64/",
        "/usr/libexec/",
        "/usr/local/bin/",
        "/usr/local/sbin/",
        "/usr/local/lib/",
        "/run/docker/",
        "/run/containerd/",
        "/run/podman/",
        "/run/crio/",
        "/var/lib/docker/",
        "/var/lib/containerd/",
        "/var/lib/containers/",
        "/var/lib/kubelet/",
    };
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        if (strcmp(path, wide[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
        size_t prefix = strlen(below[i]);
        if (strncmp(path, below[i], prefix) == 0 ||
            (length == prefix - 1 && memcmp(path, below[i], length) == 0)) {
            return true;
        }
    }
    return length > 5 && strcmp(path + length - 5, ".sock") == 0; /* somebody else's socket */
}

static int volume(struct dockerfile_reader *reader, const struct dockerfile_fact *fact)
{
    bool wide = is_wide(fact->path);
    char reason[200];
    (void)snprintf(reason, sizeof reason, "VOLUME says that the program keeps data in %.80s%s", fact->path,
                   wide ? ", which holds too much else to be granted as a whole" : "");
    struct armor_seed_rule rule = {.grant = wide ? ARMOR_SEED_EXPECTED : ARMOR_SEED_GRANTED,
                                   .source = {.file = reader->options->file},
                                   .reason = reason};
    dockerfile_place(reader->file, fact->instruction, fact->offset, &rule.source.line, &rule.source.column);
    int r =
        armor_seed_add_tree(reader->seed, &rule, armor_slice_of(fact->path), READ_WRITE | ARMOR_FILE_LOCK);
    if (r >= 0 && wide) {
        r = dockerfile_advise(reader, "wide-volume", fact->instruction, fact->offset,
                              "a VOLUME at %.80s covers files that aren't the program's data", fact->path);
    }
    return r < 0 ? dockerfile_reader_fail(reader, fact->instruction, fact->offset, r) : 0;
}

static int ports(struct dockerfile_reader *reader, const struct dockerfile_fact *fact)
{
    static const char *const families[] = {"inet", "inet6"};
    const char *type = strcmp(fact->detail, "udp") == 0    ? "dgram"
                       : strcmp(fact->detail, "sctp") == 0 ? "seqpacket"
                                                           : "stream";
    int r = 0;
    for (size_t i = 0; r >= 0 && i < 2; i++) {
        struct armor_access access = {.kind = ARMOR_RULE_NETWORK,
                                      .name = armor_slice_of(families[i]),
                                      .detail = armor_slice_of(type)};
        r = dockerfile_rule(reader, fact->instruction, fact->offset, &access, ARMOR_SEED_EXPECTED,
                            "EXPOSE %s says that the program listens there", fact->path);
    }
    bool root = !reader->user || dockerfile_runs_as(reader, "root") || dockerfile_runs_as(reader, "0");
    if (r >= 0 && fact->flag && root) {
        struct armor_access access = {.kind = ARMOR_RULE_CAPABILITY, .name = ARMOR_SLICE("net_bind_service")};
        r = dockerfile_rule(
            reader, fact->instruction, fact->offset, &access, ARMOR_SEED_EXPECTED,
            "port %s is below 1024, which needs it where the kernel isn't told otherwise, as on the "
            "host's network",
            fact->path);
    }
    return r;
}

static int works_in(struct dockerfile_reader *reader, const struct dockerfile_fact *fact)
{
    if (!reader->workdir || strcmp(fact->path, reader->workdir) != 0) {
        return 0; /* a directory on the way to the last one */
    }
    return expect(reader, fact, ARMOR_RULE_FILE, READ, "/", "WORKDIR is where the program starts");
}

static int copied(struct dockerfile_reader *reader, const struct dockerfile_fact *fact)
{
    bool own = fact->detail && dockerfile_runs_as(reader, fact->detail);
    return expect_files(reader, fact, own ? READ_WRITE : READ,
                        own ? "the image brings it, owned by the user that the program runs as"
                            : "the image brings it for the program to read");
}

static int executable(struct dockerfile_reader *reader, const struct dockerfile_fact *fact)
{
    if (dockerfile_fact_find(reader, DOCKERFILE_DIRECTORY, fact->path)) {
        return 0; /* x of a directory is for entering it */
    }
    return expect(reader, fact, ARMOR_RULE_EXEC, 0, "", "the build makes it executable");
}

static int owned(struct dockerfile_reader *reader, const struct dockerfile_fact *fact)
{
    return dockerfile_runs_as(reader, fact->detail)
               ? expect_files(reader, fact, READ_WRITE,
                              "the build gives it to the user that the program runs as")
               : 0;
}

static int writable(struct dockerfile_reader *reader, const struct dockerfile_fact *fact)
{
    return expect_files(reader, fact, READ_WRITE, "the build makes it writable for all");
}

static int capable(struct dockerfile_reader *reader, const struct dockerfile_fact *fact)
{
    struct armor_access access = {.kind = ARMOR_RULE_CAPABILITY, .name = armor_slice_of(fact->detail)};
    int r = dockerfile_rule(reader, fact->instruction, fact->offset, &access, ARMOR_SEED_EXPECTED,
                            "setcap gives it to %.100s", fact->path);
    return r < 0
               ? r
               : expect(reader, fact, ARMOR_RULE_EXEC, 0, "", "the build gives it capabilities to run with");
}

static int (*const rules[])(struct dockerfile_reader *, const struct dockerfile_fact *) = {
    [DOCKERFILE_VOLUME_AT] = volume,      [DOCKERFILE_PORTS] = ports,     [DOCKERFILE_WORKS_IN] = works_in,
    [DOCKERFILE_COPIED] = copied,         [DOCKERFILE_OWNED] = owned,     [DOCKERFILE_WRITABLE] = writable,
    [DOCKERFILE_EXECUTABLE] = executable, [DOCKERFILE_CAPABLE] = capable, [DOCKERFILE_DIRECTORY] = NULL,
    [DOCKERFILE_LINKED] = NULL,           [DOCKERFILE_ACCOUNT] = NULL,
};

/* Numbers of signals on all machines that armord runs on (signal(7)); the word is AppArmor's. */
static const struct {
    const char *word;
    int number;
} signals[] = {{"hup", 1},   {"int", 2},   {"quit", 3},  {"abrt", 6},   {"kill", 9},  {"usr1", 10},
               {"usr2", 12}, {"pipe", 13}, {"alrm", 14}, {"term", 15},  {"chld", 17}, {"cont", 18},
               {"stop", 19}, {"stp", 20},  {"pwr", 30},  {"winch", 28}, {"trap", 5}};

/* AppArmor's word for "SIGQUIT", "quit", "3", "RTMIN+3". False: none. */
static bool signal_word(const char *value, char word[static 16])
{
    char *end = NULL;
    long number = strtol(value, &end, 10);
    bool numeric = *value >= '0' && *value <= '9' && *end == '\0';
    char lower[24] = "";
    size_t length = 0;
    for (; value[length] && length < sizeof lower - 1; length++) {
        lower[length] =
            (char)(value[length] >= 'A' && value[length] <= 'Z' ? value[length] - 'A' + 'a' : value[length]);
    }
    lower[length] = '\0';
    const char *name = strncmp(lower, "sig", 3) == 0 ? lower + 3 : lower;
    name = strcmp(name, "tstp") == 0 ? "stp" : name;
    if (strncmp(name, "rtmin+", 6) == 0 && name[6] && name[6 + strspn(name + 6, "0123456789")] == '\0') {
        long offset = strtol(name + 6, NULL, 10);
        (void)snprintf(word, 16, "rtmin+%ld", offset);
        return offset >= 0 && offset <= 32;
    }
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (numeric ? number == signals[i].number : strcmp(name, signals[i].word) == 0) {
            (void)snprintf(word, 16, "%s", signals[i].word);
            return true;
        }
    }
    return false;
}

/* docker stop sends it from where the runtime runs: the same senders as in the baseline. */
static int stop_signal(struct dockerfile_reader *reader)
{
    static const char *const senders[] = {"unconfined", "runc", "crun"};
    const char *value = NULL;
    char name[16];
    const struct dockerfile_word *word = dockerfile_arguments(reader->file, reader->stopsignal);
    int r = dockerfile_reader_expand(reader, &reader->scope, reader->stopsignal, word, true, &value);
    if (r < 0 || !value) {
        return r;
    }
    if (!signal_word(value, name)) {
        return dockerfile_advise(reader, "unknown-signal", reader->stopsignal, word->offset,
                                 "\"%.40s\" isn't a signal that AppArmor knows", value);
    }
    for (size_t i = 0; r >= 0 && i < sizeof senders / sizeof senders[0]; i++) {
        struct armor_access access = {.kind = ARMOR_RULE_SIGNAL,
                                      .mask = ARMOR_SIGNAL_RECEIVE,
                                      .name = armor_slice_of(name),
                                      .peer = armor_slice_of(senders[i])};
        r = dockerfile_rule(reader, reader->stopsignal, word->offset, &access, ARMOR_SEED_GRANTED,
                            "STOPSIGNAL is what docker stop sends");
    }
    return r;
}

int dockerfile_add_rules(struct dockerfile_reader *reader)
{
    int r = 0;
    for (size_t i = 0; r >= 0 && i < reader->fact_count; i++) {
        const struct dockerfile_fact *fact = &reader->facts[i];
        r = rules[fact->kind] ? rules[fact->kind](reader, fact) : 0;
    }
    return r < 0 || !reader->stopsignal ? r : stop_signal(reader);
}
