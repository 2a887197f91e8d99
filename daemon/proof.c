/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From evidence to queries, and from their answers to what is refused. See proof.h. */
#include "proof.h"

#include "armor/match.h"
#include "armor/render.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { ASKED_MAX = 3800 }; /* bytes of a path: a query fits into a page with its label */

/* What of a rule's mask the kernel calls how. A write makes and deletes too. */
static const struct {
    uint32_t bit;
    uint32_t query;
} masks[] = {
    {ARMOR_FILE_READ, LOADER_QUERY_READ},     {ARMOR_FILE_WRITE, LOADER_QUERY_WRITE},
    {ARMOR_FILE_APPEND, LOADER_QUERY_APPEND}, {ARMOR_FILE_LOCK, LOADER_QUERY_LOCK},
    {ARMOR_FILE_MAP, LOADER_QUERY_MAP},       {ARMOR_FILE_CREATE, LOADER_QUERY_CREATE},
    {ARMOR_FILE_DELETE, LOADER_QUERY_DELETE},
};

struct word {
    const char *name;
    int number;
};

static const struct word families[] = {{"unix", AF_UNIX},     {"inet", AF_INET},
                                       {"inet6", AF_INET6},   {"netlink", AF_NETLINK},
                                       {"packet", AF_PACKET}, {"vsock", AF_VSOCK},
                                       {"alg", AF_ALG},       {"bluetooth", AF_BLUETOOTH}};
static const struct word types[] = {{"stream", SOCK_STREAM},
                                    {"dgram", SOCK_DGRAM},
                                    {"raw", SOCK_RAW},
                                    {"rdm", SOCK_RDM},
                                    {"seqpacket", SOCK_SEQPACKET}};

/* The number of NAME among COUNT WORDS; -1: it isn't there. */
static int number_of(const struct word *words, size_t count, const char *name)
{
    for (size_t i = 0; name && i < count; i++) {
        if (strcmp(words[i].name, name) == 0) {
            return words[i].number;
        }
    }
    return -1;
}

static uint32_t mask_of(const struct armor_rule *rule)
{
    uint32_t mask = rule->kind == ARMOR_RULE_EXEC ? LOADER_QUERY_EXEC : 0;
    for (size_t i = 0; rule->kind == ARMOR_RULE_FILE && i < sizeof masks / sizeof masks[0]; i++) {
        mask |= rule->mask & masks[i].bit ? masks[i].query : 0;
    }
    return mask;
}

/* A line on the name of RULE, or on what it was seen as. Returns 1, 0 when it has no literal name, or -ENOMEM. */
static int put_file(const struct armor_rule *rule, struct armor_text *lines)
{
    struct armor_pattern *pattern = NULL;
    uint32_t mask = mask_of(rule);
    int r = armor_pattern_new(armor_slice_of(rule->name), &pattern, NULL);
    if (r == -ENOMEM) {
        return r;
    }
    struct armor_slice name = armor_slice_of(armor_rule_more(rule)->sample);
    if (r == 0 && armor_pattern_literal(pattern)) {
        name = armor_pattern_prefix(pattern);
    }
    bool sound = mask != 0 && name.length > 0 && name.length <= ASKED_MAX && name.bytes[0] == '/';
    if (sound) {
        armor_text_format(lines, "file %x ", mask);
        for (size_t i = 0; i < name.length; i++) {
            armor_text_format(lines, "%02x", (unsigned char)name.bytes[i]);
        }
        armor_text_char(lines, '\n');
    }
    armor_pattern_free(pattern);
    return sound;
}

static int put_network(const struct armor_rule *rule, struct armor_text *lines)
{
    int family = number_of(families, sizeof families / sizeof families[0], rule->name);
    int type = number_of(types, sizeof types / sizeof types[0], armor_rule_more(rule)->detail);
    if (family < 0 || type < 0) {
        return 0;
    }
    armor_text_format(lines, "net %d %d\n", family, type);
    return 1;
}

static int put(const struct armor_rule *rule, struct armor_text *lines)
{
    if (rule->kind == ARMOR_RULE_NETWORK) {
        return put_network(rule, lines);
    }
    bool file = rule->kind == ARMOR_RULE_FILE || rule->kind == ARMOR_RULE_EXEC;
    return file ? put_file(rule, lines) : 0;
}

int proof_make(const struct armor_profile *evidence, const struct armor_profile *policy, uint64_t seed,
               struct proof *ret_proof)
{
    struct proof proof = {.text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX)};
    proof.accesses = calloc(evidence->rule_count + 1, sizeof *proof.accesses);
    int r = proof.accesses
                ? armor_render(policy, ARMOR_MODE_ENFORCED, "a candidate, asked and removed", &proof.text)
                : -ENOMEM;
    size_t begin = proof.text.length;
    for (size_t i = 0; r >= 0 && i < evidence->rule_count; i++) {
        const struct armor_rule *rule = evidence->rules[i];
        if (rule->state != ARMOR_STATE_ACTIVE || rule->count == 0) {
            continue;
        }
        r = proof.asked < LOADER_QUERIES_MAX ? put(rule, &proof.text) : 0;
        proof.accesses[proof.count++] = (struct proof_access){.rule = rule, .asked = r > 0};
        proof.asked += r > 0;
    }
    r = r < 0 ? r : proof.text.error;
    r = r < 0 ? r : proof_check(&proof, begin, seed);
    if (r < 0) {
        proof_done(&proof);
        return r;
    }
    proof.lines = (uint32_t)(proof.text.length - begin);
    *ret_proof = proof;
    return 0;
}

static void add_refusal(struct gate_proof *result, const struct armor_profile *evidence,
                        const struct armor_rule *rule)
{
    struct armor_text text ARMOR_CLEANUP(armor_text_done) = ARMOR_TEXT_INIT((size_t)8 * ARMOR_RECORD_MAX);
    result->refused++;
    armor_render_rule(evidence, rule, &text);
    result->refusals = result->refusals ? result->refusals : json_array();
    if (!text.error && json_array_size(result->refusals) < GATE_EVIDENCE_MAX) {
        (void)json_array_append_new(result->refusals, json_stringn_nocheck(text.bytes, text.length));
    }
}

void proof_read(const struct proof *proof, const struct armor_profile *evidence,
                const struct loader_reply *reply, struct gate_proof *ret_result)
{
    bool whole = reply->code == 0 && reply->asked == proof->asked;
    struct gate_proof result = {
        .asked = true,
        .compiled = reply->code == 0 || (reply->stage >= LOADER_STAGE_LOAD && reply->compile_usec > 0),
        .kernel = whole ? proof->asked : 0,
        .compile_usec = reply->compile_usec,
    };
    if (!whole) {
        (void)snprintf(result.complaint, sizeof result.complaint, "%.255s",
                       reply->code < 0 ? reply->text : "the kernel wasn't asked for all of it");
    }
    size_t query = 0;
    for (size_t i = 0; i < proof->count; i++) {
        const struct proof_access *access = &proof->accesses[i];
        bool by_kernel = whole && access->asked;
        bool refused = by_kernel && (reply->refused[query / 8] & (1U << query % 8));
        query += access->asked;
        result.checked += !by_kernel && !access->unjudged;
        result.unjudged += !by_kernel && access->unjudged;
        if (refused || access->refused) {
            add_refusal(&result, evidence, access->rule);
        }
    }
    *ret_result = result;
}

void proof_done(struct proof *proof)
{
    armor_text_done(&proof->text);
    free(proof->accesses);
    *proof = (struct proof){0};
}
