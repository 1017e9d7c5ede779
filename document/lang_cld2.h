#ifndef DOCUMENT_LANG_CLD2_H
#define DOCUMENT_LANG_CLD2_H
/* lang_cld2: the C face of CLD2, which is C++. */
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
/* Up to 3 languages with their share of the text in percent; returns 1 when CLD2 calls it reliable. */
int lang_cld2(const char *text, size_t n, const char *hint, char code[3][16], int percent[3]);
#ifdef __cplusplus
}
#endif
#endif
