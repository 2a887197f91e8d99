/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations of the loader against a world of files: the kernel is a directory that doesn't react, so a test lays out
 * beforehand what it wants the kernel to show after a load.
 */
#pragma once

#include "check_main.h"
#include "operation.h"

#include "loader_world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME      "armord-web"
#define FILE_PATH "apparmor.d/armord-web"
#define OLD       "# armord: old\n"

/* The smallest policy: version, name, flags (complain), end. */
#define POLICY_OF(name)                                                                                      \
    "\4\10\0version\0\2\7\40\40\0\4\10\0profile\0\7\5\13\0" name                                             \
    "\0\4\6\0flags\0\7\2\0\0\0\0\2\1\0\0\0\2\0\0\0\0\10\10"
static const struct armor_slice policy = {POLICY_OF(NAME), sizeof POLICY_OF(NAME) - 1};
static const struct armor_slice other_policy = {POLICY_OF("armord-www"), sizeof POLICY_OF("armord-www") - 1};

static struct world world;

/* The parser writes POLICY_BYTES, whatever it's given, and ends with STATUS. */
static inline void set_parser(struct armor_slice policy_bytes, int status)
{
    char script[256];
    world_write(&world, "policy", policy_bytes, 0644);
    (void)snprintf(script, sizeof script, "#!/bin/sh\ncat %s/policy\necho error: told so >&2\nexit %d\n",
                   world.base, status);
    world_write(&world, "parser", armor_slice_of(script), 0755);
}

/* What the kernel shows. RAW is the policy that it keeps for NAME; bytes NULL: none. */
static inline void set_kernel(const char *list, struct armor_slice raw)
{
    world_write(&world, "apparmor/profiles", armor_slice_of(list), 0644);
    if (raw.bytes) {
        world_write(&world, "apparmor/policy/profiles/armord-web.1/name", ARMOR_SLICE(NAME "\n"), 0644);
        world_write(&world, "apparmor/policy/profiles/armord-web.1/raw_data", raw, 0644);
    }
}

static inline void set_up(void)
{
    world_make(&world);
    set_parser(policy, 0);
    set_kernel(NAME " (complain)\n", policy);
}

static inline void tear_down(void)
{
    world_remove(&world);
}

static inline struct loader_reply serve(const struct loader_request *request, int fd)
{
    struct loader_request understood;
    struct loader_reply reply;
    struct loader_reply checked;
    loader_serve(&world.roots, request, sizeof *request, fd, &understood, &reply);
    /* Whatever happened, the reply is one that armord takes. */
    struct armor_error err = {0};
    ck_assert_msg(loader_reply_check(&reply, sizeof reply, &checked, &err) == 0, "%s", err.text);
    return checked;
}

static inline struct loader_reply ask(uint32_t operation, uint32_t value)
{
    struct loader_request request = {.magic = LOADER_MAGIC,
                                     .version = LOADER_VERSION,
                                     .operation = operation,
                                     .value = value};
    if (operation == LOADER_REMOVE || operation == LOADER_INSPECT) {
        (void)snprintf(request.name, sizeof request.name, NAME);
    }
    return serve(&request, -1);
}

static inline struct loader_reply serve_text(uint32_t operation, const char *text, uint32_t mode)
{
    int fd = loader_text_seal(armor_slice_of(text), NULL);
    ck_assert_int_ge(fd, 0);
    struct loader_request request = {
        .magic = LOADER_MAGIC,
        .version = LOADER_VERSION,
        .operation = operation,
        .mode = mode,
        .text_length = (uint32_t)strlen(text),
        .name = NAME,
    };
    struct loader_reply reply = serve(&request, fd);
    ck_assert_int_eq(close(fd), 0);
    return reply;
}

static inline struct loader_reply load_text(const char *text, uint32_t mode)
{
    return serve_text(LOADER_LOAD, text, mode);
}

/* Load the usual profile. */
static inline struct loader_reply load(void)
{
    char *text = world_profile(NAME, true, "  /x r,\n");
    struct loader_reply reply = load_text(text, LOADER_MODE_COMPLAIN);
    free(text);
    return reply;
}

static inline void expect(const struct loader_reply *reply, int code, enum loader_stage stage,
                          const char *sentence)
{
    ck_assert_msg(reply->code == code && reply->stage == stage && strstr(reply->text, sentence),
                  "%d at %s: %s, instead of %d at %s: %s", reply->code,
                  loader_stage_name((enum loader_stage)reply->stage), reply->text, code,
                  loader_stage_name(stage), sentence);
}

/* BYTES (NULL: nothing) are in the profile's file, and there's nothing else in its directory. */
static inline void expect_file(const char *bytes)
{
    char *there = world_read(&world, FILE_PATH, NULL);
    ck_assert(bytes ? there && strcmp(there, bytes) == 0 : !there);
    free(there);
    ck_assert_uint_eq(world_count(&world, "apparmor.d"), bytes != NULL);
}

/* What was written to the kernel's .replace. */
static inline void expect_loaded(struct armor_slice bytes)
{
    size_t length = 0;
    char *there = world_read(&world, "apparmor/.replace", &length);
    ck_assert_ptr_nonnull(there);
    ck_assert_uint_eq(length, bytes.length);
    ck_assert_mem_eq(there, bytes.bytes, length);
    free(there);
}

static const struct armor_slice nothing = {"", 0};
