/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables that event.c searches are in the order that the searches take for granted. */
#include "audit/event_table.h"

#include "check_main.h"

#include <stdio.h>

START_TEST(fields_are_sorted)
{
    size_t count = 0;
    const struct armor_event_field *fields = armor_event_fields(&count);
    ck_assert_uint_gt(count, 30);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_lt(fields[i].offset, offsetof(struct armor_event, decoded_used));
        if (i == 0) {
            continue;
        }
        size_t before = strlen(fields[i - 1].key);
        size_t length = strlen(fields[i].key);
        ck_assert_msg(before < length || (before == length && strcmp(fields[i - 1].key, fields[i].key) < 0),
                      "%s stands behind %s", fields[i].key, fields[i - 1].key);
    }
}
END_TEST

/* Each key has a slot of its own. When this fails, another key is in the way: try other factors in event_field_slot. */
START_TEST(no_two_keys_share_a_slot)
{
    size_t count = 0;
    const struct armor_event_field *fields = armor_event_fields(&count);
    for (size_t i = 0; i < count; i++) {
        size_t slot = event_field_slot(armor_slice_of(fields[i].key));
        ck_assert_msg(event_field_find(armor_slice_of(fields[i].key)) == &fields[i],
                      "slots[%zu] is to be %zu, for %s", slot, i + 1, fields[i].key);
        for (size_t other = 0; other < i; other++) {
            ck_assert_msg(event_field_slot(armor_slice_of(fields[other].key)) != slot, "%s and %s",
                          fields[other].key, fields[i].key);
        }
    }
}
END_TEST

START_TEST(other_keys_are_not_found)
{
    static const char *const keys[] = {
        "", "x", "pi", "pidx", "namf", "apparmor", "requested_masks", "a_key_that_is_far_longer_than_any"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        ck_assert_msg(!event_field_find(armor_slice_of(keys[i])), "%s", keys[i]);
    }
    /* each prefix of each key, and each key with a byte more: only what is in the table by itself */
    size_t count = 0;
    const struct armor_event_field *fields = armor_event_fields(&count);
    for (size_t i = 0; i < count; i++) {
        char key[32];
        int length = snprintf(key, sizeof key, "%s_", fields[i].key);
        for (; length >= 0; length--) {
            const struct armor_event_field *found =
                event_field_find((struct armor_slice){key, (size_t)length});
            ck_assert(!found ||
                      (strlen(found->key) == (size_t)length && memcmp(found->key, key, (size_t)length) == 0));
        }
    }
}
END_TEST

/* Every operation that the kernel knows, and the class of rule that it is about. A wrong order in the table loses some. */
static const struct {
    const char *operation;
    enum armor_class class;
} operations[] = {
    {"open", ARMOR_CLASS_FILE},
    {"getattr", ARMOR_CLASS_FILE},
    {"chmod", ARMOR_CLASS_FILE},
    {"chown", ARMOR_CLASS_FILE},
    {"truncate", ARMOR_CLASS_FILE},
    {"mknod", ARMOR_CLASS_FILE},
    {"mkdir", ARMOR_CLASS_FILE},
    {"rmdir", ARMOR_CLASS_FILE},
    {"unlink", ARMOR_CLASS_FILE},
    {"symlink", ARMOR_CLASS_FILE},
    {"link", ARMOR_CLASS_FILE},
    {"rename_src", ARMOR_CLASS_FILE},
    {"rename_dest", ARMOR_CLASS_FILE},
    {"rename", ARMOR_CLASS_FILE},
    {"file_perm", ARMOR_CLASS_FILE},
    {"file_lock", ARMOR_CLASS_FILE},
    {"file_mmap", ARMOR_CLASS_FILE},
    {"file_mprotect", ARMOR_CLASS_FILE},
    {"file_receive", ARMOR_CLASS_FILE},
    {"file_inherit", ARMOR_CLASS_FILE},
    {"inode_permission", ARMOR_CLASS_FILE},
    {"inode_create", ARMOR_CLASS_FILE},
    {"connect", ARMOR_CLASS_FILE}, /* without family=: a socket's path */
    {"bind", ARMOR_CLASS_FILE},
    {"sendmsg", ARMOR_CLASS_FILE},
    {"recvmsg", ARMOR_CLASS_FILE},
    {"exec", ARMOR_CLASS_EXEC},
    {"capable", ARMOR_CLASS_CAPABILITY},
    {"create", ARMOR_CLASS_NETWORK},
    {"post_create", ARMOR_CLASS_NETWORK},
    {"socket_create", ARMOR_CLASS_NETWORK},
    {"listen", ARMOR_CLASS_NETWORK},
    {"accept", ARMOR_CLASS_NETWORK},
    {"getsockname", ARMOR_CLASS_NETWORK},
    {"getpeername", ARMOR_CLASS_NETWORK},
    {"getsockopt", ARMOR_CLASS_NETWORK},
    {"setsockopt", ARMOR_CLASS_NETWORK},
    {"socket_shutdown", ARMOR_CLASS_NETWORK},
    {"signal", ARMOR_CLASS_SIGNAL},
    {"ptrace", ARMOR_CLASS_PTRACE},
    {"mount", ARMOR_CLASS_MOUNT},
    {"umount", ARMOR_CLASS_UMOUNT},
    {"pivotroot", ARMOR_CLASS_PIVOT_ROOT},
    {"change_profile", ARMOR_CLASS_CHANGE_PROFILE},
    {"change_onexec", ARMOR_CLASS_CHANGE_PROFILE},
    {"change_hat", ARMOR_CLASS_CHANGE_PROFILE},
    {"stack", ARMOR_CLASS_CHANGE_PROFILE},
    {"stack_onexec", ARMOR_CLASS_CHANGE_PROFILE},
    {"setrlimit", ARMOR_CLASS_RLIMIT},
    {"dbus_method_call", ARMOR_CLASS_DBUS},
    {"dbus_signal", ARMOR_CLASS_DBUS},
    {"uring_override", ARMOR_CLASS_IO_URING},
    {"uring_sqpoll", ARMOR_CLASS_IO_URING},
    {"userns_create", ARMOR_CLASS_USERNS},
    {"profile_load", ARMOR_CLASS_POLICY},
    {"profile_replace", ARMOR_CLASS_POLICY},
    {"profile_remove", ARMOR_CLASS_POLICY},
    {"setprocattr", ARMOR_CLASS_OTHER},
    {"", ARMOR_CLASS_OTHER},
    {"ope", ARMOR_CLASS_OTHER},
    {"openat", ARMOR_CLASS_OTHER},
    {"zzz", ARMOR_CLASS_OTHER},
};

START_TEST(operation_has_its_class)
{
    static struct armor_event event;
    memset(&event, 0, sizeof event);
    event.verdict = ARMOR_VERDICT_ALLOWED;
    event.operation = armor_slice_of(operations[_i].operation);
    ck_assert_msg(event_class(&event) == operations[_i].class, "%s is %s", operations[_i].operation,
                  armor_class_name(event_class(&event)));
}
END_TEST

START_TEST(absent_operation)
{
    static struct armor_event event;
    memset(&event, 0, sizeof event);
    ck_assert_int_eq(event_class(&event), ARMOR_CLASS_OTHER);
}
END_TEST

START_TEST(names_outside_the_enums)
{
    ck_assert_str_eq(armor_verdict_name(ARMOR_VERDICT_COUNT), "unknown");
    ck_assert_str_eq(armor_class_name(ARMOR_CLASS_COUNT), "unknown");
    for (int i = 0; i < ARMOR_CLASS_COUNT; i++) {
        ck_assert_str_ne(armor_class_name((enum armor_class)i), "unknown");
    }
    for (int i = 0; i < ARMOR_VERDICT_COUNT; i++) {
        ck_assert_str_ne(armor_verdict_name((enum armor_verdict)i), "unknown");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event_table");
    TCase *tcase = check_case(suite, "event_table");
    tcase_add_test(tcase, fields_are_sorted);
    tcase_add_test(tcase, no_two_keys_share_a_slot);
    tcase_add_test(tcase, other_keys_are_not_found);
    tcase_add_loop_test(tcase, operation_has_its_class, 0, LENGTH(operations));
    tcase_add_test(tcase, absent_operation);
    tcase_add_test(tcase, names_outside_the_enums);
    return check_main(suite);
}
