/*
 * phrases: short texts that say themselves that they are furniture: "Read more", "Teilen", "関連記事".
 * Evidence among other evidence, never a verdict: a paragraph may begin with such words.
 */
#include <string.h>
#include "extract/extract_int.h"
#include "base/banned.h"

#define PHRASE_TEXT_MAX 160	/* bytes looked at; longer texts are looked at up to here */

enum at { HEAD, IN };	/* at the beginning, or anywhere */

struct phrase_row {
	const char *text;	/* lower case ASCII, other letters as they are */
	enum at at;
	uint32_t ph;
};

static const struct phrase_row rows[] = {
	{ "read more", HEAD, PH_MORE }, { "read the full", HEAD, PH_MORE }, { "continue reading", IN, PH_MORE },
	{ "click here", IN, PH_MORE }, { "see also", HEAD, PH_RELATED }, { "see more", HEAD, PH_MORE },
	{ "learn more", HEAD, PH_MORE }, { "show more", HEAD, PH_MORE }, { "view all", HEAD, PH_MORE },
	{ "load more", HEAD, PH_MORE }, { "more:", HEAD, PH_RELATED }, { "weiterlesen", IN, PH_MORE },
	{ "mehr zum thema", HEAD, PH_RELATED }, { "mehr dazu", HEAD, PH_RELATED }, { "mehr:", HEAD, PH_RELATED },
	{ "lesen sie", HEAD, PH_RELATED }, { "lesen sie auch", IN, PH_RELATED }, { "auch interessant", IN, PH_RELATED },
	{ "lire aussi", IN, PH_RELATED }, { "lire la suite", IN, PH_MORE }, { "a lire", HEAD, PH_RELATED },
	{ "à lire", HEAD, PH_RELATED }, { "leggi anche", IN, PH_RELATED }, { "leer m", HEAD, PH_MORE },
	{ "lea tambi", IN, PH_RELATED }, { "lee tambi", IN, PH_RELATED }, { "leia tamb", IN, PH_RELATED },
	{ "leia mais", HEAD, PH_MORE }, { "lees ook", IN, PH_RELATED }, { "lees meer", HEAD, PH_MORE },
	{ "czytaj", HEAD, PH_RELATED }, { "zobacz", HEAD, PH_RELATED }, { "les også", IN, PH_RELATED },
	{ "läs också", IN, PH_RELATED }, { "läs mer", HEAD, PH_MORE }, { "læs også", IN, PH_RELATED },
	{ "lue myös", IN, PH_RELATED }, { "lue lisää", HEAD, PH_MORE }, { "čtěte", HEAD, PH_RELATED },
	{ "читайте", HEAD, PH_RELATED }, { "читать", HEAD, PH_MORE }, { "подробнее", HEAD, PH_MORE },
	{ "xem thêm", HEAD, PH_RELATED }, { "baca juga", IN, PH_RELATED }, { "ayrıca", HEAD, PH_RELATED },
	{ "関連記事", IN, PH_RELATED }, { "あわせて読", IN, PH_RELATED }, { "続きを読", IN, PH_MORE },
	{ "相关", HEAD, PH_RELATED }, { "延伸閱讀", IN, PH_RELATED }, { "更多", HEAD, PH_MORE },
	{ "관련기사", IN, PH_RELATED }, { "اقرأ", HEAD, PH_RELATED }, { "related", HEAD, PH_RELATED },
	{ "recommended", HEAD, PH_RELATED }, { "you may also", IN, PH_RELATED }, { "you might also", IN, PH_RELATED },
	{ "also read", IN, PH_RELATED }, { "read also", IN, PH_RELATED }, { "read next", IN, PH_RELATED },
	{ "more from", HEAD, PH_RELATED }, { "more on", HEAD, PH_RELATED }, { "more stories", IN, PH_RELATED },
	{ "most read", HEAD, PH_RELATED }, { "most popular", HEAD, PH_RELATED }, { "trending", HEAD, PH_RELATED },
	{ "popular", HEAD, PH_RELATED }, { "latest", HEAD, PH_RELATED }, { "recent posts", HEAD, PH_RELATED },
	{ "don't miss", HEAD, PH_RELATED }, { "similar", HEAD, PH_RELATED }, { "ähnliche", HEAD, PH_RELATED },
	{ "weitere", HEAD, PH_RELATED }, { "verwandte", HEAD, PH_RELATED }, { "previous", HEAD, PH_MORE },
	{ "next", HEAD, PH_MORE }, { "meistgelesen", IN, PH_RELATED }, { "articles similaires", IN, PH_RELATED },
	{ "sur le m", HEAD, PH_RELATED }, { "relacionad", IN, PH_RELATED }, { "potrebbe interessar", IN, PH_RELATED },
	{ "share", HEAD, PH_SHARE }, { "teilen", IN, PH_SHARE }, { "partager", IN, PH_SHARE },
	{ "compartir", IN, PH_SHARE }, { "compartilh", IN, PH_SHARE }, { "condividi", IN, PH_SHARE },
	{ "udostępnij", IN, PH_SHARE }, { "tweet", HEAD, PH_SHARE }, { "facebook", IN, PH_SHARE },
	{ "whatsapp", IN, PH_SHARE }, { "twitter", HEAD, PH_SHARE }, { "follow us", IN, PH_SHARE },
	{ "follow", HEAD, PH_SHARE }, { "folgen sie", IN, PH_SHARE }, { "like us", IN, PH_SHARE },
	{ "dela", HEAD, PH_SHARE }, { "поделиться", IN, PH_SHARE }, { "分享", IN, PH_SHARE },
	{ "print", HEAD, PH_SHARE }, { "drucken", IN, PH_SHARE }, { "email", HEAD, PH_SHARE },
	{ "e-mail", HEAD, PH_SHARE }, { "シェア", IN, PH_SHARE }, { "instagram", IN, PH_SHARE },
	{ "subscribe", IN, PH_SUBSCRIBE }, { "newsletter", IN, PH_SUBSCRIBE }, { "sign up", IN, PH_SUBSCRIBE },
	{ "abonnieren", IN, PH_SUBSCRIBE }, { "abonnez", IN, PH_SUBSCRIBE }, { "abonne", HEAD, PH_SUBSCRIBE },
	{ "suscr", IN, PH_SUBSCRIBE }, { "join our", IN, PH_SUBSCRIBE }, { "support us", IN, PH_SUBSCRIBE },
	{ "donate", IN, PH_SUBSCRIBE }, { "prenumer", HEAD, PH_SUBSCRIBE }, { "iscriviti", IN, PH_SUBSCRIBE },
	{ "подпис", HEAD, PH_SUBSCRIBE }, { "inbox", IN, PH_SUBSCRIBE }, { "whatsapp-kanal", IN, PH_SUBSCRIBE },
	{ "get the latest", IN, PH_SUBSCRIBE }, { "download our app", IN, PH_SUBSCRIBE },
	{ "©", IN, PH_COPYRIGHT }, { "(c) ", IN, PH_COPYRIGHT }, { "copyright", IN, PH_COPYRIGHT },
	{ "all rights reserved", IN, PH_COPYRIGHT }, { "alle rechte", IN, PH_COPYRIGHT },
	{ "tous droits", IN, PH_COPYRIGHT }, { "todos los derechos", IN, PH_COPYRIGHT },
	{ "todos os direitos", IN, PH_COPYRIGHT }, { "無断転載", IN, PH_COPYRIGHT }, { "版权", IN, PH_COPYRIGHT },
	{ "impressum", IN, PH_COPYRIGHT }, { "terms of", IN, PH_COPYRIGHT }, { "powered by", IN, PH_COPYRIGHT },
	{ "privacy policy", IN, PH_COOKIE }, { "datenschutz", IN, PH_COOKIE }, { "cookies", IN, PH_COOKIE },
	{ "comment", HEAD, PH_COMMENT }, { "kommentar", IN, PH_COMMENT }, { "leave a", HEAD, PH_COMMENT },
	{ "comentari", IN, PH_COMMENT }, { "commentaire", IN, PH_COMMENT }, { "reply", HEAD, PH_COMMENT },
	{ "your email address", HEAD, PH_COMMENT }, { "schreibe einen", HEAD, PH_COMMENT },
	{ "antworten", HEAD, PH_COMMENT }, { "评论", IN, PH_COMMENT }, { "комментари", IN, PH_COMMENT },
	{ "comments", IN, PH_COMMENT }, { "コメント", IN, PH_COMMENT }, { " says:", IN, PH_COMMENT },
	{ "photo:", IN, PH_PHOTO }, { "photo by", IN, PH_PHOTO }, { "image:", IN, PH_PHOTO },
	{ "foto:", IN, PH_PHOTO }, { "fotos:", IN, PH_PHOTO }, { "bild:", IN, PH_PHOTO },
	{ "(photo", IN, PH_PHOTO }, { "(foto", IN, PH_PHOTO }, { "getty images", IN, PH_PHOTO },
	{ "image credit", IN, PH_PHOTO }, { "photograph", HEAD, PH_PHOTO }, { "picture:", IN, PH_PHOTO },
	{ "quelle:", HEAD, PH_PHOTO }, { "ảnh:", IN, PH_PHOTO }, { "фото:", IN, PH_PHOTO },
	{ "写真", HEAD, PH_PHOTO }, { "credit:", IN, PH_PHOTO }, { "watch:", HEAD, PH_RELATED },
	{ "by ", HEAD, PH_BYLINE }, { "von ", HEAD, PH_BYLINE }, { "par ", HEAD, PH_BYLINE },
	{ "por ", HEAD, PH_BYLINE }, { "written by", IN, PH_BYLINE }, { "author", HEAD, PH_BYLINE },
	{ "autor", HEAD, PH_BYLINE }, { "author:", IN, PH_BYLINE }, { "作者", IN, PH_BYLINE }, { "记者", HEAD, PH_BYLINE },
	{ "来源", IN, PH_BYLINE }, { "责任编辑", IN, PH_BYLINE }, { "编辑", IN, PH_BYLINE },
	{ "published", HEAD, PH_UPDATED }, { "posted", HEAD, PH_UPDATED }, { "updated", HEAD, PH_UPDATED },
	{ "last updated", IN, PH_UPDATED }, { "last modified", IN, PH_UPDATED }, { "aktualisiert", IN, PH_UPDATED },
	{ "stand:", HEAD, PH_UPDATED }, { "mis à jour", IN, PH_UPDATED }, { "publi", HEAD, PH_UPDATED },
	{ "veröffentlicht", IN, PH_UPDATED }, { "min read", IN, PH_UPDATED }, { "opublikowan", IN, PH_UPDATED },
	{ "发布时间", IN, PH_UPDATED }, { "发表于", IN, PH_UPDATED }, { "發表於", IN, PH_UPDATED },
	{ "erschienen am", IN, PH_UPDATED }, { "erstellt am", IN, PH_UPDATED }, { "gepostet", IN, PH_UPDATED },
	{ "pubblicat", HEAD, PH_UPDATED }, { "опубликован", IN, PH_UPDATED }, { "公開日", IN, PH_UPDATED },
	{ "掲載日", IN, PH_UPDATED }, { "投稿日", IN, PH_UPDATED }, { "입력", HEAD, PH_UPDATED },
	{ "등록", HEAD, PH_UPDATED }, { "đăng ngày", IN, PH_UPDATED }, { "ngày đăng", IN, PH_UPDATED }, { "uhr", IN, PH_DATE },
	{ "advertisement", IN, PH_AD }, { "anzeige", HEAD, PH_AD }, { "werbung", HEAD, PH_AD },
	{ "publicité", HEAD, PH_AD }, { "publicidad", HEAD, PH_AD }, { "sponsored", HEAD, PH_AD },
	{ "reklama", HEAD, PH_AD }, { "pubblicità", HEAD, PH_AD }, { "广告", IN, PH_AD }, { "реклама", HEAD, PH_AD },
	{ "affiliate", IN, PH_AD }, { "commission", IN, PH_AD },
	{ "back to", HEAD, PH_BACK }, { "page top", IN, PH_BACK }, { "to top", IN, PH_BACK },
	{ "nach oben", IN, PH_BACK }, { "zurück", HEAD, PH_BACK }, { "zum seitenanfang", IN, PH_BACK },
	{ "ページトップ", IN, PH_BACK }, { "retour", HEAD, PH_BACK }, { "skip to", HEAD, PH_BACK },
	{ "home", HEAD, PH_BACK }, { "volver", HEAD, PH_BACK }, { "首页", IN, PH_BACK }, { "返回", IN, PH_BACK },
	{ "上一篇", IN, PH_MORE }, { "下一篇", IN, PH_MORE },
	{ "log in", IN, PH_LOGIN }, { "login", IN, PH_LOGIN }, { "sign in", IN, PH_LOGIN },
	{ "register", HEAD, PH_LOGIN }, { "anmelden", IN, PH_LOGIN }, { "einloggen", IN, PH_LOGIN },
	{ "登录", IN, PH_LOGIN }, { "connexion", HEAD, PH_LOGIN }, { "iniciar ses", IN, PH_LOGIN },
	{ "tags:", HEAD, PH_TAGS }, { "tags", HEAD, PH_TAGS }, { "topics", HEAD, PH_TAGS },
	{ "filed under", HEAD, PH_TAGS }, { "posted in", HEAD, PH_TAGS }, { "schlagw", HEAD, PH_TAGS },
	{ "tagged", IN, PH_TAGS }, { "keywords", HEAD, PH_TAGS }, { "关键词", IN, PH_TAGS }, { "themen", HEAD, PH_TAGS },
	{ "kategorie", HEAD, PH_TAGS }, { "categor", HEAD, PH_TAGS }, { "étiquettes", HEAD, PH_TAGS },
	{ "javascript", IN, PH_SCRIPT }, { "browser", IN, PH_SCRIPT }, { "function(", IN, PH_SCRIPT },
	{ "flash player", IN, PH_SCRIPT }, { "does not support", IN, PH_SCRIPT },
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/*
 * Rows by their first byte, so that a place in a text is held against the few that may stand there; those that stand at a
 * beginning only come last.
 */
void
phrases_init(struct phrases *idx)
{
	uint16_t at[256];

	memset(idx, 0, sizeof(*idx));
	_Static_assert(ROW_COUNT <= PHRASE_ROWS_MAX, "room for all phrases");
	for (size_t r = 0; r < ROW_COUNT; r++)
		idx->first[(unsigned char)rows[r].text[0] + 1]++;
	for (size_t c = 0; c < 256; c++) {
		at[c] = idx->first[c];
		idx->first[c + 1] = (uint16_t)(idx->first[c + 1] + idx->first[c]);
	}
	for (size_t r = 0; r < ROW_COUNT; r++) {
		const unsigned char *text = (const unsigned char *)rows[r].text;

		if (rows[r].at == IN) {
			idx->row[at[text[0]]++] = (uint16_t)r;
			idx->second[text[0]] |= 1ull << (text[1] & 63);
		}
	}
	memcpy(idx->head, at, sizeof(at));
	for (size_t r = 0; r < ROW_COUNT; r++)
		if (rows[r].at == HEAD)
			idx->row[at[(unsigned char)rows[r].text[0]]++] = (uint16_t)r;
}

static bool
same_at(const char *text, size_t n, const char *word)
{
	size_t k;

	for (k = 0; word[k] != '\0'; k++) {
		if (k >= n || text[k] != word[k])
			return false;
	}
	return true;
}

/* What the rows that begin with the byte at low[i] say there. */
static uint32_t
phrases_at(const struct phrases *idx, const char *low, size_t i, size_t n, uint32_t known)
{
	unsigned char c = (unsigned char)low[i];
	uint16_t end = i == 0 ? idx->first[c + 1] : idx->head[c];
	uint32_t ph = 0;

	for (uint16_t k = idx->first[c]; k < end; k++) {
		const struct phrase_row *row = &rows[idx->row[k]];

		if (row->text[1] == low[i + 1] && ((known | ph) & row->ph) == 0 && same_at(low + i, n - i, row->text))
			ph |= row->ph;
	}
	return ph;
}

uint32_t
phrase_of(const struct phrases *idx, const char *s, size_t n)
{
	char low[PHRASE_TEXT_MAX + 1];
	uint32_t ph = 0;
	size_t i;

	if (n > PHRASE_TEXT_MAX)
		n = PHRASE_TEXT_MAX;
	for (i = 0; i < n; i++) {
		char c = s[i];

		low[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '\n' ? ' ' : c;
	}
	low[n] = '\0';
	for (i = 0; i < n; i++) {
		if (i == 0 || (idx->second[(unsigned char)low[i]] >> (low[i + 1] & 63) & 1) != 0)
			ph |= phrases_at(idx, low, i, n, ph);
	}
	return ph;
}
