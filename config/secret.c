/* secret: key files, read when the configuration is, so that a wrong one is a mistake now and not at night. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "config/config_int.h"
#include "base/banned.h"

#define SECRET_FILE_MAX 4096

int
config_secret_parse(const char *text, size_t n, unsigned char **ret, size_t *ret_len,
    struct err *reterr)
{
	static const char prefix[] = "whsec_";
	CLEANUP(freep) char *copy = NULL;
	CLEANUP(freep) unsigned char *key = NULL;
	size_t len;

	while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
		n--;
	copy = xstrndup(text, n);
	if (strncmp(copy, prefix, sizeof(prefix) - 1) == 0) {
		if (digest_unbase64(copy + sizeof(prefix) - 1, &key, &len) < 0)
			return err_set(reterr, ERR_CONFIG, "what follows whsec_ is no base64");
	} else {
		len = n;
		key = xmemdup(text, n);
	}
	if (len < CONFIG_SECRET_MIN)
		return err_set(reterr, ERR_CONFIG, "the key has %zu bytes; at least %d are wanted",
		    len, CONFIG_SECRET_MIN);
	*ret = key;
	*ret_len = len;
	key = NULL;
	return 0;
}

int
config_read_secret(struct config_reader *r, const char *key, const char *path, int line,
    bool decode, unsigned char **ret, size_t *ret_len)
{
	struct buf b = BUF_INIT(SECRET_FILE_MAX);
	struct err err = { 0 };
	struct stat st;
	int rc = -1;

	if (stat(path, &st) < 0) {
		config_bad_at(r, r->file, line, 0, "%s: cannot read %s: %s", key, path,
		    strerror(errno));
		return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		config_bad_at(r, r->file, line, 0, "%s: %s is no regular file", key, path);
		return -1;
	}
	if (st.st_mode & 007) {
		config_bad_at(r, r->file, line, 0,
		    "%s: everyone may read %s (mode %03o); chmod o= it", key, path,
		    (unsigned)(st.st_mode & 0777));
		return -1;
	}
	if (file_read(path, &b, &err) < 0)
		config_bad_at(r, r->file, line, 0, "%s: %s", key, err.text);
	else if (decode && config_secret_parse(buf_str(&b), b.len, ret, ret_len, &err) < 0)
		config_bad_at(r, r->file, line, 0, "%s: %s: %s", key, path, err.text);
	else
		rc = 0;
	if (rc == 0 && !decode && ret != NULL) {	/* a password: the first line as it stands */
		*ret_len = strcspn(buf_str(&b), "\r\n");
		*ret = (unsigned char *)xstrndup(buf_str(&b), *ret_len);
	}
	if (b.data != NULL)
		explicit_bzero(b.data, b.len);
	buf_done(&b);
	return rc;
}
