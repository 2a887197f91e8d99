/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Input: log files line by line, packed ones up to a cap. */
#include "input.h"

#include "check_main.h"
#include "scratch.h"

#include <errno.h>

enum { LINES = 100000, CAP = 1000 * 1000 }; /* of 16 bytes */

static struct scratch scratch;

static const char *write_log(bool packed, char path[static 128])
{
    scratch_make(&scratch);
    gzFile file = gzopen(scratch_path(&scratch, "log", path), packed ? "wbe" : "wbeT");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < LINES; i++) {
        ck_assert_int_gt(gzprintf(file, "line %010d\n", i), 0);
    }
    ck_assert_int_eq(gzclose(file), Z_OK);
    return path;
}

/* Read on until the end or an error; the result of the last call. */
static int read_all(struct input *input, size_t *ret_lines, struct armor_error *err)
{
    struct armor_slice line;
    int r;
    *ret_lines = 0;
    while ((r = input_line(input, &line, err)) == 1) {
        ck_assert_uint_eq(line.length, 15);
        ++*ret_lines;
    }
    return r;
}

START_TEST(a_packed_log_has_a_cap)
{
    static struct input input;
    struct armor_error err = {0};
    char path[128];
    size_t lines = 0;
    bool packed = _i % 2;
    bool capped = _i / 2;
    ck_assert_int_eq(input_open(&input, write_log(packed, path), &err), 0);
    ck_assert_uint_eq(input.unpacked_max, ARMOR_UNPACKED_MAX);
    input.unpacked_max = capped ? CAP : (uint64_t)LINES * 16;
    if (packed && capped) {
        ck_assert_int_eq(read_all(&input, &lines, &err), -E2BIG);
        ck_assert_ptr_nonnull(strstr(err.text, "zcat"));
        ck_assert_uint_le(lines, CAP / 16);
        ck_assert_uint_ge(lines, CAP / 16 - sizeof input.buffer / 16);
    } else {
        ck_assert_msg(read_all(&input, &lines, &err) == 0, "%s", err.text);
        ck_assert_uint_eq(lines, LINES);
        ck_assert_uint_eq(input.unpacked, packed ? (uint64_t)LINES * 16 : 0);
    }
    input_close(&input);
    scratch_remove(&scratch);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("input");
    tcase_add_loop_test(check_case(suite, "input"), a_packed_log_has_a_cap, 0, 4);
    return check_main(suite);
}
