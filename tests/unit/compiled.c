/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compiled form is walked as Linux does (security/apparmor/match.c and policy_unpack.c): big-endian tables of a compressed
 * automaton behind the name "aadfa", the last of which is that of the file rules.
 */
#include "compiled.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ACCEPT = 1, BASE = 2, CHECK = 3, DEFAULT = 4, EQUIVALENCE = 5, NEXT = 8 };

static unsigned read16(const unsigned char *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static unsigned read32(const unsigned char *at)
{
    return read16(at) << 16 | read16(at + 2);
}

/* The data of the table ID, or NULL. A table: id and width in bytes as 16 bits each, two lengths of 32, data up to 8. */
static const unsigned char *table(const unsigned char *dfa, unsigned id)
{
    const unsigned char *at = dfa + read32(dfa + 4);
    const unsigned char *end = dfa + read32(dfa + 8);
    while (at + 12 <= end) {
        size_t size = 12 + (size_t)read16(at + 2) * read32(at + 8);
        if (read16(at) == id) {
            return at + 12;
        }
        at += (size + 7) & ~(size_t)7;
    }
    return NULL;
}

static unsigned step(const unsigned char *dfa, unsigned state, unsigned char byte)
{
    const unsigned char *classes = table(dfa, EQUIVALENCE);
    unsigned input = classes ? classes[byte] : byte;
    for (;;) {
        unsigned base = read32(table(dfa, BASE) + (size_t)state * 4);
        size_t at = (size_t)(base & 0xffffff) + input;
        if (read16(table(dfa, CHECK) + at * 2) == state) {
            return read16(table(dfa, NEXT) + at * 2);
        }
        state = read16(table(dfa, DEFAULT) + (size_t)state * 2);
        if (!(base & 0x80000000)) { /* not encoded as a difference to the default state */
            return state;
        }
    }
}

static unsigned walk(const struct compiled *compiled, unsigned state, struct armor_slice bytes)
{
    for (size_t i = 0; i < bytes.length; i++) {
        state = step(compiled->file_dfa, state, (unsigned char)bytes.bytes[i]);
    }
    return state;
}

static unsigned permissions(const struct compiled *compiled, unsigned state)
{
    return read32(table(compiled->file_dfa, ACCEPT) + (size_t)state * 4) >> COMPILED_OTHERS & 0x3fff;
}

unsigned compiled_file_permissions(const struct compiled *compiled, struct armor_slice name)
{
    return permissions(compiled, walk(compiled, 1, name));
}

unsigned compiled_link_permissions(const struct compiled *compiled, struct armor_slice name,
                                   struct armor_slice target)
{
    unsigned state = step(compiled->file_dfa, walk(compiled, 1, name), 0);
    return permissions(compiled, walk(compiled, state, target));
}

/* Run the parser with INPUT and OUTPUT as its standard streams. Returns as compiled_from_text. */
static int run_parser(int input, int output)
{
    static const char *const parsers[] = {"/sbin/apparmor_parser", "/usr/sbin/apparmor_parser"};
    char *const arguments[] = {"apparmor_parser", "-Q", "-K", "-S", "-M", "/etc/apparmor.d/abi/3.0", NULL};
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int status = 0;
    const char *parser = access(parsers[0], X_OK) == 0 ? parsers[0] : parsers[1];
    if (access(parser, X_OK) < 0 || access(arguments[5], R_OK) < 0) {
        return 1;
    }
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return -1;
    }
    (void)posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    int code = posix_spawn(&child, parser, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (code != 0 || waitpid(child, &status, 0) != child) {
        return -1;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static const unsigned char *last_dfa(const unsigned char *bytes, size_t length)
{
    static const unsigned char magic[] = {0x1b, 0x5e, 0x78, 0x3d};
    const unsigned char *found = NULL;
    for (const unsigned char *at = bytes;
         (at = memmem(at, length - (size_t)(at - bytes), magic, sizeof magic)); at++) {
        found = at;
    }
    return found && table(found, ACCEPT) && table(found, BASE) && table(found, CHECK) &&
                   table(found, DEFAULT) && table(found, NEXT)
               ? found
               : NULL;
}

int compiled_from_text(const char *text, struct compiled *ret_compiled)
{
    FILE *input = tmpfile();
    FILE *output = tmpfile();
    struct compiled compiled = {0};
    int code = -1;
    if (input && output && fputs(text, input) >= 0 && fflush(input) == 0 && fseek(input, 0, SEEK_SET) == 0) {
        code = run_parser(fileno(input), fileno(output));
    }
    if (code == 0) {
        (void)fseek(output, 0, SEEK_END);
        long size = ftell(output);
        rewind(output);
        compiled.bytes = malloc(size > 0 ? (size_t)size : 1);
        compiled.length = compiled.bytes && size > 0 ? fread(compiled.bytes, 1, (size_t)size, output) : 0;
        compiled.file_dfa = compiled.bytes ? last_dfa(compiled.bytes, compiled.length) : NULL;
        code = compiled.file_dfa ? 0 : -1;
    }
    if (input) {
        (void)fclose(input);
    }
    if (output) {
        (void)fclose(output);
    }
    if (code != 0) {
        free(compiled.bytes);
        return code;
    }
    *ret_compiled = compiled;
    return 0;
}

void compiled_done(struct compiled *compiled)
{
    free(compiled->bytes);
    *compiled = (struct compiled){0};
}
