/* rows_words: what a text of a page says, in letters, and whether it says anything. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "discover/rows_int.h"
#include "base/banned.h"

uint32_t
rows_words(const char *s, size_t n, uint64_t *ret_hash)
{
	uint64_t h = 1469598103934665603u;
	uint32_t letters = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x80) {
			/* a Han character says as much as a short word */
			letters += c >= 0xe3 ? 3 : c >= 0xc0;
			h = (h ^ c) * 1099511628211u;
		} else if (isalpha(c)) {
			letters++;
			h = (h ^ (unsigned char)tolower(c)) * 1099511628211u;
		}
	}
	*ret_hash = h;
	return letters;
}

bool
rows_is_generic(const char *s, size_t n)
{
	static const char *const generic[] = { "pdf", "view", "view document", "download", "more", "read more",
		"details", "view details", "learn more", "here", "click here", "html", "link", "full text",
		"full story", "continue reading", "read", "open", "document", "show", "see more", "docx", "word",
		"weiterlesen", "mehr", "mehr lesen", "lire la suite", "lire", "leer m\xc3\xa1s", "ver m\xc3\xa1s",
		"leia mais", "continua", "leggi", "l\xc3\xa4s mer", "les mer", "view opinion", "opinion",
		"download opinion", "view/download", "next", "previous", "back", "home", NULL };

	while (n > 0 && strchr(" \n.>[]()\xc2\xbb", s[n - 1]) != NULL)
		n--;
	while (n > 0 && strchr(" \n[(", *s) != NULL)
		s++, n--;
	for (size_t i = 0; n > 0 && generic[i] != NULL; i++) {
		/* the first letter spares most comparisons */
		if (((generic[i][0] ^ *s) & ~0x20) == 0 && strlen(generic[i]) == n &&
		    strncasecmp(generic[i], s, n) == 0)
			return true;
	}
	return n == 0;
}
