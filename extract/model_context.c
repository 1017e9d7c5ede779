#include "extract/extract_int.h"
const struct model_tree model_context[] = { { { 0 }, { 0 }, { 0 } } };
const size_t model_context_count = 0;
