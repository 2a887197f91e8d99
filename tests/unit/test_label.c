/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/label.h"
#include "armor/limits.h"

#include "check_main.h"

static const struct {
    const char *label;
    const char *namespace, *profile, *hat, *null_chain;
    bool stacked;
    const char *container;
} labels[] = {
    {"unconfined", NULL, "unconfined", NULL, NULL, false, NULL},
    {"armord-web", NULL, "armord-web", NULL, NULL, false, "web"},
    {"armord-a.b_c-9", NULL, "armord-a.b_c-9", NULL, NULL, false, "a.b_c-9"},
    {"armord-", NULL, "armord-", NULL, NULL, false, NULL},
    {"armord-.hidden", NULL, "armord-.hidden", NULL, NULL, false, NULL},
    {"armord-../x", NULL, "armord-../x", NULL, NULL, false, NULL},
    {"armord-a b", NULL, "armord-a b", NULL, NULL, false, NULL},
    {"Armord-web", NULL, "Armord-web", NULL, NULL, false, NULL},
    {"xarmord-web", NULL, "xarmord-web", NULL, NULL, false, NULL},
    {"armord-web//hat", NULL, "armord-web", "hat", NULL, false, "web"},
    {"armord-web//null-/bin/sh", NULL, "armord-web", NULL, "//null-/bin/sh", false, "web"},
    {"armord-web//null-/bin/sh//null-/bin/cat", NULL, "armord-web", NULL, "//null-/bin/sh//null-/bin/cat",
     false, "web"},
    {"armord-web//hat//null-/bin/sh", NULL, "armord-web", "hat", "//null-/bin/sh", false, "web"},
    {"armord-web//null-//armord-db", NULL, "armord-web", NULL, "//null-//armord-db", false, "web"},
    {"armord-web//&unconfined", NULL, "armord-web", NULL, NULL, true, NULL},
    {"unconfined//&armord-web", NULL, "unconfined", NULL, NULL, true, NULL},
    {":ns:armord-web", "ns", "armord-web", NULL, NULL, false, NULL},
    {":ns://armord-web", "ns", "armord-web", NULL, NULL, false, NULL},
    {"::armord-web", "", "armord-web", NULL, NULL, false, NULL},
    {":ns", NULL, ":ns", NULL, NULL, false, NULL},
    {":", NULL, ":", NULL, NULL, false, NULL},
    {"", NULL, "", NULL, NULL, false, NULL},
    {"//", NULL, "", "", NULL, false, NULL},
    {"//null-", NULL, "", NULL, "//null-", false, NULL},
    {"/usr/bin/x//&:ns:y", NULL, "/usr/bin/x", NULL, NULL, true, NULL},
};

START_TEST(split)
{
    struct armor_label parts = armor_label_split(armor_slice_of(labels[_i].label));
    check_slice(parts.namespace, labels[_i].namespace, "namespace");
    check_slice(parts.profile, labels[_i].profile, "profile");
    check_slice(parts.hat, labels[_i].hat, "hat");
    check_slice(parts.null_chain, labels[_i].null_chain, "null chain");
    ck_assert_int_eq(parts.stacked, labels[_i].stacked);
    check_slice(armor_label_container(&parts), labels[_i].container, "container");
}
END_TEST

START_TEST(absent_label)
{
    struct armor_label parts = armor_label_split((struct armor_slice){0});
    ck_assert(!parts.stacked && parts.profile.length == 0);
    check_slice(armor_label_container(&parts), NULL, "container");
}
END_TEST

START_TEST(names)
{
    char name[ARMOR_NAME_MAX + 2];
    memset(name, 'a', sizeof name);
    ck_assert(armor_name_valid((struct armor_slice){name, ARMOR_NAME_MAX}));
    ck_assert(!armor_name_valid((struct armor_slice){name, ARMOR_NAME_MAX + 1}));
    ck_assert(!armor_name_valid((struct armor_slice){name, 0}));
    ck_assert(!armor_name_valid((struct armor_slice){NULL, 0}));
    for (int byte = 0; byte < 256; byte++) {
        name[0] = 'a';
        name[1] = (char)byte;
        bool alnum =
            (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
        bool inside = alnum || byte == '.' || byte == '_' || byte == '-';
        ck_assert_msg(armor_name_valid((struct armor_slice){name, 2}) == inside, "byte %d inside", byte);
        ck_assert_msg(armor_name_valid((struct armor_slice){name + 1, 1}) == alnum, "byte %d first", byte);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("label");
    TCase *tcase = check_case(suite, "label");
    tcase_add_loop_test(tcase, split, 0, LENGTH(labels));
    tcase_add_test(tcase, absent_label);
    tcase_add_test(tcase, names);
    return check_main(suite);
}
