// lang_cld2: the only C++ of the tree, because CLD2 has no other face.
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>
#include "document/lang_cld2.h"

extern "C" {
#include "base/mem.h"
}

// What C++ allocates ends like all else of ours when there is no memory, and not in abort(). Who asks to be told gets told;
// without those two a sanitizer's or a fuzzer's own would meet our delete.
void *operator new(std::size_t n) { return xmalloc(n); }
void *operator new[](std::size_t n) { return xmalloc(n); }
void *operator new(std::size_t n, const std::nothrow_t &) noexcept { return std::malloc(n); }
void *operator new[](std::size_t n, const std::nothrow_t &) noexcept { return std::malloc(n); }
void operator delete(void *p) noexcept { std::free(p); }
void operator delete[](void *p) noexcept { std::free(p); }
void operator delete(void *p, std::size_t) noexcept { std::free(p); }
void operator delete[](void *p, std::size_t) noexcept { std::free(p); }

extern "C" int
lang_cld2(const char *text, size_t n, const char *hint, char code[3][16], int percent[3])
{
	CLD2::CLDHints hints = { nullptr, "", CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE };
	CLD2::Language language[3];
	double score[3];
	int bytes = 0;
	bool reliable = false;

	if (n > INT_MAX)
		n = INT_MAX;
	if (hint != nullptr)
		hints.content_language_hint = hint;
	CLD2::ExtDetectLanguageSummary(text, static_cast<int>(n), true, &hints, 0, language, percent,
	    score, nullptr, &bytes, &reliable);
	for (int i = 0; i < 3; i++) {
		const char *name = language[i] == CLD2::UNKNOWN_LANGUAGE ? "" :
		    CLD2::LanguageCode(language[i]);

		std::strncpy(code[i], name, 15);
		code[i][15] = '\0';
	}
	return reliable ? 1 : 0;
}
