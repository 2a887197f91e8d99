/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a compiled policy. */
#include "blob.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum loader_mode modes[] = {LOADER_MODE_COMPLAIN, LOADER_MODE_ENFORCE};
    struct armor_slice blob = {(const char *)data, size};
    int passed = 0;
    for (int i = 0; i < 2; i++) {
        struct armor_error err = {0};
        int r = loader_blob_check(blob, "armord-web", modes[i], &err);
        assert(r == err.code);
        passed += r == 0;
    }
    assert(passed <= 1);                                     /* it's in one mode */
    assert(!passed || memmem(data, size, "armord-web", 11)); /* and of one name, with its terminator */
    return 0;
}
