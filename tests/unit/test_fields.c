/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/fields.h"
#include "armor/limits.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

/* A body and what is read of it: `key=value` for bare values, `key="value"` for quoted ones, joined by `|`. */
static const struct {
    const char *body;
    const char *expected;
    int result; /* at the end: 0, or what stops the walk */
    size_t column, strays;
} bodies[] = {
    {"", "", 0, 0, 0},
    {"   ", "", 0, 0, 0},
    {"a=1", "a=1", 0, 0, 0},
    {"a=1 b=\"two words\" c=0A0B", "a=1|b=\"two words\"|c=0A0B", 0, 0, 0},
    {"capability=21  capname=\"sys_admin\"", "capability=21|capname=\"sys_admin\"", 0, 0, 0},
    {"denied_mask=\"send\"signal=term peer=x", "denied_mask=\"send\"|signal=term|peer=x", 0, 0, 0},
    {"ouid=0FSUID=\"root\" OUID=\"root\"", "ouid=0|FSUID=\"root\"|OUID=\"root\"", 0, 0, 0},
    {"error=-13FSUID=\"root\"", "error=-13|FSUID=\"root\"", 0, 0, 0},
    {"error=-x=1", "error=-x=1", 0, 0, 0},
    {"name=/a=b c=1", "name=/a=b|c=1", 0, 0, 0},
    {"subj==unconfined pid=1", "subj==unconfined|pid=1", 0, 0, 0},
    {"subj=x (enforce) pid=1", "subj=x|pid=1", 0, 0, 1},
    {"a= b=", "a=|b=", 0, 0, 0},
    {"a=\"\" b=''", "a=\"\"|b=\"\"", 0, 0, 0},
    {"stray =x = a=1 -", "a=1", 0, 0, 4},
    {"a=1,b=2\tc=3\nd=4", "a=1|b=2|c=3|d=4", 0, 0, 0},
    {"msg='x \" y' z=1", "msg=\"x \" y\"|z=1", 0, 0, 0},
    {"name=\"a=b profile=c\" d=1", "name=\"a=b profile=c\"|d=1", 0, 0, 0},
    {"execpath=\"/a\" profile=\"x\" name=\"/b\"", "execpath=\"/a\" profile=\"x\" name=\"/b\"", 0, 0, 0},
    {"execpath=bare a=1", "execpath=bare|a=1", 0, 0, 0},
    {"a=1 name=\"/etc/pass", "a=1", -EBADMSG, 15, 0},
    {"name=\"", "", -EBADMSG, 11, 0},
    {"execpath=\"", "", -EBADMSG, 15, 0},
};

START_TEST(walk)
{
    char seen[400] = "";
    size_t used = 0;
    struct armor_fields fields = {.body = armor_slice_of(bodies[_i].body), .base = 5};
    struct armor_field field;
    struct armor_error err = {0};
    int more = 0;
    while ((more = armor_fields_next(&fields, &field, &err)) == 1) {
        const char *quote = field.quoted ? "\"" : "";
        used += (size_t)snprintf(seen + used, sizeof seen - used, "%s%.*s=%s%.*s%s", used ? "|" : "",
                                 (int)field.key.length, field.key.bytes, quote, (int)field.value.length,
                                 field.value.bytes, quote);
        ck_assert_ptr_nonnull(field.value.bytes);
        ck_assert_ptr_eq(field.key.bytes, fields.body.bytes + field.column);
    }
    ck_assert_int_eq(more, bodies[_i].result);
    ck_assert_str_eq(seen, bodies[_i].expected);
    ck_assert_uint_eq(err.column, bodies[_i].column);
    ck_assert_uint_eq(fields.strays, bodies[_i].strays);
    if (more == 0) {
        ck_assert_int_eq(armor_fields_next(&fields, &field, &err), 0); /* the end stays the end */
    }
}
END_TEST

START_TEST(cap)
{
    static char body[(ARMOR_FIELDS_MAX + 1) * 4 + 1];
    struct armor_fields fields = {.body = {body, sizeof body - 1}};
    struct armor_field field;
    struct armor_error err = {0};
    for (size_t i = 0; i < sizeof body - 1; i++) {
        body[i] = "k=1 "[i % 4];
    }
    for (int i = 0; i < ARMOR_FIELDS_MAX; i++) {
        ck_assert_int_eq(armor_fields_next(&fields, &field, &err), 1);
    }
    ck_assert_int_eq(armor_fields_next(&fields, &field, &err), -E2BIG);
    ck_assert_uint_eq(err.column, ARMOR_FIELDS_MAX * 4 + 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fields");
    TCase *tcase = check_case(suite, "fields");
    tcase_add_loop_test(tcase, walk, 0, LENGTH(bodies));
    tcase_add_test(tcase, cap);
    return check_main(suite);
}
