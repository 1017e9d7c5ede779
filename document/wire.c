/* wire: documents and dates on the pipe between a worker and the program. Its bytes are believed only as far as they make sense. */
#include <string.h>
#include "document/document.h"
#include "base/banned.h"

void
date_encode(const struct doc_date *d, struct buf *b)
{
	fields_put_num(b, d->precision);
	if (d->precision == DATE_NONE)
		return;
	fields_put_num(b, d->source);
	fields_put_num(b, (uint64_t)d->year);
	fields_put_num(b, (uint64_t)d->month);
	fields_put_num(b, (uint64_t)d->day);
	fields_put_num(b, (uint64_t)d->hour);
	fields_put_num(b, (uint64_t)d->minute);
	fields_put_num(b, (uint64_t)d->second);
	fields_put_num(b, d->has_offset);
	fields_put_int(b, d->offset_min);
	fields_put_num(b, d->doubtful);
	fields_put_str(b, d->stated);
}

void
date_decode(struct fields *f, struct doc_date *ret)
{
	struct doc_date d = { .precision = (enum date_precision)fields_num(f, DATE_TIME) };
	const char *stated;

	*ret = (struct doc_date){ 0 };
	if (d.precision == DATE_NONE)
		return;
	d.source = (enum date_source)fields_num(f, DATE_SOURCE_COUNT - 1);
	d.year = (int)fields_num(f, 9999);
	d.month = (int)fields_num(f, 12);
	d.day = (int)fields_num(f, 31);
	d.hour = (int)fields_num(f, 23);
	d.minute = (int)fields_num(f, 59);
	d.second = (int)fields_num(f, 60);
	d.has_offset = fields_flag(f);
	d.offset_min = (int)fields_int(f);
	d.doubtful = fields_flag(f);
	stated = fields_str(f);
	if (d.year < 1 || (d.precision >= DATE_MONTH && d.month == 0) || (d.precision >= DATE_DAY && d.day == 0) ||
	    d.offset_min < -1080 || d.offset_min > 1080 || stated == NULL || strlen(stated) >= sizeof(d.stated))
		fields_spoil(f);
	if (f->bad)
		return;
	memcpy(d.stated, stated, strlen(stated) + 1);
	*ret = d;
}

void
document_encode(const struct document *doc, struct buf *b)
{
	fields_put_str(b, doc->url);
	fields_put_str(b, doc->canonical);
	fields_put_str(b, doc->title);
	date_encode(&doc->published, b);
	date_encode(&doc->modified, b);
	fields_put_str(b, doc->language);
	fields_put_str(b, doc->author);
	fields_put_str(b, doc->section);
	fields_put_str(b, doc->dateline);
	fields_put_strs(b, doc->captions, doc->captions_count);
	fields_put_str(b, doc->text);
	fields_put_num(b, doc->text_state);
	fields_put_num(b, doc->listing);
	fields_put_strs(b, doc->alternates, doc->alternates_count);
	fields_put_str(b, doc->trouble);
	fields_put_num(b, doc->words);
}

int
document_decode(struct fields *f, struct document **ret_doc, struct err *reterr)
{
	CLEANUP(document_freep) struct document *doc = document_new();

	doc->url = fields_copy(f);
	doc->canonical = fields_copy(f);
	doc->title = fields_copy(f);
	date_decode(f, &doc->published);
	date_decode(f, &doc->modified);
	doc->language = fields_copy(f);
	doc->author = fields_copy(f);
	doc->section = fields_copy(f);
	doc->dateline = fields_copy(f);
	fields_strs(f, DOCUMENT_CAPTIONS_MAX, &doc->captions, &doc->captions_count);
	doc->text = fields_copy(f);
	doc->text_state = (enum text_state)fields_num(f, TEXT_CUT);
	doc->listing = fields_flag(f);
	fields_strs(f, DOCUMENT_ALTERNATES_MAX, &doc->alternates, &doc->alternates_count);
	doc->trouble = fields_copy(f);
	doc->words = (unsigned)fields_num(f, DOCUMENT_TEXT_MAX);
	if (f->bad)
		return err_set(reterr, ERR_INPUT, "the bytes hold no document");
	if (doc->text != NULL && strlen(doc->text) > DOCUMENT_TEXT_MAX)
		return err_set(reterr, ERR_INPUT, "a document's text is over %u bytes", DOCUMENT_TEXT_MAX);
	*ret_doc = doc;
	doc = NULL;
	return 0;
}
