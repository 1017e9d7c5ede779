/* fuzz_listing: see fuzz_discover.h. */
#include "tests/fuzz/fuzz_discover.h"
#include "base/banned.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_discover(KIND_LISTING, data, size);
}
