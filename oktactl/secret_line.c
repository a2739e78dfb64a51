#include "secret_line.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* They would leave the terminal mute. */
static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

static volatile sig_atomic_t caught;

static void catch (int number)
{
	caught = number;
}

static void
catch_signals(struct sigaction before[SIGNALS])
{
	struct sigaction a = {.sa_handler = catch}; /* read() returns */

	caught = 0;
	sigemptyset(&a.sa_mask);
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &a, &before[i]);
}

static void
release_signals(const struct sigaction before[SIGNALS])
{
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &before[i], NULL);
	if (caught != 0)
		raise(caught);
}

/* Byte by byte: what is behind the line is somebody else's. */
static ssize_t
read_line(char line[SECRET_LINE_MAX + 1])
{
	size_t len = 0;
	ssize_t n;
	char c;

	for (;;) {
		n = read(STDIN_FILENO, &c, 1);
		if (n == -1 && errno == EINTR && caught == 0)
			continue;
		if (n == -1 || (n == 0 && len == 0))
			return -1;
		if (n == 0 || c == '\n')
			return (ssize_t)len;
		if (len == SECRET_LINE_MAX)
			return -1;
		line[len++] = c;
	}
}

static ssize_t
read_mute(const char *prompt, char line[SECRET_LINE_MAX + 1])
{
	struct sigaction before[SIGNALS];
	struct termios was, mute;
	ssize_t len = -1;

	if (tcgetattr(STDIN_FILENO, &was) != 0)
		return read_line(line);
	catch_signals(before);
	mute = was;
	mute.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &mute) == 0) {
		fprintf(stderr, "%s", prompt);
		len = read_line(line);
		fprintf(stderr, "\n");
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	}
	release_signals(before);
	return len;
}

int
secret_line_read(const char *prompt, struct secret *s, struct error *e)
{
	char line[SECRET_LINE_MAX + 1];
	ssize_t len = read_mute(prompt, line);
	int rc;

	if (len <= 0)
		rc = error_set(e, ERROR_SYSTEM,
		    "there is no line of at most %d bytes on standard input",
		    SECRET_LINE_MAX);
	else if (secret_set(s, line, (size_t)len) != 0)
		rc = error_errno(e, "standard input");
	else
		rc = 0;
	explicit_bzero(line, sizeof(line));
	return rc;
}
