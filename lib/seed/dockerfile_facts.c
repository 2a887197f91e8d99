/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Instructions as facts: one small function for each keyword that says something of the run time. See dockerfile_reader.h. */
#include "seed/dockerfile_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "armor/intern.h"

typedef int read_instruction(struct dockerfile_reader *reader,
                             const struct dockerfile_instruction *instruction);

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Words in names of variables that hold secrets. A name that ends in what only points to one doesn't. */
static bool is_secret_name(const char *name)
{
    static const char *const secrets[] = {"PASSWORD", "PASSWD",      "SECRET",     "TOKEN",     "API_KEY",
                                          "APIKEY",   "PRIVATE_KEY", "ACCESS_KEY", "CREDENTIAL"};
    static const char *const pointers[] = {"_FILE", "_PATH", "_URL", "_DIR"};
    char upper[64];
    size_t length = strlen(name);
    for (size_t i = 0; i <= length && i < sizeof upper; i++) {
        upper[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    }
    upper[sizeof upper - 1] = '\0';
    for (size_t i = 0; i < sizeof pointers / sizeof pointers[0]; i++) {
        size_t tail = strlen(pointers[i]);
        if (length >= tail && length < sizeof upper && strcmp(upper + length - tail, pointers[i]) == 0) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        if (strstr(upper, secrets[i])) {
            return true;
        }
    }
    return false;
}

static int read_env(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    const struct dockerfile_word *words = dockerfile_arguments(reader->file, instruction);
    for (size_t i = 0; i + 1 < instruction->argument_count; i += 2) {
        const char *value = NULL;
        int r = dockerfile_reader_expand(reader, &reader->scope, instruction, &words[i + 1], false, &value);
        struct armor_slice slice = armor_slice_of(value);
        r = r < 0 ? r
                  : dockerfile_scope_set(&reader->scope, armor_slice_of(words[i].text), value ? &slice : NULL,
                                         true, !value);
        if (r == 0 && is_secret_name(words[i].text) && !(value && !*value)) {
            r = dockerfile_advise(
                reader, "secret-in-env", instruction, words[i].offset,
                "ENV %.60s stays in the image and in the environment of each of its processes, for "
                "anybody who can read either",
                words[i].text);
        }
        if (r < 0) {
            return dockerfile_reader_fail(reader, instruction, words[i].offset, r);
        }
    }
    return 0;
}

/* The value that the caller gives for NAME; false: none. */
static bool build_argument(const struct dockerfile_reader *reader, struct armor_slice name,
                           struct armor_slice *ret_value)
{
    for (size_t i = reader->options->argument_count; i-- > 0;) {
        struct armor_slice argument = reader->options->arguments[i];
        if (argument.length > name.length && argument.bytes[name.length] == '=' &&
            armor_slice_starts(argument, name)) {
            *ret_value =
                (struct armor_slice){argument.bytes + name.length + 1, argument.length - name.length - 1};
            return true;
        }
    }
    return false;
}

/* ARG name, or name=value: the caller's value, the default, or that of an ARG before the first FROM. */
static int declare(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction,
                   const struct dockerfile_word *word)
{
    struct dockerfile_scope *scope = reader->stage ? &reader->scope : &reader->globals;
    const char *equals = strchr(word->text, '=');
    struct armor_slice name = {word->text, equals ? (size_t)(equals - word->text) : strlen(word->text)};
    struct armor_slice value;
    bool secret = false;
    if (name.length == 0) {
        return dockerfile_error(reader->file, instruction, word->offset, reader->err, -EBADMSG,
                                "ARG \"%.60s\" has no name", word->text);
    }
    if (reader->stage && name.length < 60) {
        char text[64];
        (void)snprintf(text, sizeof text, "%.*s", (int)name.length, name.bytes);
        secret = is_secret_name(text);
    }
    int r = 0;
    if (build_argument(reader, name, &value)) {
        r = dockerfile_scope_set(scope, name, &value, false, false);
    } else if (equals) {
        struct dockerfile_word rest = {equals + 1, word->offset + name.length + 1};
        const char *text = NULL;
        r = dockerfile_reader_expand(reader, scope, instruction, &rest, false, &text);
        value = armor_slice_of(text);
        r = r < 0 ? r : dockerfile_scope_set(scope, name, text ? &value : NULL, false, !text);
    } else {
        const struct dockerfile_variable *global = dockerfile_scope_find(&reader->globals, name);
        value = armor_slice_of(global ? global->value : NULL);
        r = dockerfile_scope_set(scope, name, value.bytes ? &value : NULL, false, global && global->unknown);
    }
    if (r == 0 && secret) {
        r = dockerfile_advise(reader, "secret-in-arg", instruction, word->offset,
                              "ARG %.*s stays in the image's history, for anybody who has the image",
                              (int)name.length, name.bytes);
    }
    return r < 0 ? dockerfile_reader_fail(reader, instruction, word->offset, r) : 0;
}

static int read_arg(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    const struct dockerfile_word *words = dockerfile_arguments(reader->file, instruction);
    int r = 0;
    for (size_t i = 0; r >= 0 && i < instruction->argument_count; i++) {
        r = declare(reader, instruction, &words[i]);
    }
    return r;
}

/* "80", "8000-8010/udp" as a fact. Returns 1, 0 when it isn't one, negative. */
static int add_ports(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction,
                     size_t offset, const char *word)
{
    char *end = NULL;
    unsigned long first = strtoul(word, &end, 10);
    unsigned long last = first;
    if (end != word && *end == '-' && end[1] >= '0' && end[1] <= '9') {
        last = strtoul(end + 1, &end, 10);
    }
    static const char *const protocols[] = {"tcp", "udp", "sctp"};
    const char *given = *end == '/' ? end + 1 : "tcp";
    const char *protocol = NULL;
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
        protocol = strcasecmp(given, protocols[i]) == 0 ? protocols[i] : protocol;
    }
    if (*word < '0' || *word > '9' || (*end && *end != '/') || !protocol || first == 0 || last < first ||
        last > 65535) {
        return 0;
    }
    struct dockerfile_fact fact = {.kind = DOCKERFILE_PORTS,
                                   .path = word,
                                   .detail = protocol,
                                   .flag = first < 1024,
                                   .instruction = instruction,
                                   .offset = offset};
    int r = dockerfile_fact_add(reader, &fact);
    return r < 0 ? r : 1;
}

static int read_expose(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    const struct dockerfile_word *words = dockerfile_arguments(reader->file, instruction);
    for (size_t i = 0; i < instruction->argument_count; i++) {
        const char *value = NULL;
        int r = dockerfile_reader_expand(reader, &reader->scope, instruction, &words[i], true, &value);
        while (r >= 0 && value && *value) {
            char port[32];
            size_t length = strcspn(value, " \t");
            (void)snprintf(port, sizeof port, "%.*s",
                           length < sizeof port ? (int)length : (int)sizeof port - 1, value);
            r = length == 0 ? 1 : add_ports(reader, instruction, words[i].offset, port);
            if (r == 0) {
                return dockerfile_error(reader->file, instruction, words[i].offset, reader->err, -EBADMSG,
                                        "\"%.40s\" isn't a port; write 80, 80/udp or 8000-8010", port);
            }
            value += length + (value[length] != '\0');
        }
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int read_volume(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    const struct dockerfile_word *words = dockerfile_arguments(reader->file, instruction);
    for (size_t i = 0; i < instruction->argument_count; i++) {
        const char *value = NULL;
        int r = dockerfile_reader_expand(reader, &reader->scope, instruction, &words[i], true, &value);
        if (r == 0 && value) {
            struct dockerfile_fact fact = {.kind = DOCKERFILE_VOLUME_AT,
                                           .instruction = instruction,
                                           .offset = words[i].offset};
            r = dockerfile_reader_path(reader, "/", value, &fact.path);
            r = r < 0 ? dockerfile_reader_fail(reader, instruction, words[i].offset, r)
                      : dockerfile_fact_add(reader, &fact);
        }
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* SHELL of Windows tells more than the image's name. */
static bool is_windows_path(const char *path)
{
    bool drive = ((path[0] >= 'a' && path[0] <= 'z') || (path[0] >= 'A' && path[0] <= 'Z')) && path[1] == ':';
    return drive && (path[2] == '\\' || path[2] == '/' || path[2] == '\0');
}

static int read_workdir(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    const struct dockerfile_word *word = dockerfile_arguments(reader->file, instruction);
    const char *value = NULL;
    if (is_windows_path(word->text)) {
        return dockerfile_error(reader->file, instruction, word->offset, reader->err, -EOPNOTSUPP,
                                "\"%.60s\" is a directory of Windows, where there is no AppArmor",
                                word->text);
    }
    int r = dockerfile_reader_expand(reader, &reader->scope, instruction, word, true, &value);
    if (r < 0) {
        return r;
    }
    if (!value || (*value != '/' && !reader->workdir)) {
        reader->workdir = NULL; /* below a directory that the base image knows */
        return 0;
    }
    struct dockerfile_fact fact = {.kind = DOCKERFILE_WORKS_IN,
                                   .instruction = instruction,
                                   .offset = word->offset};
    r = dockerfile_reader_path(reader, reader->workdir ? reader->workdir : "/", value, &reader->workdir);
    if (r < 0) {
        return dockerfile_reader_fail(reader, instruction, word->offset, r);
    }
    fact.path = reader->workdir;
    r = dockerfile_fact_add(reader, &fact);
    fact.kind = DOCKERFILE_DIRECTORY;
    return r < 0 ? r : dockerfile_fact_add(reader, &fact);
}

static int read_user(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    const struct dockerfile_word *word = dockerfile_arguments(reader->file, instruction);
    const char *value = NULL;
    int r = dockerfile_reader_expand(reader, &reader->scope, instruction, word, true, &value);
    reader->user_at = instruction;
    reader->user = NULL;
    if (r < 0 || !value) {
        return r;
    }
    struct armor_slice name = {value, strcspn(value, ":")};
    r = armor_intern_add(reader->file->text, name, &reader->user);
    return r < 0 ? dockerfile_reader_fail(reader, instruction, word->offset, r) : 0;
}

static int read_program(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    if (instruction->keyword == DOCKERFILE_CMD) {
        reader->cmd = instruction;
        reader->cmd_stage = reader->stage;
    } else {
        reader->entrypoint = instruction;
        if (reader->cmd && reader->cmd_stage != reader->stage) {
            reader->cmd = NULL; /* that of a base goes when ENTRYPOINT is set anew */
        }
    }
    return 0;
}

static int read_shell(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    const struct dockerfile_word *words = dockerfile_arguments(reader->file, instruction);
    if (!instruction->json || instruction->argument_count == 0) {
        return dockerfile_error(reader->file, instruction, 0, reader->err, -EBADMSG,
                                "SHELL must be a JSON array: [\"/bin/bash\", \"-c\"]");
    }
    static const char *const shells[] = {"powershell", "powershell.exe", "pwsh.exe", "cmd", "cmd.exe"};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(words[0].text, shells[i]) == 0 || is_windows_path(words[0].text)) {
            return dockerfile_error(reader->file, instruction, words[0].offset, reader->err, -EOPNOTSUPP,
                                    "\"%.60s\" is a shell of Windows, where there is no AppArmor",
                                    words[0].text);
        }
    }
    reader->shell = instruction;
    return 0;
}

static int read_healthcheck(struct dockerfile_reader *reader,
                            const struct dockerfile_instruction *instruction)
{
    const struct dockerfile_word *words = dockerfile_arguments(reader->file, instruction);
    bool none = strcasecmp(words[0].text, "NONE") == 0;
    bool command = strcasecmp(words[0].text, "CMD") == 0;
    if ((!none && !command) || (none && instruction->argument_count > 1) ||
        (command && instruction->argument_count < 2)) {
        return dockerfile_error(reader->file, instruction, words[0].offset, reader->err, -EBADMSG,
                                "HEALTHCHECK is NONE, or CMD and a command");
    }
    reader->healthcheck = instruction;
    return 0;
}

static int read_stopsignal(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    reader->stopsignal = instruction;
    return 0;
}

static int read_nothing(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    (void)reader;
    (void)instruction;
    return 0;
}

/* What each keyword does, and the flags that it may have. */
static const struct {
    read_instruction *read;
    const char *flags[8];
} readers[DOCKERFILE_KEYWORD_COUNT] = {
    [DOCKERFILE_ADD] = {dockerfile_read_copy,
                        {"chmod", "chown", "link", "checksum", "keep-git-dir", "exclude", "unpack"}},
    [DOCKERFILE_ARG] = {read_arg, {0}},
    [DOCKERFILE_CMD] = {read_program, {0}},
    [DOCKERFILE_COPY] = {dockerfile_read_copy, {"from", "chmod", "chown", "link", "parents", "exclude"}},
    [DOCKERFILE_ENTRYPOINT] = {read_program, {0}},
    [DOCKERFILE_ENV] = {read_env, {0}},
    [DOCKERFILE_EXPOSE] = {read_expose, {0}},
    [DOCKERFILE_FROM] = {read_nothing, {"platform"}},
    [DOCKERFILE_HEALTHCHECK] = {read_healthcheck,
                                {"interval", "timeout", "start-period", "start-interval", "retries"}},
    [DOCKERFILE_LABEL] = {read_nothing, {0}},
    [DOCKERFILE_MAINTAINER] = {read_nothing, {0}},
    [DOCKERFILE_RUN] = {dockerfile_read_run, {"mount", "network", "security", "device"}},
    [DOCKERFILE_SHELL] = {read_shell, {0}},
    [DOCKERFILE_STOPSIGNAL] = {read_stopsignal, {0}},
    [DOCKERFILE_USER] = {read_user, {0}},
    [DOCKERFILE_VOLUME] = {read_volume, {0}},
    [DOCKERFILE_WORKDIR] = {read_workdir, {0}},
};

static int check_flags(const struct dockerfile_reader *reader,
                       const struct dockerfile_instruction *instruction)
{
    const char *const *known = readers[instruction->keyword].flags;
    for (size_t i = 0; i < instruction->flag_count; i++) {
        const struct dockerfile_word *flag = &dockerfile_flags(reader->file, instruction)[i];
        bool found = false;
        for (size_t k = 0; k < 8 && known[k]; k++) {
            size_t length = strlen(known[k]);
            found = found || (has_prefix(flag->text + 2, known[k]) &&
                              (flag->text[2 + length] == '=' || flag->text[2 + length] == '\0'));
        }
        if (!found) {
            return dockerfile_error(reader->file, instruction, flag->offset, reader->err, -EBADMSG,
                                    "%s has no flag \"%.60s\"", dockerfile_keyword_name(instruction->keyword),
                                    flag->text);
        }
    }
    return 0;
}

int dockerfile_read_instruction(struct dockerfile_reader *reader,
                                const struct dockerfile_instruction *instruction)
{
    int r = check_flags(reader, instruction);
    return r < 0 ? r : readers[instruction->keyword].read(reader, instruction);
}
