/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Advice: findings with their severity and cure in one table, and their suppression by comments. See dockerfile_reader.h. */
#include "seed/dockerfile_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "armor/limits.h"

static const struct {
    const char *code;
    enum armor_severity severity;
    const char *fix; /* NULL: nothing to do */
} advice[] = {
    {"add-remote", ARMOR_SEVERITY_MEDIUM,
     "Give ADD --checksum=sha256:..., or fetch and check the file in a RUN."},
    {"base-image", ARMOR_SEVERITY_NOTE,
     "Give the output of docker inspect too, once a container of the image exists."},
    {"copy-not-known", ARMOR_SEVERITY_NOTE, NULL},
    {"healthcheck-off", ARMOR_SEVERITY_LOW, "Give a HEALTHCHECK of its own instead of NONE."},
    {"latest-tag", ARMOR_SEVERITY_MEDIUM, "Name a version and its digest: image:1.2.3@sha256:..."},
    {"no-digest", ARMOR_SEVERITY_LOW, "Add the digest of the image that was tested: image:1.2.3@sha256:..."},
    {"no-healthcheck", ARMOR_SEVERITY_LOW,
     "Add HEALTHCHECK CMD with a command that asks the service for an answer."},
    {"not-understood", ARMOR_SEVERITY_NOTE, NULL},
    {"pipe-to-shell", ARMOR_SEVERITY_HIGH, "Download to a file, check it against a digest, then run it."},
    {"runs-as-root", ARMOR_SEVERITY_MEDIUM,
     "Make an account, give it the files that it must write, and name it in USER."},
    {"secret-in-arg", ARMOR_SEVERITY_MEDIUM,
     "Use RUN --mount=type=secret, which leaves nothing in the image."},
    {"secret-in-env", ARMOR_SEVERITY_HIGH,
     "Give it when the container starts, as a file that only the program can read."},
    {"setgid-file", ARMOR_SEVERITY_MEDIUM,
     "Leave the bit away, and give the program's account what it needs."},
    {"setuid-binary", ARMOR_SEVERITY_HIGH,
     "Leave the bit away, or give the one capability that is needed with setcap."},
    {"sudo", ARMOR_SEVERITY_LOW, "Leave sudo away; switch accounts with USER."},
    {"suppression", ARMOR_SEVERITY_NOTE, "Write: # armord: ignore CODE because REASON"},
    {"unknown-signal", ARMOR_SEVERITY_NOTE, "Name a signal: SIGTERM, SIGQUIT, or its number."},
    {"unresolved-variable", ARMOR_SEVERITY_NOTE, "Give it a value in this file, or as a build argument."},
    {"wide-volume", ARMOR_SEVERITY_MEDIUM, "Name the directory that the program keeps its data in."},
    {"world-writable", ARMOR_SEVERITY_MEDIUM,
     "Give the file to the program's account with chown, and leave it 0750."},
};

/* Take WORD and the blanks behind it from the start of LINE; false: it isn't there. */
static bool take(struct armor_slice *line, const char *word)
{
    struct armor_slice expected = armor_slice_of(word);
    if (!armor_slice_starts(*line, expected)) {
        return false;
    }
    line->bytes += expected.length;
    line->length -= expected.length;
    while (line->length && dockerfile_is_blank(*line->bytes)) {
        line->bytes++;
        line->length--;
    }
    return true;
}

/* The reason of `# armord: ignore CODE because REASON` in LINE. Returns 1; 0: another comment; -EINVAL: no reason. */
static int suppression(struct armor_slice line, const char *code, struct armor_slice *ret_reason)
{
    bool ours = take(&line, "") && take(&line, "#") && take(&line, "armord:") && take(&line, "ignore") &&
                take(&line, code);
    if (!ours) {
        return 0;
    }
    if (!take(&line, "because ") || line.length == 0) {
        return -EINVAL;
    }
    while (dockerfile_is_blank(line.bytes[line.length - 1])) {
        line.length--;
    }
    *ret_reason = line;
    return 1;
}

/* Look for the suppression of CODE in the comments before INSTRUCTION. Returns as suppression. */
static int find_suppression(const struct dockerfile_instruction *instruction, const char *code,
                            struct armor_slice *ret_reason)
{
    struct armor_slice comments = instruction->comments;
    int r = 0;
    for (size_t at = 0; r == 0 && at < comments.length;) {
        const char *newline = memchr(comments.bytes + at, '\n', comments.length - at);
        size_t end = newline ? (size_t)(newline - comments.bytes) : comments.length;
        r = suppression((struct armor_slice){comments.bytes + at, end - at}, code, ret_reason);
        at = end + 1;
    }
    return r;
}

static int advise(struct dockerfile_reader *reader, size_t entry,
                  const struct dockerfile_instruction *instruction, size_t offset, const char *text,
                  const char *suppressed)
{
    struct armor_finding finding = {.severity = advice[entry].severity,
                                    .code = advice[entry].code,
                                    .source = {.file = reader->options->file},
                                    .text = text,
                                    .fix = advice[entry].fix,
                                    .suppressed = suppressed};
    dockerfile_place(reader->file, instruction, offset, &finding.source.line, &finding.source.column);
    int r = armor_seed_add_finding(reader->seed, &finding);
    return r < 0 ? dockerfile_reader_fail(reader, instruction, offset, r) : 0;
}

static size_t entry_of(const char *code)
{
    size_t entry = 0;
    while (strcmp(advice[entry].code, code) != 0) { /* each code of the callers' is in the table */
        entry++;
    }
    return entry;
}

int dockerfile_advise(struct dockerfile_reader *reader, const char *code,
                      const struct dockerfile_instruction *instruction, size_t offset, const char *format,
                      ...)
{
    char text[400];
    char kept[256];
    struct armor_slice reason = {0};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    int suppressed = find_suppression(instruction, code, &reason);
    (void)snprintf(kept, sizeof kept, "%.*s",
                   reason.length < sizeof kept ? (int)reason.length : (int)sizeof kept - 1,
                   reason.length ? reason.bytes : "");
    int r = advise(reader, entry_of(code), instruction, offset, text, suppressed > 0 ? kept : NULL);
    if (r == 0 && suppressed < 0) {
        (void)snprintf(text, sizeof text, "\"%s\" isn't suppressed, since the comment gives no reason", code);
        r = advise(reader, entry_of("suppression"), instruction, 0, text, NULL);
    }
    return r;
}

/* What FROM names, and whether it is the same image tomorrow. */
static int judge_base(struct dockerfile_reader *reader)
{
    const struct dockerfile_word *word = dockerfile_arguments(reader->file, reader->from);
    if (reader->scratch) {
        return 0;
    }
    if (!reader->base) {
        return dockerfile_advise(reader, "unresolved-variable", reader->from, word->offset,
                                 "which image \"%.80s\" is depends on a build argument without a default",
                                 word->text);
    }
    const char *slash = strrchr(reader->base, '/');
    const char *tag = strchr(slash ? slash : reader->base, ':');
    int r = 0;
    if (!strstr(reader->base, "@sha256:")) {
        bool latest = !tag || strcmp(tag, ":latest") == 0;
        r = dockerfile_advise(reader, latest ? "latest-tag" : "no-digest", reader->from, word->offset,
                              latest ? "\"%.100s\" is another image after each of its releases"
                                     : "the tag of \"%.100s\" can be moved to another image",
                              reader->base);
    }
    return r < 0 ? r
                 : dockerfile_advise(
                       reader, "base-image", reader->from, word->offset,
                       "what \"%.100s\" brings itself (programs, ENTRYPOINT, USER, VOLUME, EXPOSE) isn't in "
                       "this file",
                       reader->base);
}

static int judge_user(struct dockerfile_reader *reader)
{
    if (!reader->user_at) {
        const struct dockerfile_word *word = dockerfile_arguments(reader->file, reader->stage);
        return dockerfile_advise(reader, "runs-as-root", reader->stage, word->offset,
                                 reader->scratch
                                     ? "no USER is set, so the program runs as root"
                                     : "no USER is set, so the program runs as the base image's user, which "
                                       "is root unless that image says otherwise");
    }
    const struct dockerfile_word *word = dockerfile_arguments(reader->file, reader->user_at);
    if (dockerfile_runs_as(reader, "root") || dockerfile_runs_as(reader, "0")) {
        return dockerfile_advise(reader, "runs-as-root", reader->user_at, word->offset,
                                 "the program runs as root, so that a fault in it has the whole container");
    }
    return 0;
}

static int judge_health(struct dockerfile_reader *reader)
{
    if (!reader->healthcheck) {
        return dockerfile_advise(
            reader, "no-healthcheck", reader->stage, 0,
            "without a HEALTHCHECK nobody sees a service that hangs, nor one that a profile has broken");
    }
    bool off = dockerfile_arguments(reader->file, reader->healthcheck)->text[0] == 'N' ||
               dockerfile_arguments(reader->file, reader->healthcheck)->text[0] == 'n';
    return off ? dockerfile_advise(reader, "healthcheck-off", reader->healthcheck, 0,
                                   "HEALTHCHECK NONE takes the base image's check away")
               : 0;
}

int dockerfile_add_advice(struct dockerfile_reader *reader)
{
    int r = judge_base(reader);
    r = r < 0 ? r : judge_user(reader);
    return r < 0 ? r : judge_health(reader);
}
