/*
 * page_server FOLDER CERT KEY LOG LATENCY_MS PORT: a TLS server that costs next
 * to nothing, as the other end of tests/bench/sync. It prints its port and
 * answers every GET with the file of FOLDER that is called like the target
 * (its last 200 bytes) with the slashes as commas, else like its path without
 * the query: the rest of an HTTP answer behind the status line and the date.
 * Each target goes to LOG as a line. A process per connection; it ends with its
 * parent.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

enum { REQUEST_MAX = 16384, HEAD_MAX = 256, NAME_BYTES = 200 };

struct server {
	const char *folder;
	int log;
	int latency_ms;
};

static void
fatal(const char *what)
{
	perror(what);
	exit(1);
}

static int
open_page(const char *folder, const char *target)
{
	size_t len = strlen(target + 1);
	size_t skip = len > NAME_BYTES ? len - NAME_BYTES : 0;
	char path[4096], *p;
	int n =
	    snprintf(path, sizeof(path), "%s/%s", folder, target + 1 + skip);

	if (n < 0 || (size_t)n >= sizeof(path))
		return -1;
	for (p = path + strlen(folder) + 1; *p != '\0'; p++)
		if (*p == '/')
			*p = ',';
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* The whole answer; the caller frees. */
static char *
answer(const struct server *s, char *target, size_t *len)
{
	static const char none[] =
	    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
	int status = 200, fd = open_page(s->folder, target);
	time_t now = time(NULL);
	struct stat st = {0};
	char *bytes, date[64];
	size_t head, at;
	ssize_t n = 1;

	if (fd == -1) {
		target[strcspn(target, "?")] = '\0';
		fd = open_page(s->folder, target);
	}
	if (fd == -1)
		status = 404;
	else if (fstat(fd, &st) == -1)
		fatal(target);
	bytes = malloc(HEAD_MAX + (size_t)st.st_size + sizeof(none));
	if (bytes == NULL)
		fatal("memory");
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime(&now));
	head = (size_t)snprintf(
	    bytes, HEAD_MAX, "HTTP/1.1 %d -\r\nDate: %s\r\n", status, date);
	*len = head + (size_t)st.st_size;
	for (at = head; fd != -1 && at < *len && n > 0; at += (size_t)n)
		n = read(fd, bytes + at, *len - at);
	if (fd == -1) {
		memcpy(bytes + head, none, sizeof(none));
		*len += sizeof(none) - 1;
	} else {
		(void)close(fd);
	}
	if (n <= 0)
		fatal(target);
	return bytes;
}

static int
serve(const struct server *s, SSL *tls, char *request)
{
	struct timespec wait = {
	    s->latency_ms / 1000, s->latency_ms % 1000 * 1000000L};
	char *target = strchr(request, ' '), *bytes;
	size_t len, sent = 0;
	int n = 1;

	if (target == NULL)
		return -1;
	target++;
	target[strcspn(target, " \r\n")] = '\0';
	(void)dprintf(s->log, "%s\n", target);
	if (s->latency_ms > 0)
		(void)nanosleep(&wait, NULL);
	bytes = answer(s, target, &len);
	while (sent < len && n > 0) {
		n = SSL_write(tls, bytes + sent, (int)(len - sent));
		sent += n > 0 ? (size_t)n : 0;
	}
	free(bytes);
	return n > 0 ? 0 : -1;
}

/* One connection: requests without a body, one after the other. */
static void
converse(const struct server *s, SSL *tls)
{
	char request[REQUEST_MAX];
	size_t len = 0;
	int n;

	if (SSL_accept(tls) != 1)
		return;
	while (len < sizeof(request) - 1 &&
	    (n = SSL_read(
		 tls, request + len, (int)(sizeof(request) - 1 - len))) > 0) {
		len += (size_t)n;
		request[len] = '\0';
		if (strstr(request, "\r\n\r\n") == NULL)
			continue;
		if (serve(s, tls, request) == -1)
			return;
		len = 0;
	}
}

static int
listen_at(int port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int on = 1;

	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    bind(fd, (struct sockaddr *)&sin, len) == -1 ||
	    listen(fd, 16) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		fatal("socket");
	printf("%d\n", ntohs(sin.sin_port));
	(void)fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	struct server s = {0};
	int listener, fd;
	SSL *tls;

	if (argc != 7 || context == NULL ||
	    SSL_CTX_use_certificate_chain_file(context, argv[2]) != 1 ||
	    SSL_CTX_use_PrivateKey_file(context, argv[3], SSL_FILETYPE_PEM) !=
		1) {
		fputs("usage: page_server FOLDER CERT KEY LOG LATENCY_MS"
		      " PORT\n",
		    stderr);
		return 2;
	}
	s.folder = argv[1];
	s.latency_ms = atoi(argv[5]);
	s.log = open(argv[4], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (s.log == -1 || prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		fatal(argv[4]);
	(void)signal(SIGCHLD, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	listener = listen_at(atoi(argv[6]));
	while ((fd = accept(listener, NULL, NULL)) != -1) {
		const int on = 1;

		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (fork() == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			tls = SSL_new(context);
			if (tls == NULL || SSL_set_fd(tls, fd) != 1)
				_exit(1);
			converse(&s, tls);
			_exit(0);
		}
		(void)close(fd);
	}
	fatal("accept");
}
