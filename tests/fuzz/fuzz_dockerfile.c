/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a Dockerfile. Held: an error has its code, a text and a place within the file; each rule and finding has a place within
 * the file and a reason; names of files begin with a slash and are no rule of another; the same bytes give the same seed.
 */
#include "armor/dockerfile.h"
#include "armor/limits.h"

#include "fuzz.h"

static size_t count_lines(const uint8_t *data, size_t size)
{
    size_t lines = 1;
    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n';
    }
    return lines;
}

static struct armor_seed *read_seed(const uint8_t *data, size_t size, int *ret_code, struct armor_error *err)
{
    struct armor_seed *seed = NULL;
    struct armor_dockerfile_options options = {.file = "Dockerfile"};
    INVARIANT(armor_seed_new(&seed) == 0);
    *ret_code = armor_dockerfile_read((struct armor_slice){(const char *)data, size}, &options, seed, err);
    return seed;
}

static void check_rule(const struct armor_seed_rule *rule, size_t lines)
{
    const struct armor_access *access = &rule->access;
    bool path = access->kind == ARMOR_RULE_FILE || access->kind == ARMOR_RULE_EXEC;
    INVARIANT(rule->source.line >= 1 && rule->source.line <= lines && rule->source.column >= 1);
    INVARIANT(rule->reason && rule->reason[0] && access->name.bytes);
    INVARIANT(!path || (access->name.length && access->name.bytes[0] == '/'));
    INVARIANT(rule->grant != ARMOR_SEED_DENIED);
    INVARIANT(access->kind != ARMOR_RULE_EXEC || rule->grant == ARMOR_SEED_EXPECTED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int codes[2];
    struct armor_error errs[2] = {0};
    size_t lines = count_lines(data, size);
    struct armor_seed *first = read_seed(data, size, &codes[0], &errs[0]);
    struct armor_seed *second = read_seed(data, size, &codes[1], &errs[1]);
    INVARIANT(codes[0] == errs[0].code && codes[0] <= 0 && memcmp(&errs[0], &errs[1], sizeof errs[0]) == 0);
    INVARIANT(codes[0] == 0 || errs[0].text[0]);
    INVARIANT(errs[0].line <= lines);
    INVARIANT(first->rule_count == second->rule_count && first->finding_count == second->finding_count);
    for (size_t i = 0; i < first->rule_count; i++) {
        check_rule(&first->rules[i], lines);
        INVARIANT(armor_slice_equal(first->rules[i].access.name, second->rules[i].access.name));
    }
    for (size_t i = 0; i < first->finding_count; i++) {
        INVARIANT(first->findings[i].source.line >= 1 && first->findings[i].source.line <= lines);
        INVARIANT(first->findings[i].text[0] && first->findings[i].code[0]);
    }
    armor_seed_free(first);
    armor_seed_free(second);
    return 0;
}
