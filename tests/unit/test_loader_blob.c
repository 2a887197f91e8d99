/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blob.c: policies built here element by element, and what apparmor_parser really makes. */
#include "blob.h"
#include "check_main.h"

#include "armor/limits.h"
#include "armor/text.h"

#include "compile.h"
#include "loader_world.h"

#include <errno.h>
#include <stdlib.h>

#define NAME "armord-web"

/* What a built policy has; each case changes one thing. */
struct recipe {
    uint32_t version;
    const char *name;
    size_t name_length; /* with its terminator */
    uint32_t bits;
    uint32_t mode;
    uint32_t audit;
    const char *before_version; /* elements put in as they are; NULL: none */
    const char *before_flags;
    const char *in_body;
    const char *after;
    size_t before_version_length;
    size_t before_flags_length;
    size_t in_body_length;
    size_t after_length;
    const char *transition; /* of the file rules; NULL: no table */
    size_t transition_length;
};

static void put(struct armor_text *text, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        armor_text_char(text, (char)(number >> (8 * i) & 0xff));
    }
}

static void put_tag(struct armor_text *text, const char *tag)
{
    put(text, 4, 1);
    put(text, strlen(tag) + 1, 2);
    armor_text_slice(text, (struct armor_slice){tag, strlen(tag) + 1});
}

static void put_u32(struct armor_text *text, uint32_t number)
{
    put(text, 2, 1);
    put(text, number, 4);
}

static void put_string(struct armor_text *text, const char *string, size_t length)
{
    put(text, 5, 1);
    put(text, length, 2);
    armor_text_slice(text, (struct armor_slice){string, length});
}

static void put_raw(struct armor_text *text, const char *bytes, size_t length)
{
    if (bytes) {
        armor_text_slice(text, (struct armor_slice){bytes, length});
    }
}

static struct recipe plain(void)
{
    return (struct recipe){.version = 0x00202007,
                           .name = NAME,
                           .name_length = sizeof NAME,
                           .mode = 1,
                           .transition = NAME,
                           .transition_length = sizeof NAME};
}

static void build(const struct recipe *recipe, struct armor_text *text)
{
    *text = ARMOR_TEXT_INIT(ARMOR_POLICY_MAX);
    put_raw(text, recipe->before_version, recipe->before_version_length);
    put_tag(text, "version");
    put_u32(text, recipe->version);
    put_tag(text, "profile");
    put(text, 7, 1);
    put_string(text, recipe->name, recipe->name_length);
    put_raw(text, recipe->before_flags, recipe->before_flags_length);
    put_tag(text, "flags");
    put(text, 7, 1);
    put_u32(text, recipe->bits);
    put_u32(text, recipe->mode);
    put_u32(text, recipe->audit);
    put(text, 8, 1);
    put_u32(text, 0); /* capabilities */
    put_tag(text, "policydb");
    put(text, 7, 1);
    put_tag(text, "aadfa");
    put(text, 6, 1);
    put(text, 3, 4);
    put(text, 0x010203, 3);
    put(text, 8, 1);
    put_raw(text, recipe->in_body, recipe->in_body_length);
    if (recipe->transition) {
        put_tag(text, "xtable");
        put(text, 7, 1);
        put(text, 11, 1);
        put(text, 1, 2);
        put_string(text, recipe->transition, recipe->transition_length);
        put(text, 12, 1);
        put(text, 8, 1);
    }
    put(text, 8, 1);
    put_raw(text, recipe->after, recipe->after_length);
    ck_assert_int_eq(text->error, 0);
}

static int check(const struct recipe *recipe, enum loader_mode mode, struct armor_error *err)
{
    struct armor_text text;
    build(recipe, &text);
    *err = (struct armor_error){0};
    int r = loader_blob_check((struct armor_slice){text.bytes, text.length}, NAME, mode, err);
    ck_assert_int_eq(r, err->code);
    armor_text_done(&text);
    return r;
}

/* Case INDEX refused with CODE and a sentence with REASON in it. */
static void refuse(size_t index, const struct recipe *recipe, int code, const char *reason)
{
    struct armor_error err;
    int r = check(recipe, LOADER_MODE_COMPLAIN, &err);
    ck_assert_msg(r == code && strstr(err.text, reason), "case %zu: %d %s", index, r, err.text);
}

START_TEST(built_policies)
{
    struct armor_error err;
    struct recipe recipe = plain();
    ck_assert_int_eq(check(&recipe, LOADER_MODE_COMPLAIN, &err), 0);
    ck_assert_int_eq(check(&recipe, LOADER_MODE_ENFORCE, &err), -EPERM);
    ck_assert_ptr_nonnull(strstr(err.text, "mode"));
    recipe.mode = 0;
    ck_assert_int_eq(check(&recipe, LOADER_MODE_ENFORCE, &err), 0);
    ck_assert_int_eq(check(&recipe, LOADER_MODE_COMPLAIN, &err), -EPERM);
    for (recipe.mode = 2; recipe.mode < 6; recipe.mode++) { /* kill, unconfined, prompt, and no mode at all */
        ck_assert_int_eq(check(&recipe, LOADER_MODE_COMPLAIN, &err), -EPERM);
        ck_assert_int_eq(check(&recipe, LOADER_MODE_ENFORCE, &err), -EPERM);
    }
    recipe = plain();
    recipe.transition = NULL;
    ck_assert_int_eq(check(&recipe, LOADER_MODE_COMPLAIN, &err), 0);
}
END_TEST

#define RAW(field, bytes) .field = (bytes), .field##_length = sizeof(bytes) - 1

START_TEST(refused_policies)
{
    static const struct {
        struct recipe change; /* what isn't 0 or NULL replaces the plain recipe's */
        int code;
        const char *reason;
    } cases[] = {
        {{.version = 0x00202807}, -EPERM, "forces complain"},
        {{.name = "armord-we", .name_length = 10}, -EPERM, "another profile"},
        {{.name = "armord-webx", .name_length = 12}, -EPERM, "another profile"},
        {{.name = "armord-web\0x", .name_length = 13}, -EPERM, "another profile"},
        {{.name = ":ns:armord-web", .name_length = 15}, -EPERM, "another profile"},
        {{.name = "armord-web//h", .name_length = 14}, -EPERM, "another profile"},
        {{.name = "armord-web", .name_length = 10}, -EBADMSG, "without an end"},
        {{.bits = 1}, -EPERM, "hat"},
        {{.bits = 2}, -EPERM, "flags that weren't asked for"},
        {{.audit = 1}, -EPERM, "flags that weren't asked for"},
        {{RAW(before_version, "\4\12\0namespace\0\5\2\0n\0")}, -EPERM, "version"},
        {{RAW(before_flags, "\4\7\0rename\0\5\2\0x\0")}, -EPERM, "flags"},
        {{RAW(before_flags, "\4\7\0attach\0\5\2\0x\0")}, -EPERM, "flags"},
        {{RAW(before_flags, "\4\6\0aadfa\0\6\1\0\0\0x")}, -EPERM, "flags"},
        {{RAW(in_body, "\1")}, -EBADMSG, ""},
        {{RAW(in_body, "\15")}, -EBADMSG, "unknown type"},
        {{RAW(in_body, "\11")}, -EBADMSG, "unknown type"},
        {{RAW(in_body, "\4\4")}, -EBADMSG, ""},
        {{RAW(in_body, "\4\1\0x\2\0\0\0\0")}, -EBADMSG, "damaged tag"},
        {{RAW(in_body, "\4\0\0\2\0\0\0\0")}, -EBADMSG, "damaged tag"},
        {{RAW(in_body, "\14")}, -EBADMSG, "isn't open"},
        {{RAW(in_body, "\10")}, -EPERM, "one profile only"},
        {{RAW(in_body, "\7\7\7\7\7\7\7\7")}, -EBADMSG, "too deeply"},
        {{RAW(in_body, "\13\0\0\10")}, -EBADMSG, "isn't open"},
        {{RAW(after, "\0")}, -EPERM, "one profile only"},
        {{.transition = "unconfined", .transition_length = 11}, -EPERM, "transition"},
        {{.transition = "armord-web\0x", .transition_length = 13}, -EPERM, "transition"},
        {{.transition = ":ns\0armord-web", .transition_length = 15}, -EPERM, "transition"},
        {{RAW(in_body, "\4\7\0xtable\0\7\13\1\0\5\2\0x\0\14\10")}, -EPERM, "transition"},
        {{RAW(in_body, "\4\12\0xtable\0zz\0\7\13\1\0\5\2\0x\0\14\10")}, -EPERM, "transition"},
        {{RAW(in_body, "\7\4\7\0xtable\0\7\13\1\0\5\2\0x\0\14\10\10")}, -EPERM, "transition"},
        {{RAW(in_body, "\4\7\0xtable\0\7\13\1\0\4\2\0a\0\5\2\0x\0\14\10")}, -EPERM, "transition"},
        {{RAW(in_body, "\4\7\0xtable\0\5\2\0x\0")}, -EPERM, "transition"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct recipe *change = &cases[i].change;
        struct recipe recipe = *change;
        struct recipe base = plain();
        recipe.version = change->version ? change->version : base.version;
        recipe.name = change->name ? change->name : base.name;
        recipe.name_length = change->name ? change->name_length : base.name_length;
        recipe.mode = base.mode;
        recipe.transition = change->transition ? change->transition : base.transition;
        recipe.transition_length = change->transition ? change->transition_length : base.transition_length;
        refuse(i, &recipe, cases[i].code, cases[i].reason);
    }
}
END_TEST

START_TEST(two_profiles)
{
    struct recipe recipe = plain();
    struct armor_text once;
    build(&recipe, &once);
    struct armor_text twice = ARMOR_TEXT_INIT(ARMOR_POLICY_MAX);
    armor_text_slice(&twice, (struct armor_slice){once.bytes, once.length});
    armor_text_slice(&twice, (struct armor_slice){once.bytes, once.length});
    struct armor_error err = {0};
    int r =
        loader_blob_check((struct armor_slice){twice.bytes, twice.length}, NAME, LOADER_MODE_COMPLAIN, &err);
    ck_assert_int_eq(r, -EPERM);
    ck_assert_uint_eq(err.column, once.length + 1);
    armor_text_done(&once);
    armor_text_done(&twice);
}
END_TEST

/* Every truncation is refused, and every single changed bit gives an answer; each in memory of just that size. */
static void damage(struct armor_slice blob, enum loader_mode mode, size_t step)
{
    for (size_t cut = 0; cut < blob.length; cut += cut < 512 ? 1 : step) {
        char *copy = malloc(cut ? cut : 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, blob.bytes, cut);
        int r = loader_blob_check((struct armor_slice){copy, cut}, NAME, mode, NULL);
        ck_assert_msg(r == -EBADMSG, "cut at %zu: %d", cut, r);
        free(copy);
    }
    ck_assert_uint_gt(blob.length, 0);
    char *copy = malloc(blob.length);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, blob.bytes, blob.length);
    for (size_t at = 0; at < blob.length; at += at < 512 ? 1 : step) {
        for (int bit = 0; bit < 8; bit++) {
            copy[at] = (char)(copy[at] ^ (1 << bit));
            struct armor_error err = {0};
            int r = loader_blob_check((struct armor_slice){copy, blob.length}, NAME, mode, &err);
            ck_assert(r == err.code && (r == 0 || r == -EBADMSG || r == -EPERM));
            copy[at] = blob.bytes[at];
        }
    }
    free(copy);
}

START_TEST(damaged_policies)
{
    struct recipe recipe = plain();
    struct armor_text text;
    build(&recipe, &text);
    damage((struct armor_slice){text.bytes, text.length}, LOADER_MODE_COMPLAIN, 1);
    armor_text_done(&text);
    ck_assert_int_eq(loader_blob_check((struct armor_slice){NULL, 0}, NAME, LOADER_MODE_COMPLAIN, NULL),
                     -EBADMSG);
}
END_TEST

static void compile(const struct world *world, const char *text, struct armor_text *ret_policy)
{
    struct armor_error err = {0};
    int r = loader_compile(&world->roots, armor_slice_of(text), ret_policy, &err);
    ck_assert_msg(r == 0, "%s", err.text);
}

/* What must be refused is compiled by the same parser from texts that statement.c would never let through. */
START_TEST(real_policies)
{
    static const struct {
        const char *text;
        int complain; /* what loader_blob_check says for this mode */
        int enforce;
    } cases[] = {
        {"profile armord-web flags=(complain) { }", 0, -EPERM},
        {"profile armord-web { }", -EPERM, 0},
        {"profile armord-web flags=(complain) { audit /** px -> armord-web, }", 0, -EPERM},
        {"profile armord-web flags=(attach_disconnected,mediate_deleted) { /etc/* r, capability chown,\n"
         "network inet stream, signal, ptrace (read), mount, umount, set rlimit nofile <= 1024,\n"
         "/bin/sh rpx -> armord-web, /bin/true ix, }",
         -EPERM, 0},
        {"profile armord-web { /bin/sh px -> other, }", -EPERM, -EPERM},
        {"profile armord-web { /bin/sh px -> armord-web, /bin/bash px -> armord-db, }", -EPERM, -EPERM},
        {"profile armord-web { /bin/sh px -> :ns:armord-web, }", -EPERM, -EPERM},
        {"profile armord-web { /bin/sh cx -> child, profile child { } }", -EPERM, -EPERM},
        {"profile armord-web { ^hat { } }", -EPERM, -EPERM},
        {"profile armord-web /bin/attached { }", -EPERM, -EPERM},
        {"profile armord-web flags=(audit) { }", -EPERM, -EPERM},
        {"profile armord-db { }", -EPERM, -EPERM},
        {"profile :ns:armord-web { }", -EPERM, -EPERM},
        {"profile armord-web { } profile armord-db { }", -EPERM, -EPERM},
        {"profile armord-a { } profile armord-web { }", -EPERM, -EPERM},
    };
    struct world world;
    world_make(&world);
    if (world_use_real_parser(&world)) {
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            struct armor_text policy = {0};
            compile(&world, cases[i].text, &policy);
            struct armor_slice blob = {policy.bytes, policy.length};
            struct armor_error err = {0};
            int r = loader_blob_check(blob, NAME, LOADER_MODE_COMPLAIN, &err);
            ck_assert_msg(r == cases[i].complain, "%s: %s", cases[i].text, err.text);
            err = (struct armor_error){0};
            r = loader_blob_check(blob, NAME, LOADER_MODE_ENFORCE, &err);
            ck_assert_msg(r == cases[i].enforce, "%s: %s", cases[i].text, err.text);
            if (cases[i].complain == 0) {
                damage(blob, LOADER_MODE_COMPLAIN, 7);
            }
            armor_text_done(&policy);
        }
    }
    world_remove(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader blob");
    TCase *tests = check_case(suite, "blob");
    tcase_add_test(tests, built_policies);
    tcase_add_test(tests, refused_policies);
    tcase_add_test(tests, two_profiles);
    tcase_add_test(tests, damaged_policies);
    tcase_add_test(tests, real_policies);
    return check_main(suite);
}
