/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a request and as a reply. The first byte says whether a descriptor came along. */
#include "wire.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct loader_request request;
    struct loader_reply reply;
    struct armor_error err = {0};
    int r = loader_request_check(data + 1, size - 1, data[0] & 1, &request, &err);
    assert(r == err.code);
    /* What is let through has a name that can be a file's, or none. */
    assert(r < 0 || request.name[0] == '\0' || loader_name_valid(request.name));
    err = (struct armor_error){0};
    r = loader_reply_check(data + 1, size - 1, &reply, &err);
    assert(r == err.code);
    assert(r < 0 || strnlen(reply.text, sizeof reply.text) < sizeof reply.text);
    return 0;
}
