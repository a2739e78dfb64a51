/* The entry that libFuzzer and tests/fuzz/replay.c call. */
#ifndef OKTA_FUZZ_REPLAY_H
#define OKTA_FUZZ_REPLAY_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
