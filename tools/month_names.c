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

		if (e->hash != 0)
			printf("\t[%zu] = { UINT64_C(0x%" PRIx64 "), %u, %u, %u, { \"%s\", \"%s\", \"%s\" } },\n", i, e->hash, e->month,
			    e->calendar, e->votes, e->language[0], e->language[1], e->language[2]);
	}
	printf("};\n\nconst struct date_table date_major = { names, %zu, %zu };\n", t.cap, t.used);
	free(t.names);
	return t.used == 0 || ferror(stdout) != 0;
}
