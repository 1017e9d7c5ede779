/* month_names: writes document/month_table.c, the names of months and weekdays of this machine's ICU, when the program is built. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "document/dates_int.h"
#include "base/banned.h"

int
main(void)
{
	struct date_table t = { 0 };

	date_load_major(&t);
	printf("/* Written by tools/month_names.c. */\n#include \"document/dates_int.h\"\n\n"
	    "static struct date_entry names[%zu] = {\n", t.cap);
	for (size_t i = 0; i < t.cap; i++) {
		const struct date_entry *e = &t.names[i];

		if (e->hash != 0) {
			printf("\t[%zu] = { UINT64_C(0x%" PRIx64 "), %u, %u, %u, {", i, e->hash, e->month, e->calendar, e->votes);
			for (size_t k = 0; k < DATE_NAME_LANGUAGES && e->language[k][0] != '\0'; k++)
				printf(" \"%s\",", e->language[k]);
			printf(" } },\n");
		}
	}
	printf("};\n\nconst struct date_table date_major = { names, %zu, %zu };\n", t.cap, t.used);
	free(t.names);
	return t.used == 0 || ferror(stdout) != 0;
}
