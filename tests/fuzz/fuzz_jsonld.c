/* fuzz_jsonld: a script of any bytes; strings that come back are strings of the script or nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "extract/extract_int.h"
#include "base/mem.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(freep) char *s = xmemdup(data, size);
	CLEANUP(freep) char *plain = NULL;
	struct jsonld ld = { 0 };

	jsonld_text(s, size, &ld);
	plain = jsonld_plain(s, size);
	if (plain == NULL || strlen(plain) > 4 * size + 4)
		abort();
	jsonld_done(&ld);
	return 0;
}
