/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every cap in one place, each with its reason. What goes over a cap is refused with -E2BIG or dropped, and counted.
 */
#pragma once

#include <stdint.h>

/* Bytes that one packed log may have when it is unpacked, 8 GiB: a hundred times what auditd keeps by default. Packed zeros are
 * a thousandth of that. */
#define ARMOR_UNPACKED_MAX (UINT64_C(8) << 30)

enum {
    /* One audit record with whatever its transport puts round it. The kernel's own limit for a message is 8,970 bytes
     * (MAX_AUDIT_MESSAGE_LENGTH, include/uapi/linux/audit.h); enrichment by auditd and journal prefixes come on top. */
    ARMOR_RECORD_MAX = 16 * 1024,

    /* key=value pairs in one record. The richest kernel record has 20, auditd's enrichment doubles it. */
    ARMOR_FIELDS_MAX = 96,

    /* A path: PATH_MAX of the kernel. */
    ARMOR_PATH_MAX = 4096,

    /* A pattern: a path with each byte escaped. */
    ARMOR_PATTERN_MAX = 4 * ARMOR_PATH_MAX,

    /* A profile's text that is read back, and each include: the largest of 2,000 collected ones has 60 KiB. All words of one
     * reading, its clauses (the richest have 2,000), its sections, files, values of a variable, steps to expand them all, and depth
     * of braces, includes and variables within each other. */
    ARMOR_READ_TEXT_MAX = 4 * 1024 * 1024,
    ARMOR_READ_WORDS_MAX = 16 * 1024 * 1024,
    ARMOR_READ_CLAUSES_MAX = 100000,
    ARMOR_READ_SECTIONS_MAX = 4096,
    ARMOR_READ_FILES_MAX = 4096,
    ARMOR_READ_VALUES_MAX = 4096,
    ARMOR_READ_STEPS_MAX = 1024 * 1024,
    ARMOR_READ_DEPTH_MAX = 64,

    /* Accesses that a profile would deny, each shown once; and bytes of their words. */
    ARMOR_CHECK_REFUSALS_MAX = 1000000,
    ARMOR_CHECK_WORDS_MAX = 256 * 1024 * 1024,

    /* Evidence of one rule that an explanation lists; of more it says how many. */
    ARMOR_EXPLAIN_EVIDENCE_MAX = 64,

    /* Bytes of work space to find out whether one pattern covers another: those of real profiles take some hundred. */
    ARMOR_COVER_MAX = 1024 * 1024,

    /* Parts of the covering pattern that are looked at meanwhile, a millisecond's worth: those of real profiles take some thousand. */
    ARMOR_COVER_STEPS = 256 * 1024,

    /* A container's name, without the "armord-" prefix. Docker has no limit of its own; a profile's file name has. */
    ARMOR_NAME_MAX = 64,

    /* Pieces of evidence of one container: the richest made-up workload, a mail store, has 21,000 names in a run. What apparmor_parser
     * sees is the policy made of them, some hundred rules: it takes 5 s and 160 MiB for 5,000 literal paths, and at 20,000 gives up. */
    ARMOR_RULES_MAX = 25000,

    /* Bytes of all words (paths, labels, ...) in the rules of one container: 200 for each rule. */
    ARMOR_WORDS_MAX = 5 * 1024 * 1024,

    /* New rules of one container within a minute, five after its first, that are told as a burst. Of twelve recorded runs, attacks among
     * them, the busiest minute at all, a start, brought 160 literal ones, and the busiest later one 95. The machine was slow: three to five
     * times as many are no news. */
    ARMOR_BURST_RULES = 500,
    ARMOR_BURST_SECONDS = 60,
    ARMOR_BURST_START_SECONDS = 300,

    /* Containers that one armord learns or enforces. */
    ARMOR_CONTAINERS_MAX = 4096,

    /* A profile's text, as rendered and as the loader takes it. Over ARMOR_WORDS_MAX, for quotes, escapes and
     * what stands round the words. */
    ARMOR_PROFILE_TEXT_MAX = 4 * 1024 * 1024,

    /* A compiled profile. A large one measured 190 KiB; the kernel's own limit for a load is far above. */
    ARMOR_POLICY_MAX = 16 * 1024 * 1024,

    /* The body of an HTTP request: a seed for one container, or a few words. */
    ARMOR_REQUEST_MAX = 1024 * 1024,

    /* A Dockerfile or Compose file; the largest of 1,000 collected ones has 150 KiB. */
    ARMOR_SOURCE_MAX = 1024 * 1024,

    /* Instructions of a Dockerfile; the longest of 600 collected ones has 300. Words of an instruction are bounded by its
     * text, variables of a stage by this, and a value by what a path or a list of paths may take. */
    ARMOR_DOCKERFILE_INSTRUCTIONS_MAX = 4096,
    ARMOR_DOCKERFILE_VARIABLES_MAX = 1024,
    ARMOR_DOCKERFILE_VALUE_MAX = 16 * 1024,

    /* Bytes of all words and values of a Dockerfile: its text several times over. */
    ARMOR_DOCKERFILE_TEXT_MAX = 8 * 1024 * 1024,

    /* Rules and findings of one seed. */
    ARMOR_SEED_RULES_MAX = 4096,
    ARMOR_SEED_FINDINGS_MAX = 1024,

    /* Rules of a profile that a container takes over: as for seeds, and the richest of 2,000 collected ones has 2,000. */
    ARMOR_STATED_MAX = 5000,

    /* Rules of a seed that a container takes: a fifth of ARMOR_RULES_MAX, so that learning has room. The richest of 2,000 collected
     * sources gives 160. */
    ARMOR_SEED_LEARN_MAX = 1000,

    /* Bytes of all words of one seed: reasons and texts of findings are long, but most are said more than once. */
    ARMOR_SEED_TEXT_MAX = 2 * 1024 * 1024,

    /* Nodes of one Compose file with each alias written out, pairs of one mapping, and depth: the richest collected file has
     * 8,000, 300 and 9. Aliases of aliases ("a billion laughs") go over the first. */
    ARMOR_YAML_NODES_MAX = 200000,
    ARMOR_YAML_KEYS_MAX = 4096,
    ARMOR_YAML_DEPTH_MAX = 64,

    /* Files that one Compose project may name by include and extends, and how deep; bytes of all their trees. */
    ARMOR_COMPOSE_FILES_MAX = 64,
    ARMOR_COMPOSE_DEPTH_MAX = 16,
    ARMOR_COMPOSE_SERVICES_MAX = 512,
    ARMOR_COMPOSE_TREE_MAX = 128 * 1024 * 1024,

    /* Items of one list that is merged by comparing them: volumes, ports. */
    ARMOR_COMPOSE_ITEMS_MAX = 1024,

    /* Variables for interpolation: the environment and .env files. And bytes that one value may become. */
    ARMOR_VARIABLES_MAX = 8192,
    ARMOR_VALUE_MAX = 128 * 1024,

    /* Connections of clients at one time on each socket, and per user on the control socket. */
    ARMOR_CLIENTS_MAX = 64,
    ARMOR_CLIENTS_PER_USER_MAX = 16,

    /* Recent events kept for followers, so that one who reconnects misses nothing of the last minutes. */
    ARMOR_EVENT_RING = 4096,

    /* Revisions kept of one container; the oldest go first, never the one in the kernel. */
    ARMOR_REVISIONS_MAX = 100,

    /* Runs of a container that are kept one by one; the estimate of what the next one needs is made of the newest. */
    ARMOR_RUNS_MAX = 64,

    /* Points of a learning curve: as many as a dashboard has pixels for. */
    ARMOR_CURVE_MAX = 256,
};
