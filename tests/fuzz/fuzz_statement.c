/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a profile's text. What is let through must hold what rule.h promises, looked at in the crudest way. */
#include "statement.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum loader_mode modes[] = {LOADER_MODE_COMPLAIN, LOADER_MODE_ENFORCE};
    struct armor_slice text = {(const char *)data, size};
    int passed = 0;
    for (int i = 0; i < 2; i++) {
        struct armor_error err = {0};
        int r = loader_statement_check(text, "armord-web", modes[i], &err);
        assert(r == err.code && (r == 0 || err.line > 0));
        passed += r == 0;
    }
    assert(passed <= 1); /* the flags say one mode */
    if (passed) {
        assert(!memchr(data, '\0', size) && !memchr(data, '\r', size));
        assert(!memmem(data, size, "\n#include", 9) && !memmem(data, size, "\ninclude", 8));
        assert(!memmem(data, size, "\nchange_profile", 15));
    }
    return 0;
}
