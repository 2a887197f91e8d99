/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What armord and armor-loader say to each other: one request, one reply, each a single message on a SOCK_SEQPACKET
 * connection that is closed after it, of a fixed size, in the host's byte order (both ends are always on one host and of
 * one version). A profile's text travels beside its request as a sealed memfd, so that it can't change after it was
 * checked.
 *
 * The loader trusts nothing in a request: size, magic, version, operation, name, unused fields, seals and text are all
 * checked on its side, whoever the peer is.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

#include <stdint.h>

#define LOADER_SOCKET_PATH    "/run/armord/loader.sock"
#define LOADER_PROFILE_PREFIX "armord-"

/* The beginning of the first line of each text, and so of each file under /etc/apparmor.d that is armord's. */
#define LOADER_MARKER "# armord:"

enum {
    LOADER_MAGIC = 0x41524d31, /* "ARM1" */
    LOADER_VERSION = 4,
    LOADER_NAME_SIZE = 80,      /* prefix + ARMOR_NAME_MAX + terminator, rounded up */
    LOADER_TEXT_SIZE = 512,     /* of a reply's sentence, with the terminator */
    LOADER_BACKLOG_MIN = 64,    /* records; the kernel's own default */
    LOADER_BACKLOG_MAX = 65536, /* records; eight times what learning asks for */
    LOADER_QUERIES_MAX = 8192,  /* of one LOADER_PROVE; armord's own matcher is for more */
    LOADER_STRANGERS_MAX = 8,   /* processes that a LOADER_COMPARE names; all are counted */
    LOADER_LABEL_SIZE = 96,     /* of what one of them runs under, cut, with the terminator */
};

/*
 * What a candidate is loaded as while it is asked. No container can be called so: a name begins with a letter or digit.
 */
#define LOADER_CANDIDATE LOADER_PROFILE_PREFIX ".candidate"

enum loader_operation {
    LOADER_LOAD = 1, /* name, mode, text: compile, check, load, verify, persist */
    LOADER_REMOVE, /* name: unload and delete, refused while a process runs under the profile or a child of it */
    LOADER_INSPECT,      /* name: what the kernel and /proc say of it; changes nothing */
    LOADER_AUDIT_STATUS, /* the kernel's audit counters; changes nothing */
    LOADER_AUDIT_BACKLOG, /* value: set the kernel's backlog limit, LOADER_BACKLOG_MIN to _MAX, or 0: no limit */
    LOADER_QUIET, /* name, text: another complain text for a profile that is loaded in complain; the file stays as it is */
    LOADER_PROVE, /* text of LOADER_CANDIDATE, value: compile, load under that name, ask the queries behind the text, remove */
    LOADER_COMPARE, /* name, mode, text: what kernel, disk and /proc have of the profile, held against the text; changes nothing */
    LOADER_OPERATION_END, /* no operation: one more than the last */
};

/* The kernel's bits of a file access (security/apparmor/include/perms.h). */
enum loader_query_mask {
    LOADER_QUERY_EXEC = 0x1,
    LOADER_QUERY_WRITE = 0x2,
    LOADER_QUERY_READ = 0x4,
    LOADER_QUERY_APPEND = 0x8,
    LOADER_QUERY_CREATE = 0x10,
    LOADER_QUERY_DELETE = 0x20,
    LOADER_QUERY_LOCK = 0x8000,
    LOADER_QUERY_MAP = 0x10000,
    LOADER_QUERY_LINK = 0x40000,
    LOADER_QUERY_ALL = 0x5803f,
};

enum loader_mode {
    LOADER_MODE_NONE = 0, /* in a reply: the profile isn't loaded */
    LOADER_MODE_COMPLAIN,
    LOADER_MODE_ENFORCE,
    LOADER_MODE_OTHER, /* in a reply only: kill, unconfined or prompt */
};

/* What is there, held against what should be. */
enum loader_match {
    LOADER_MATCH_UNKNOWN = 0, /* wasn't looked at */
    LOADER_MATCH_SAME,
    LOADER_MATCH_DIFFERENT,
    LOADER_MATCH_NONE,    /* there is nothing */
    LOADER_MATCH_FOREIGN, /* a file that isn't armord's */
};

/* A process of a container that doesn't run under the container's profile itself. */
struct loader_stranger {
    uint32_t pid;
    char comm[20];                 /* as it chose it, printable; terminated, the rest zero; so is the label */
    char label[LOADER_LABEL_SIZE]; /* "unconfined", "armord-web//null-/bin/sh (complain)" */
};

/* Where a request failed. LOADER_STAGE_DONE: it didn't. */
enum loader_stage {
    LOADER_STAGE_DONE = 0,
    LOADER_STAGE_REQUEST, /* the request itself: size, name, seals, text */
    LOADER_STAGE_COMPILE, /* apparmor_parser refused it, is missing, or took too long */
    LOADER_STAGE_CHECK,   /* what the parser made isn't the one profile asked for */
    LOADER_STAGE_LOAD,    /* the kernel refused it */
    LOADER_STAGE_VERIFY,  /* the kernel's profile list or its copy of the policy isn't what was loaded */
    LOADER_STAGE_PERSIST, /* the file under /etc/apparmor.d couldn't be written */
    LOADER_STAGE_AUDIT,   /* the kernel's audit status couldn't be read or set */
    LOADER_STAGE_IN_USE, /* LOADER_REMOVE: a process still runs under the profile, or that can't be ruled out */
};

struct loader_request {
    uint32_t magic;
    uint32_t version;
    uint32_t operation; /* enum loader_operation */
    uint32_t mode;      /* LOAD, COMPARE: complain or enforce; otherwise 0 */
    uint32_t
        value; /* AUDIT_BACKLOG: the limit; PROVE: bytes of queries (query.h) at the text's end; otherwise 0 */
    uint32_t
        text_length; /* LOAD, QUIET, PROVE, COMPARE: bytes in the memfd, 1 to ARMOR_PROFILE_TEXT_MAX; otherwise 0 */
    char name[LOADER_NAME_SIZE]; /* full profile name, terminated, the rest zero; "" for AUDIT_*, PROVE */
};

struct loader_reply {
    uint32_t magic;
    uint32_t version;
    uint32_t operation;      /* as asked; 0 when the request was too damaged to tell */
    int32_t code;            /* 0, or a negative errno */
    uint32_t stage;          /* enum loader_stage: where it failed */
    uint32_t mode;           /* LOAD, QUIET, INSPECT, COMPARE: enum loader_mode, as the kernel has it now */
    uint32_t null_children;  /* INSPECT, COMPARE: profiles "NAME//null-..." in the kernel */
    uint32_t processes;      /* INSPECT, REMOVE, COMPARE: processes under NAME itself */
    uint32_t null_processes; /* INSPECT, REMOVE, COMPARE: processes under a child of it */
    uint32_t audit_lost;     /* AUDIT_*: records that the kernel has lost since boot */
    uint32_t audit_backlog;  /* AUDIT_*: records queued now */
    uint32_t audit_backlog_limit; /* AUDIT_*: as it is after the request; 0: no limit */
    uint32_t compile_usec;        /* LOAD, QUIET: time the parser took */
    uint32_t total_usec;          /* time from request to reply */
    uint64_t
        started_usec; /* INSPECT, REMOVE, COMPARE: when the container started, CLOCK_BOOTTIME; 0: no process runs */
    uint32_t asked; /* PROVE: queries that the kernel answered */
    uint32_t
        outside; /* INSPECT, COMPARE: processes beside those of NAME in a container's cgroup, under other labels */
    uint32_t outside_pid; /* INSPECT, COMPARE: one of them; 0: there is none */
    uint8_t refused[LOADER_QUERIES_MAX /
                    8];      /* PROVE: bit I of byte I / 8 for query I that the candidate refuses */
    uint32_t policy;         /* COMPARE: enum loader_match of the kernel's policy; UNKNOWN in complain */
    uint32_t file;           /* COMPARE: enum loader_match of the file */
    uint32_t stranger_count; /* COMPARE: of these */
    struct loader_stranger strangers[LOADER_STRANGERS_MAX];
    char text[LOADER_TEXT_SIZE]; /* the sentence for the operator when code < 0; terminated, the rest zero */
};

/* The word for MODE or STAGE, for logs and JSON; "unknown" outside the enum. */
const char *loader_mode_name(enum loader_mode mode);
const char *loader_stage_name(enum loader_stage stage);

/*
 * A managed profile's name: "armord-" followed by 1 to ARMOR_NAME_MAX of [a-zA-Z0-9_.-], the first a letter or digit:
 * what Docker allows for a container, and nothing that could be a path, a glob, a namespace, a hat or an option. Names
 * like "armord-web.orig", whose file apparmor_parser would skip at boot as a backup, aren't valid either. The check
 * returns 0, or -EINVAL with the reason.
 */
ARMOR_CHECKED int loader_name_check(const char *name, struct armor_error *err);
bool loader_name_valid(const char *name);

/*
 * Check a received message of LENGTH bytes as a request, with nothing but its own words: size, magic, version,
 * operation, terminators, zeroed rest, each field within its bounds and 0 where unused. HAS_FD says whether a
 * descriptor came along, which LOADER_LOAD, LOADER_QUIET, LOADER_PROVE and LOADER_COMPARE must have and no other may. The name is a managed profile's; of a LOADER_REMOVE it may be
 * LOADER_CANDIDATE, which a loader that was killed can leave behind. Returns 0, or -EBADMSG or -EINVAL with the reason.
 */
ARMOR_CHECKED int loader_request_check(const void *message, size_t length, bool has_fd,
                                       struct loader_request *ret_request, struct armor_error *err);

/* The same for a reply, as armord checks what the loader sends. */
ARMOR_CHECKED int loader_reply_check(const void *message, size_t length, struct loader_reply *ret_reply,
                                     struct armor_error *err);

/* Make a sealed memfd of TEXT for a LOADER_LOAD or LOADER_QUIET. Returns the descriptor, which the caller closes, or negative. */
ARMOR_CHECKED int loader_text_seal(struct armor_slice text, struct armor_error *err);

/*
 * Take a received descriptor for LENGTH bytes of text: a memfd of just that size, sealed against writing, growing and
 * shrinking. Maps nothing: reads it into an allocation that the caller frees, terminated. Refuses a NUL byte in it.
 */
ARMOR_CHECKED int loader_text_read(int fd, size_t length, char **ret_text, struct armor_error *err);

/* Send one message, with FD beside it unless FD is -1. Returns 0 or a negative errno; never raises SIGPIPE. */
ARMOR_CHECKED int loader_send(int socket, const void *message, size_t length, int fd);

/*
 * Receive one message of at most SIZE bytes; a longer one is -EBADMSG. *RET_FD is the one descriptor that came along
 * (close-on-exec, the caller closes it) or -1; more than one is -EBADMSG and they are closed. Returns the bytes received,
 * 0 at the end of the connection, or a negative errno.
 */
ARMOR_CHECKED int loader_receive(int socket, void *message, size_t size, int *ret_fd);
