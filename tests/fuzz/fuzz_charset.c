/* fuzz_charset: any bytes become valid UTF-8, whatever is declared. First byte picks what HTTP says. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/unicode.h"
#include "markup/charset.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const http[] = { NULL, "utf-8", "shift_jis", "iso-8859-1", "gb18030", "utf-16le",
		"iso-2022-jp", "windows-1258" };
	struct charset_result r;
	struct buf out = BUF_INIT(1 << 20);

	if (size == 0)
		return 0;
	for (int xml = 0; xml < 2; xml++) {
		if (xml)
			charset_decide_xml((const char *)data + 1, size - 1, http[data[0] & 7], &r);
		else
			charset_decide_html((const char *)data + 1, size - 1, http[data[0] & 7], &r);
		buf_clear(&out);
		if (charset_to_utf8((const char *)data + 1, size - 1, &r, &out, NULL) == 0 &&
		    (!utf8_valid(buf_str(&out), out.len) || memchr(buf_str(&out), '\0', out.len) != NULL))
			abort();
	}
	buf_done(&out);
	return 0;
}
