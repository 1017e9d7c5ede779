/*
 * replay: a fuzz target without a fuzzer. Each file named as an argument is given to the target once, so that what was
 * ever found stays mended with any compiler and sanitizer, in every run of the tests.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/cleanup.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In memory of just that size, so that a sanitizer sees a read behind the end. */
static int
give(const char *path)
{
	CLEANUP(freep) uint8_t *bytes = NULL;
	FILE *f = fopen(path, "rb");
	long size = -1;
	int rc = -1;

	if (f == NULL)
		return -1;
	if (fseek(f, 0, SEEK_END) == 0)
		size = ftell(f);
	rewind(f);
	if (size >= 0 && (bytes = malloc((size_t)size + (size == 0))) != NULL &&
	    fread(bytes, 1, (size_t)size, f) == (size_t)size)
		rc = 0;
	fclose(f);
	if (rc == 0)
		(void)LLVMFuzzerTestOneInput(bytes, (size_t)size);
	return rc;
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (give(argv[i]) < 0) {
			fprintf(stderr, "replay: cannot read %s\n", argv[i]);
			return 1;
		}
	return argc > 1 ? 0 : 1;
}
